"""What is wrong with a file of traffic."""

from asgi_nb.record.usage import OneLine


class KeepError(OneLine, RuntimeError):
    """A file of traffic cannot be opened, read or written; the text says why and what to do."""
