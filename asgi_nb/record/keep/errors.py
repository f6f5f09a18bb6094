"""What is wrong with a file of traffic."""


class KeepError(RuntimeError):
    """A file of traffic cannot be opened, read or written; the text says why and what to do."""
