"""What an export refuses, because what it would give were a lie."""

from asgi_nb.record.usage import OneLine


class ExportError(OneLine, ValueError):
    """An exchange that cannot be written in this form. Nothing was written."""
