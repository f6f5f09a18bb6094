"""The kitchen: all requests on one time axis, live, with who runs, who waits and who holds the loop."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import traitlets

from asgi_nb.record.exchange import Exchange
from asgi_nb.record.lanes import BAR_LIMIT
from asgi_nb.record.shelf import Shelf
from asgi_nb.record.store import Store
from asgi_nb.record.timeline import Timeline
from asgi_nb.record.usage import ArgumentValueError
from asgi_nb.widgets.desk import Desk
from asgi_nb.widgets.kitchen_feed import KitchenPump
from asgi_nb.widgets.streamed import Spawn, Streamed

SECONDS = 10.0
"""How much time a page shows at first."""


class Kitchen(Streamed):
    """
    Show the requests of a store on one time axis, live, or those of a recording.

    A saved notebook holds the picture, secrets masked.

    Args:
        shown: A store, which is shown live; or exchanges that were recorded, such as a session.
        spawn: As for `Inspector`.
        seconds: How much time a page shows at first; of a recording, it shows all.
        feed_interval: Seconds between two batches to one page.

    Raises:
        ValueError: `seconds` is not from 0.1 to 600.
    """

    _esm = Path(__file__).parent / "static" / "kitchen.js"
    word = "kitchen"

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
        store = shown if isinstance(shown, Store) else Shelf(shown)
        pump = KitchenPump(store, self._send_custom, desk=Desk(store), interval=feed_interval)
        super().__init__(store, pump, seconds=seconds, live=isinstance(shown, Store))
        self._begin(spawn)

    @traitlets.validate("seconds")  # type: ignore[untyped-decorator]
    def _check_seconds(self, proposal: Any) -> float:
        seconds: float = proposal["value"]
        if not 0.1 <= seconds <= 600:
            raise ArgumentValueError(f"seconds must be from 0.1 to 600, got {seconds!r}")
        return seconds

    def timeline(self, seconds: float | None = None) -> Timeline:
        """Draw what there is at this moment, as `traffic.timeline` does."""
        return self._store.timeline(seconds)

    @property
    def closed(self) -> bool:
        """Whether it was closed, or its feed has ended."""
        return self.comm is None or self._feeding.done()

    def _picture(self) -> str:
        # The picture of the same seconds.
        return Timeline(self._newest(BAR_LIMIT), self.seconds if self.live else None)._repr_html_()
