"""
Send what a request's code prints to its exchange, and into no cell.

ipykernel shows whatever is written under the cell that it thinks is running, which for a server's thread is
the first one or the last. Which request a piece of code belongs to stands in a context variable, that tasks
and worker threads inherit. This is the one file that reaches into IPython's and the standard library's
own output; every trick in it is here because the plain way was measured to fail.

Rule 1: outside of a request, everything behaves as if nothing were installed.
Rule 2: each piece is recorded once, and nothing of it is shown elsewhere; log records still reach the
    handlers that write to files.
Rule 3: uninstalling puts back what was there. What somebody else has wrapped meanwhile is left in place,
    and does nothing.

What goes past Python, as C code and subprocesses do, is not seen here; nor is the output of threads that
the user's code starts without a copy of its context.
"""

import json
import logging
import sys
import warnings
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from time import perf_counter_ns
from typing import Any

from asgi_nb.record.exchange import Exchange, current_exchange
from asgi_nb.record.output import OutputRecord, Stream

# Where a captured stream keeps the function that writes: the class has a property in its place.
UNDER = "_asgi_nb_write"

# Set while the handlers of a log record run: what they print is in the exchange already.
_logged: ContextVar[bool] = ContextVar("asgi_nb.logged", default=False)


class OutputCapture:
    """
    The hooks in one IPython shell, and in the process's streams.

    Args:
        shell: The InteractiveShell.
        capture_output: IPython's context manager of that name, which `%%capture` uses too.
        frame_label: Names the cell of a file name, or gives None for an ordinary file.
    """

    def __init__(self, shell: Any, capture_output: Any, frame_label: Callable[[str], str | None]) -> None:
        self.shell = shell
        self.capture_output = capture_output
        self.frame_label = frame_label
        self.active = False
        """Whether it is installed: what has been left in foreign hands asks this."""
        self._undo: list[Callable[[], None]] = []

    def install(self) -> None:
        """Put the hooks in; harmless when they are."""
        if self.active:
            return
        self.active = True
        self._undo = [
            _capture_stream(self, "stdout"),
            _capture_stream(self, "stderr"),
            *self._capture_displays(),
            self._wrap(self.capture_output, "__enter__", self._enter),
            # Not a handler of the root logger: with one there, `logging.basicConfig` in a cell does nothing.
            self._wrap(logging.Logger, "callHandlers", self._call_handlers),
            self._wrap(warnings, "showwarning", self._show_warning),
        ]

    def uninstall(self) -> None:
        """Take the hooks out; harmless when they are."""
        self.active = False
        while self._undo:
            self._undo.pop()()

    def exchange(self) -> Exchange | None:
        """Give the exchange whose request the running code answers."""
        return current_exchange.get() if self.active else None

    def emit(self, exchange: Exchange, stream: Stream, text: str, **rest: Any) -> None:
        """Record a piece of output."""
        exchange.emit(OutputRecord(perf_counter_ns() - exchange.clock_ns, stream, text, **rest))

    def _capture_displays(self) -> list[Callable[[], None]]:
        publisher = self.shell.display_pub
        return [
            self._wrap(publisher, "publish", self._publish),
            self._wrap(publisher, "clear_output", self._clear_output),
        ]

    def _wrap(self, owner: Any, name: str, make: Callable[[Any], Any]) -> Callable[[], None]:
        own = name in vars(owner)
        before = getattr(owner, name)
        wrapper = make(before)
        setattr(owner, name, wrapper)

        def undo() -> None:
            if vars(owner).get(name) is not wrapper:
                return
            if own:
                setattr(owner, name, before)
            else:
                delattr(owner, name)

        return undo

    # What stands in the place of what.

    def _enter(self, enter: Callable[..., Any]) -> Callable[..., Any]:
        def captured(context: Any) -> Any:
            before = self.shell.display_pub
            given = enter(context)
            # `%%capture` puts streams and a publisher of its own in place; at its end they are gone.
            if self.active:
                _capture_stream(self, "stdout")
                _capture_stream(self, "stderr")
                if self.shell.display_pub is not before:
                    self._capture_displays()
            return given

        return captured

    def _publish(self, publish: Callable[..., Any]) -> Callable[..., Any]:
        def captured(data: Mapping[str, Any], *args: Any, **options: Any) -> Any:
            exchange = self.exchange()
            if exchange is None:
                return publish(data, *args, **options)
            bundle = {kind: _as_text(value) for kind, value in data.items()}
            text = bundle.get("text/plain", "")
            self.emit(exchange, "display", text if isinstance(text, str) else "", data=bundle)
            return None

        return captured

    def _clear_output(self, clear: Callable[..., Any]) -> Callable[..., Any]:
        def captured(*args: Any, **options: Any) -> Any:
            # The cell below which it would clear is not the request's.
            return clear(*args, **options) if self.exchange() is None else None

        return captured

    def _call_handlers(self, call_handlers: Callable[..., Any]) -> Callable[..., Any]:
        def captured(logger: logging.Logger, record: logging.LogRecord) -> Any:
            exchange = self.exchange()
            if exchange is None:
                return call_handlers(logger, record)
            self.emit(exchange, "log", _log_text(record), level=record.levelname, logger=record.name)
            token = _logged.set(True)
            try:
                return call_handlers(logger, record)
            finally:
                _logged.reset(token)

        return captured

    def _show_warning(self, show: Callable[..., Any]) -> Callable[..., Any]:
        def captured(
            message: Warning | str,
            category: type[Warning],
            filename: str,
            lineno: int,
            file: Any = None,
            line: str | None = None,
        ) -> Any:
            exchange = self.exchange()
            if exchange is None or file is not None:
                return show(message, category, filename, lineno, file, line)
            place = self.frame_label(filename) or filename
            text = f"{message} ({place}, line {lineno})"
            self.emit(exchange, "warning", text, level=category.__name__)
            return None

        return captured


class _Writer:
    """What a captured stream has for `write`: bound, and aware of what it wraps."""

    __slots__ = ("capture", "kind", "under")

    def __init__(self, capture: OutputCapture, kind: Stream, under: Callable[[str], Any]) -> None:
        self.capture = capture
        self.kind = kind
        self.under = under

    def __call__(self, text: str) -> Any:
        exchange = self.capture.exchange()
        if exchange is None or not isinstance(text, str):
            # A stream says itself what it thinks of something that is no text.
            return self.under(text)
        if text and not _logged.get():
            self.capture.emit(exchange, self.kind, text)
        return len(text)


def _capture_stream(capture: OutputCapture, name: Stream) -> Callable[[], None]:
    """Capture `sys.stdout` or `sys.stderr`; give what undoes it."""
    stream: Any = getattr(sys, name)
    cls = type(stream)
    if not issubclass(cls, _Captured):
        try:
            # The same object: handlers of `logging` and user's variables hold it.
            stream.__class__ = _captured_class(cls, capture, name)
        except TypeError:
            # A stream that is made in C, as that of a terminal is, keeps its class.
            return _replace_stream(stream, capture, name)
    else:
        # Another shell of this process captures it already.
        return lambda: None
    written = stream.__dict__.pop("write", None)
    if written is not None:
        stream.write = written

    def undo() -> None:
        stream.__class__ = cls
        under = stream.__dict__.pop(UNDER, None)
        if under is not None:
            stream.__dict__["write"] = under

    return undo


class _Captured:
    """Marks the class of a captured stream."""


def _captured_class(cls: Any, capture: OutputCapture, kind: Stream) -> Any:
    """
    Make the subclass of a stream's class that captures.

    `write` is a data descriptor: IPython assigns to `sys.stdout.write` around each cell and assigns what
    was there afterwards, which would take away whatever is put there in another way.
    """

    def get(stream: Any) -> _Writer:
        return _Writer(capture, kind, stream.__dict__.get(UNDER) or cls.write.__get__(stream))

    def put(stream: Any, under: Any) -> None:
        # What is put back may be a writer of ours: one more around it for each cell would be a leak.
        while isinstance(under, _Writer):
            under = under.under
        stream.__dict__[UNDER] = under

    names = {"write": property(get, put), "__module__": cls.__module__, "__qualname__": cls.__qualname__}
    return type(cls.__name__, (cls, _Captured), names)


def _replace_stream(stream: Any, capture: OutputCapture, name: Stream) -> Callable[[], None]:
    proxy = _Proxy(stream, _Writer(capture, name, stream.write))
    setattr(sys, name, proxy)

    def undo() -> None:
        if getattr(sys, name) is proxy:
            setattr(sys, name, stream)

    return undo


class _Proxy(_Captured):
    """Stands for a stream whose class cannot be changed."""

    def __init__(self, stream: Any, write: _Writer) -> None:
        self._stream = stream
        self.write: Any = write

    def writelines(self, lines: Any) -> None:
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def __iter__(self) -> Any:
        return iter(self._stream)


def _log_text(record: logging.LogRecord) -> str:
    """Give the message as a handler would write it, with its traceback."""
    try:
        text = record.getMessage()
    except Exception as exc:  # noqa: BLE001 - arguments that do not fit, or a user's __str__: told, not raised
        message = record.msg if isinstance(record.msg, str) else f"<{type(record.msg).__name__}>"
        text = f"{message} [its arguments do not fit: {type(exc).__name__}]"
    if record.exc_info:
        text += "\n" + logging.Formatter().formatException(record.exc_info)
    if record.stack_info:
        text += "\n" + record.stack_info
    return text


def _as_text(value: Any) -> str | bytes:
    """Make a part of a MIME bundle what cannot change any more."""
    if isinstance(value, str | bytes):
        return value
    return json.dumps(value, default=str)
