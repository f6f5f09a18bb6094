"""
`%load_ext asgi_nb`: register the magics, and tell the app when a cell begins and ends.

Rule 1: unloading undoes exactly what loading did, and stops the servers.
Rule 2: no server and no widget is imported here: `%load_ext` is the first thing a lesson runs.
"""

import sys
from dataclasses import replace
from typing import Any

from IPython.utils.capture import capture_output

from asgi_nb.kit import default_kit
from asgi_nb.live.core import CellRun
from asgi_nb.live.notebook import IPythonNotebook
from asgi_nb.live.output import OutputCapture
from asgi_nb.magics.completion import matcher_for
from asgi_nb.magics.error import ErrorMagic
from asgi_nb.magics.hold import HoldMagic
from asgi_nb.magics.inspect import InspectMagic
from asgi_nb.magics.kitchen import KitchenMagic
from asgi_nb.magics.lifespan import LifespanMagic
from asgi_nb.magics.middleware import MiddlewareMagic
from asgi_nb.magics.mount import MountMagic
from asgi_nb.magics.request import RequestMagic
from asgi_nb.magics.reset import ResetMagic
from asgi_nb.magics.route import RouteMagic
from asgi_nb.magics.routes import RoutesMagic
from asgi_nb.magics.serve import ServeMagic
from asgi_nb.magics.stop import StopMagic
from asgi_nb.magics.websocket import WebSocketMagic
from asgi_nb.record.postmortem import use_debugger
from asgi_nb.service.standin import StandIn
from asgi_nb.service.takeover import Takeover

# A new magic is one file and one line here.
MAGICS = [
    ErrorMagic,
    HoldMagic,
    InspectMagic,
    KitchenMagic,
    LifespanMagic,
    MiddlewareMagic,
    MountMagic,
    RequestMagic,
    ResetMagic,
    RouteMagic,
    RoutesMagic,
    ServeMagic,
    StopMagic,
    WebSocketMagic,
]


class Extension:
    """
    What is put into one IPython shell.

    Args:
        shell: The InteractiveShell.
    """

    def __init__(self, shell: Any) -> None:
        self.shell = shell
        self._output = OutputCapture(shell, capture_output, lambda file: default_kit().app.frame_label(file))
        self._matcher = matcher_for(shell)
        self._takeover = Takeover(
            StandIn(
                lambda app, **options: default_kit().serve(app, **options),
                lambda: default_kit().app.notebook.loop,
                _show_line,
            )
        )
        self._run: CellRun | None = None
        self._execution: str | None = None
        self._depth = 0

    def load(self) -> None:
        """Register magics and hooks. The cell that loads the extension is bracketed from here on."""
        for magics in MAGICS:
            self.shell.register_magics(magics)
        # Not pre_execute and post_execute: those also fire for each message of a widget.
        self.shell.events.register("pre_run_cell", self.begin)
        self.shell.events.register("post_run_cell", self.end)
        self.shell.input_transformers_cleanup.append(keep_empty_cell)
        self.shell.Completer.custom_matchers.append(self._matcher)
        self._output.install()
        use_debugger(IPythonNotebook(self.shell).debug)
        self._takeover.install()
        running = self.shell.displayhook.exec_result
        if running is not None:
            self.begin(running.info)

    def unload(self) -> None:
        """Take everything out again. What the cells have defined stays."""
        self.shell.events.unregister("pre_run_cell", self.begin)
        self.shell.events.unregister("post_run_cell", self.end)
        self.shell.input_transformers_cleanup.remove(keep_empty_cell)
        self.shell.Completer.custom_matchers.remove(self._matcher)
        manager = self.shell.magics_manager
        for magics in MAGICS:
            for kind, names in magics.magics.items():
                for name in names:
                    manager.magics[kind].pop(name, None)
            manager.registry.pop(magics.__name__, None)
        self._takeover.uninstall()
        self._close(None)
        use_debugger(None)
        default_kit().stop()
        # Last: what handlers print while the servers stop belongs to no cell either.
        self._output.uninstall()

    def begin(self, info: Any) -> None:
        """Begin to bracket a cell; one that runs inside of another, as `%run` does, belongs to that."""
        execution = self._current_execution()
        if self._run is not None and execution == self._execution:
            self._depth += 1
            return
        # The end of a cell that was interrupted at the wrong moment is never told.
        self._close(KeyboardInterrupt())
        app = default_kit().app
        cell = app.notebook.cell()
        if cell.id is None:
            cell = replace(cell, id=info.cell_id)
        self._run, self._execution, self._depth = app.cell_run(cell), execution, 1
        self._run.__enter__()

    def end(self, result: Any) -> None:
        """End the bracket; what a failed cell has defined is taken back."""
        if self._run is None:
            return  # It began before the extension was loaded.
        self._depth -= 1
        if self._depth == 0:
            self._close(result.error_before_exec or result.error_in_exec)

    def _close(self, exc: BaseException | None) -> None:
        run, self._run, self._depth = self._run, None, 0
        if run is not None:
            run.__exit__(None if exc is None else type(exc), exc, None)

    def _current_execution(self) -> str | None:
        """The id of the front end's message, the same for all that runs because of it; None in a terminal."""
        parent = self.shell.get_parent() if hasattr(self.shell, "get_parent") else {}
        identifier: str | None = parent.get("header", {}).get("msg_id")
        return identifier


def _show_line(line: str) -> None:
    sys.stdout.write(line + "\n")


def keep_empty_cell(lines: list[str]) -> list[str]:
    """
    Let one of our cell magics run with nothing below it.

    IPython would refuse it with a hint at the line magic; `%%asgi_request DELETE /items/3` is
    right without a body, and for the others we have a better word.
    """
    if len(lines) == 1 and lines[0].startswith("%%asgi_") and "?" not in lines[0].split()[0]:
        return [lines[0].rstrip("\n") + "\n", "\n"]
    return lines


_loaded: dict[Any, Extension] = {}


def load_ipython_extension(shell: Any) -> None:
    """Load the extension into a shell; harmless when it is loaded."""
    if shell not in _loaded:
        extension = Extension(shell)
        extension.load()
        _loaded[shell] = extension


def unload_ipython_extension(shell: Any) -> None:
    """Take the extension out of a shell, and stop the servers."""
    extension = _loaded.pop(shell, None)
    if extension is not None:
        extension.unload()
