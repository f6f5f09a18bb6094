"""The live inspector: a list of every request with what it carried, as it happens, in a cell's output."""

from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from asgi_nb.live.holds import Holds
from asgi_nb.live.sessions import OpenSocket
from asgi_nb.record.exchange import Exchange
from asgi_nb.record.filters import Filter
from asgi_nb.record.store import Store
from asgi_nb.widgets.desk import Desk
from asgi_nb.widgets.pump import Pump

Spawn = Callable[[Callable[[], Awaitable[None]]], "Future[None]"]


class Inspector(anywidget.AnyWidget):  # type: ignore[misc]
    """
    Show the exchanges of a store, live.

    Only settings are traits: whatever was captured travels in custom messages, so that a saved notebook holds
    nothing but the masked table of the last exchanges, which also shows without a kernel.

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
        self._store = store
        self._filter = ""
        self._desk = Desk(store, holds, sockets)
        self._pump = Pump(store, self._send_custom, desk=self._desk, interval=feed_interval)
        super().__init__(**settings)
        self.on_msg(self._receive)
        _route_by_header(self.comm)
        self._stop_listening = self._desk.held.holds.listen(self._pump.stir)
        # The task gets a copy of this context, where ipykernel 7.0 looks for the cell's message as it sends.
        self._feeding = spawn(self._pump.run)

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

    @property
    def failure(self) -> BaseException | None:
        """What ended the feed, or None while it runs or after `close`."""
        if not self._feeding.done() or self._feeding.cancelled():
            return None
        return self._feeding.exception()

    def close(self) -> None:
        """End the feed and remove the widget from its pages. Closing twice is no error."""
        self._stop_listening()
        self._pump.stop()
        super().close()

    def __repr__(self) -> str:
        counts = self._store.counts()
        return f"<Inspector: {counts['kept']} exchanges kept, {counts['dropped']} dropped>"

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        bundle = super()._repr_mimebundle_(**kwargs)
        if bundle is None:
            return None
        data, metadata = bundle
        return {**data, "text/plain": repr(self), "text/html": self._store._repr_html_()}, metadata

    def _receive(self, _widget: object, content: Any, _buffers: object) -> None:
        # In the main thread or in a subshell's; another widget's message would not be a dict.
        if not isinstance(content, dict):
            return
        if content.get("kind") == "poll":
            # Sent from here, as the poll's own answer: the page hears nothing else.
            for message in self._pump.poll(str(content.get("v"))):
                self._send_custom(*message)
        else:
            self._pump.put(content)

    def _send_custom(self, content: dict[str, Any], buffers: list[bytes]) -> None:
        # Taken once: `close` in another thread sets it to None.
        comm = self.comm
        if comm is not None:
            comm.send(data={"method": "custom", "content": content}, buffers=buffers)


def _route_by_header(comm: Any) -> None:
    """
    Let messages from the page be handled while a cell runs.

    ipykernel 7.4 hands what comes for a comm to the subshell of whoever sent last. That is the main shell as
    soon as the feed has sent something, and the main shell waits for the cell. The message's own header names
    the right one, which is the `default`.
    """
    if hasattr(comm, "_reply_subshell_for"):
        comm._reply_subshell_for = lambda data, default: default
