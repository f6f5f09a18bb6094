"""
What stays of a widget in a saved notebook: a picture in an output of its own, drawn anew as things change.

JupyterLab shows the widget of an output wherever the output has one, and without its kernel that is a line
which says that there is no model; HTML in the same output is never asked for. So the picture stands in the
output behind, and a page hides it for as long as it shows the widget (js/src/still.js).
"""

import asyncio
import itertools
import secrets
from collections.abc import Callable
from typing import Any

import anyio
from anyio import to_thread
from IPython.core.interactiveshell import InteractiveShell

from asgi_nb.record.markup import text
from asgi_nb.record.store import Store

# Seconds after a change until it is in the picture: soon when it is quiet, for somebody may save; seldom
# while traffic goes on, for each picture is a message and makes the notebook one with changes.
SOON = 1.0
SELDOM = 16.0

# Outputs that are drawn anew: more cells than one looks at.
MAX_OUTPUTS = 8


class Still:
    """
    The picture of one widget, in all the cells that show it.

    Args:
        draw: Gives the HTML, secrets masked. Called in any thread.
        word: What the widget is called: "inspector".
        pause: Seconds after a change until it is in the picture, when it is quiet.
    """

    def __init__(self, draw: Callable[[], str], word: str, *, pause: float = SOON) -> None:
        self.name = f"asgi-nb-still-{secrets.token_hex(4)}"
        """A class of the picture, by which a page finds it."""
        self._draw = draw
        self._word = word
        self._pause = pause
        self._last = ""
        # As it was: `%%capture` puts another in its place, to which no later picture belongs.
        self._publisher: Any = None
        # The cell that shows it -> the id of its output. A cell that runs again has a new one: nbclient takes
        # an id that it knows for an output which it has thrown away, and fails.
        self._outputs: dict[str | None, str] = {}
        self._count = itertools.count(1)
        self._shown = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    def show(self) -> None:
        """Put the picture behind what the running cell has shown; nothing where there is no notebook."""
        shell = InteractiveShell.instance() if InteractiveShell.initialized() else None
        if shell is None or getattr(shell, "kernel", None) is None:
            return
        self._publisher = shell.display_pub
        # Without its front end telling, a cell cannot be told from another: then the last output is the one.
        parent = shell.get_parent() if hasattr(shell, "get_parent") else {}
        cell = parent.get("metadata", {}).get("cellId")
        self._outputs.pop(cell, None)
        self._outputs[cell] = name = f"{self.name}-{next(self._count)}"
        while len(self._outputs) > MAX_OUTPUTS:
            del self._outputs[next(iter(self._outputs))]
        self._last = self._html()
        self._publish(name, update=False)
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._shown.set)

    def refresh(self) -> None:
        """Draw it anew, where it is shown. Safe in any thread."""
        if self._publisher is not None:
            self._renew(self._html())

    async def follow(self, store: Store) -> None:
        """Draw it anew, from its first showing on, whenever the store has changed, until cancelled."""
        loop = self._loop = asyncio.get_running_loop()
        if self._publisher is not None:
            self._shown.set()
        await self._shown.wait()
        pause = self._pause
        while True:
            changed = asyncio.Event()

            def wake(changed: asyncio.Event = changed) -> None:
                if not loop.is_closed():
                    loop.call_soon_threadsafe(changed.set)

            # Before the drawing, so that nothing is missed; gone while it sleeps, for requests pay for it.
            watch = store.watch(wake)
            try:
                self._renew(await to_thread.run_sync(self._html))
                with anyio.move_on_after(pause):
                    await changed.wait()
                pause = min(2 * pause, SELDOM) if changed.is_set() else self._pause
                await changed.wait()
            finally:
                watch.close()
            await anyio.sleep(pause)

    def _html(self) -> str:
        words = f"The {self._word}, as this notebook has it. Run the cell again to see it live."
        return f'<div class="{self.name}"><p>{text(words)}</p>{self._draw()}</div>'

    def _renew(self, html: str) -> None:
        if html != self._last:
            self._last = html
            for name in list(self._outputs.values()):
                self._publish(name, update=True)

    def _publish(self, name: str, *, update: bool) -> None:
        self._publisher.publish(
            {"text/html": self._last, "text/plain": f"<a picture of the {self._word}>"},
            {},
            transient={"display_id": name},
            update=update,
        )
