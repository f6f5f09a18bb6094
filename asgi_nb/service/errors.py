"""The one error of the service floor."""

import traceback
from pathlib import Path

PACKAGE = str(Path(__file__).parent.parent)


class ServiceError(RuntimeError):
    """
    A server could not start, stop or be reached.

    The message says what was got, what was expected and what to do; the cause,
    where there is one, is the exception that stopped it.
    """

    def _render_traceback_(self) -> list[str]:
        """
        Give IPython the text to show in place of a traceback through our own frames.

        A cause that came from elsewhere, such as a startup in a cell, shows the lines it passed there.
        """
        shown = [f"{type(self).__name__}: {self}"]
        if self.__cause__ is not None:
            cause = traceback.TracebackException.from_exception(self.__cause__)
            frames = [frame for frame in cause.stack if not frame.filename.startswith(PACKAGE)]
            if frames:
                cause.stack = traceback.StackSummary.from_list(frames)
                cause.__cause__ = cause.__context__ = None
                shown += ["", "".join(cause.format()).rstrip()]
        return shown
