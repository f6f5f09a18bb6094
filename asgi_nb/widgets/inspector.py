"""The live inspector: a list of every request with what it carried, as it happens, in a cell's output."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import traitlets

from asgi_nb.live.holds import Holds
from asgi_nb.live.sessions import OpenSocket
from asgi_nb.record.exchange import Exchange
from asgi_nb.record.filters import Filter
from asgi_nb.record.selection import SHOWN, as_html
from asgi_nb.record.store import Store
from asgi_nb.widgets.desk import Desk
from asgi_nb.widgets.pump import Pump
from asgi_nb.widgets.streamed import Spawn, Streamed


class Inspector(Streamed):
    """
    Show the exchanges of a store, live.

    A saved notebook holds the table of the last exchanges, secrets masked.

    Args:
        store: The exchanges to show.
        spawn: Starts a coroutine function on the server's loop and gives its future, as
            `anyio.from_thread.BlockingPortal.start_task_soon` does. Called once, from the calling thread.
        holds: What is held of that traffic, for pages to decide.
        sockets: Lists the WebSockets that are open, for pages to close those on old code.
        feed_interval: Seconds between two batches of rows to one page.
        **settings: Traits of the widget, such as `height`.
    """

    _esm = Path(__file__).parent / "static" / "inspector.js"
    word = "inspector"

    height = traitlets.Int(420, min=240, max=900).tag(sync=True)
    """Pixels; the corner of the widget can be dragged."""

    def __init__(
        self,
        store: Store,
        *,
        spawn: Spawn,
        holds: Holds | None = None,
        sockets: Callable[[], Iterable[OpenSocket]] = tuple,
        feed_interval: float = 0.05,
        **settings: Any,
    ) -> None:
        self._filter = ""
        self._desk = Desk(store, holds, sockets)
        pump = Pump(store, self._send_custom, desk=self._desk, interval=feed_interval)
        super().__init__(store, pump, **settings)
        self._stop_listening = self._desk.held.holds.listen(pump.stir)
        self._begin(spawn)

    @property
    def filter(self) -> str:
        """
        What the list shows: `inspector.filter = "status>=400 path:/api"`; "" for everything.

        Setting it filters all views, also those that had a filter of their own. It is no trait, so no saved
        notebook holds it.

        Raises:
            FilterError: The filter cannot be read; nothing has changed.
        """
        return self._filter

    @filter.setter
    def filter(self, where: str) -> None:
        Filter.parse(where)
        self._filter = where
        self._pump.follow(self._filter)

    @property
    def selected(self) -> list[Exchange]:
        """The exchanges that are selected in the list, in the page that was used last."""
        found = (self._store.get(seq) for seq in self._desk.selected)
        return [exchange for exchange in found if exchange is not None]

    def close(self) -> None:
        """End the feed and remove the widget from its pages. Closing twice is no error."""
        self._stop_listening()
        super().close()

    def _picture(self) -> str:
        # One more than is shown, which says that there are more.
        return as_html(self._newest(SHOWN + 1), f"{self._store!r}".strip("<>"))
