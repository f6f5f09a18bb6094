"""The kitchen: all requests on one time axis, live, with who runs, who waits and who holds the loop."""

from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from asgi_nb.record.exchange import Exchange
from asgi_nb.record.shelf import Shelf
from asgi_nb.record.store import Store
from asgi_nb.record.timeline import Timeline
from asgi_nb.widgets.desk import Desk
from asgi_nb.widgets.inspector import _route_by_header
from asgi_nb.widgets.kitchen_feed import KitchenPump

Spawn = Callable[[Callable[[], Awaitable[None]]], "Future[None]"]

SECONDS = 10.0
"""How much time a page shows at first."""


class Kitchen(anywidget.AnyWidget):  # type: ignore[misc]
    """
    Show the requests of a store on one time axis, live, or those of a recording.

    Only settings are traits, as with `Inspector`; a saved notebook holds the picture, secrets masked.

    Args:
        shown: A store, which is shown live; or exchanges that were recorded, such as a session.
        spawn: As for `Inspector`.
        seconds: How much time a page shows at first; of a recording, it shows all.
        feed_interval: Seconds between two batches to one page.

    Raises:
        ValueError: `seconds` is not from 0.1 to 600.
    """

    _esm = Path(__file__).parent / "static" / "kitchen.js"

    seconds = traitlets.Float(SECONDS).tag(sync=True)
    """How much time a page shows at first."""
    live = traitlets.Bool(True).tag(sync=True)
    """Whether time runs."""

    def __init__(
        self,
        shown: Store | Iterable[Exchange],
        *,
        spawn: Spawn,
        seconds: float = SECONDS,
        feed_interval: float = 0.1,
    ) -> None:
        self._store = shown if isinstance(shown, Store) else Shelf(shown)
        self._pump = KitchenPump(
            self._store, self._send_custom, desk=Desk(self._store), interval=feed_interval
        )
        super().__init__(seconds=seconds, live=isinstance(shown, Store))
        self.on_msg(self._receive)
        _route_by_header(self.comm)
        # The task gets a copy of this context, where ipykernel 7.0 looks for the cell's message as it sends.
        self._feeding = spawn(self._pump.run)

    @traitlets.validate("seconds")  # type: ignore[untyped-decorator]
    def _check_seconds(self, proposal: Any) -> float:
        seconds: float = proposal["value"]
        if not 0.1 <= seconds <= 600:
            raise ValueError(f"seconds must be from 0.1 to 600, got {seconds!r}")
        return seconds

    def timeline(self, seconds: float | None = None) -> Timeline:
        """Draw what there is at this moment, as `traffic.timeline` does."""
        return self._store.timeline(seconds)

    @property
    def failure(self) -> BaseException | None:
        """What ended the feed, or None while it runs or after `close`."""
        if not self._feeding.done() or self._feeding.cancelled():
            return None
        return self._feeding.exception()

    @property
    def closed(self) -> bool:
        """Whether it was closed, or its feed has ended."""
        return self.comm is None or self._feeding.done()

    def close(self) -> None:
        """End the feed and remove the widget from its pages. Closing twice is no error."""
        self._pump.stop()
        super().close()

    def __repr__(self) -> str:
        counts = self._store.counts()
        return f"<Kitchen: {counts['kept']} exchanges kept, {counts['dropped']} dropped>"

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        bundle = super()._repr_mimebundle_(**kwargs)
        if bundle is None:
            return None
        data, metadata = bundle
        # What a reader without a kernel sees is the picture of the same seconds.
        picture = self.timeline(self.seconds if self.live else None)
        return {**data, "text/plain": repr(self), "text/html": picture._repr_html_()}, metadata

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
