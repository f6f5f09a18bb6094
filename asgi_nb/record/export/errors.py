"""What an export refuses, because what it would give were a lie."""


class ExportError(ValueError):
    """An exchange that cannot be written in this form. Nothing was written."""

    def _render_traceback_(self) -> list[str]:
        """Give IPython the text to show in place of a traceback through our own frames."""
        return [f"{type(self).__name__}: {self}"]
