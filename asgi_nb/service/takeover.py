"""
Meet what people type to start a server, and serve in the background instead.

In a cell, `uvicorn.run(app)` fails for a loop that runs already, and `await server.serve()` never ends; with
a port in use it ends the kernel, for uvicorn leaves with `sys.exit`, on the kernel's own loop.

Rule 1: only a call on the kernel's loop is met; in threads, and in a terminal, all is as it was.
Rule 2: nothing is imported for it: what is there is changed now, what comes later when it comes.
Rule 3: uninstalling puts back what it changed, unless somebody has changed it since.
"""

import asyncio
import functools
import inspect
from collections.abc import Callable
from types import ModuleType
from typing import Any

from asgi_nb.service.meet_others import meet_hypercorn, meet_werkzeug
from asgi_nb.service.meet_uvicorn import meet_uvicorn
from asgi_nb.service.patches import ImportWatch, Patches
from asgi_nb.service.standin import StandIn, given

# One line for one more server: the module that holds its ways to start, and what changes them.
MEETINGS: dict[str, Callable[[ModuleType, Patches, StandIn], None]] = {
    "uvicorn": meet_uvicorn,
    "hypercorn.asyncio": meet_hypercorn,
    "werkzeug.serving": meet_werkzeug,
}


class LoopRunsError(RuntimeError):
    """A cell has asked for an event loop where one runs, as in `asyncio.run(main())`."""

    def _render_traceback_(self) -> list[str]:
        """Give IPython the text to show in place of a traceback through our own frames."""
        return [f"RuntimeError: {self}"]


class Takeover:
    """
    What is changed while the extension is loaded.

    Args:
        standin: Serves, and knows where cells run.
    """

    def __init__(self, standin: StandIn) -> None:
        self._standin = standin
        self._patches = Patches()
        self._watch = ImportWatch({name: self._bound(meet) for name, meet in MEETINGS.items()})

    def install(self) -> None:
        """Meet from now on."""
        self._patches.set(asyncio, "run", _stand_in_for_asyncio_run(asyncio.run, self._standin))
        self._watch.install()

    def uninstall(self) -> None:
        """Put all back."""
        self._watch.uninstall()
        self._patches.undo()

    def _bound(self, meet: Callable[[ModuleType, Patches, StandIn], None]) -> Callable[[ModuleType], None]:
        return lambda module: meet(module, self._patches, self._standin)


def _stand_in_for_asyncio_run(run: Callable[..., Any], standin: StandIn) -> Callable[..., Any]:
    """Make `asyncio.run(server.serve())` serve, and say what to write instead of any other `asyncio.run`."""

    @functools.wraps(run)
    def stand_in(main: Any, **options: Any) -> Any:
        # Where the loop was made re-entrant, it is no longer asyncio's own, and works.
        if not standin.here() or run.__module__ != "asyncio.runners":
            return run(main, **options)
        name = getattr(main, "__name__", "main")
        if inspect.iscoroutine(main):
            if main.cr_code is given.__code__:
                return _result(main)
            # Or Python would warn that nobody has awaited it.
            main.close()
        raise LoopRunsError(
            "asyncio.run() starts an event loop, and the kernel's is running in this cell already; "
            f"cells can await: write `await {name}(...)`"
        )

    return stand_in


def _result(coroutine: Any) -> Any:
    """Run a coroutine that never waits."""
    try:
        coroutine.send(None)
    except StopIteration as done:
        return done.value
    raise RuntimeError("the coroutine waits, and was expected not to")
