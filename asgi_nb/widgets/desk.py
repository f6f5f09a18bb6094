"""
Do what a page asks for: change the store, mark exchanges, complete a filter, remember filters.

Rule 1: every command is one method of the store or of an exchange, so that a cell can do the same. A new
        command is one function and one line in COMMANDS.
Rule 2: a command is a stranger's: what is wrong with it is a WireError, whose text the page shows.
Rule 3: filters are remembered here and in no trait: they may name what a saved notebook should not.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from asgi_nb.live.holds import Holds
from asgi_nb.live.sessions import REASON, OpenSocket, close_all
from asgi_nb.record.exchange import Exchange
from asgi_nb.record.export.har import to_har
from asgi_nb.record.filters import Filter, FilterError, complete
from asgi_nb.record.mark import read_tags
from asgi_nb.record.store import Store
from asgi_nb.record.usage import ArgumentError, ArgumentValueError
from asgi_nb.web.status import WS_1012_SERVICE_RESTART
from asgi_nb.widgets import held
from asgi_nb.widgets.wire import Outgoing, WireError, encode

# Filters that are offered again: what fits into the list under the box.
RECENT = 12

# Characters of a filter and of a note; what is longer came from no keyboard.
TEXT_LIMIT = 2000

# Completions that a list can show.
COMPLETIONS = 30


class Desk:
    """
    Commands from the pages of one store.

    Called from one thread at a time, which need not be the server's.

    Args:
        store: What is changed.
        holds: What is held of the traffic; by default nothing ever is.
        sockets: Lists the WebSockets that are open.
    """

    def __init__(
        self,
        store: Store,
        holds: Holds | None = None,
        sockets: Callable[[], Iterable[OpenSocket]] = tuple,
    ) -> None:
        self.store = store
        self.sockets = sockets
        self.held = held.HeldDesk(Holds() if holds is None else holds)
        self.recent: list[str] = []
        """Filters that were used, the last one first."""
        self.saved: list[str] = []
        """Filters that somebody keeps."""
        self.selected: tuple[int, ...] = ()
        """Numbers of the exchanges that are selected in the page that was used last."""

    def reply(self, message: Mapping[str, Any]) -> Outgoing:
        """
        Do one command.

        Args:
            message: `v` names the page, `id` the question; `what` is a key of COMMANDS; its arguments.
        """
        head = {"kind": "answer", "v": message.get("v"), "id": message.get("id")}
        try:
            value = COMMANDS[str(message.get("what"))](self, message)
        except (WireError, ArgumentError, ArgumentValueError) as exc:
            return Outgoing({**head, "ok": False, "value": str(exc)}, [])
        except FilterError as exc:
            place = {"position": exc.position, "end": exc.end}
            return Outgoing({**head, "ok": False, "value": exc.reason, **place}, [])
        if isinstance(value, bytes):
            return Outgoing({**head, "ok": True, "value": None}, [value])
        return Outgoing({**head, "ok": True, "value": value}, [])

    def state(self) -> dict[str, Any]:
        """Give what pages are told beside the rows."""
        return self.held.state()

    def exchanges(self, message: Mapping[str, Any]) -> list[Exchange]:
        """Find the exchanges that `seqs` names, as far as they are kept."""
        seqs = message.get("seqs")
        if not isinstance(seqs, list) or not all(type(seq) is int for seq in seqs):
            raise WireError(f"seqs must be a list of whole numbers, got {seqs!r}")
        found = [exchange for seq in dict.fromkeys(seqs) if (exchange := self.store.get(seq))]
        if seqs and not found:
            raise WireError("these exchanges were dropped from the store, or cleared")
        return found


def _text(message: Mapping[str, Any], key: str) -> str:
    value = message.get(key)
    if not isinstance(value, str) or len(value) > TEXT_LIMIT:
        raise WireError(
            f"{key} must be a text of at most {TEXT_LIMIT} characters, got {type(value).__name__}"
        )
    return value


def _switch(message: Mapping[str, Any]) -> bool:
    value = message.get("on")
    if not isinstance(value, bool):
        raise WireError(f"on must be true or false, got {value!r}")
    return value


def _clear(desk: Desk, message: Mapping[str, Any]) -> None:
    desk.store.clear()


def _record(desk: Desk, message: Mapping[str, Any]) -> bool:
    desk.store.recording = _switch(message)
    return desk.store.recording


def _remove(desk: Desk, message: Mapping[str, Any]) -> int:
    return desk.store.remove(*desk.exchanges(message))


def _pin(desk: Desk, message: Mapping[str, Any]) -> None:
    on = _switch(message)
    for exchange in desk.exchanges(message):
        exchange.pinned = on


def _note(desk: Desk, message: Mapping[str, Any]) -> None:
    note = _text(message, "note").strip()
    for exchange in desk.exchanges(message):
        exchange.note = note


def _colour(desk: Desk, message: Mapping[str, Any]) -> None:
    colour = _text(message, "colour")
    for exchange in desk.exchanges(message):
        exchange.colour = colour  # type: ignore[assignment]  # the setter refuses what is none


def _tag(desk: Desk, message: Mapping[str, Any]) -> None:
    """Add tags to the exchanges, and take others from them."""
    added, removed = _words(message, "add"), _words(message, "remove")
    for exchange in desk.exchanges(message):
        kept = [tag for tag in exchange.tags if tag not in removed]
        exchange.tags = [*kept, *added]


def _words(message: Mapping[str, Any], key: str) -> tuple[str, ...]:
    value = message.get(key, [])
    if not isinstance(value, list):
        raise WireError(f"{key} must be a list of words, got {type(value).__name__}")
    return read_tags(value)


def _select(desk: Desk, message: Mapping[str, Any]) -> None:
    desk.selected = tuple(exchange.seq for exchange in desk.exchanges(message))


def _export(desk: Desk, message: Mapping[str, Any]) -> bytes:
    """Give an HTTP Archive of the exchanges, secrets masked, or of all that are kept."""
    return encode(to_har(desk.exchanges(message)))


def _complete(desk: Desk, message: Mapping[str, Any]) -> list[dict[str, Any]]:
    text, cursor = _text(message, "text"), message.get("cursor")
    if type(cursor) is not int or not 0 <= cursor <= len(text):
        raise WireError(f"cursor must be a position in the text, 0 to {len(text)}, got {cursor!r}")
    return [one._asdict() for one in complete(text, cursor, desk.store)[:COMPLETIONS]]


def _filters(desk: Desk, message: Mapping[str, Any]) -> dict[str, list[str]]:
    return {"saved": desk.saved, "recent": [text for text in desk.recent if text not in desk.saved]}


def _use_filter(desk: Desk, message: Mapping[str, Any]) -> dict[str, list[str]]:
    """Note that a filter was used, so that it is offered again."""
    text = _text(message, "text").strip()
    if text:
        Filter.parse(text)
        desk.recent = [text, *(one for one in desk.recent if one != text)][:RECENT]
    return _filters(desk, message)


def _save_filter(desk: Desk, message: Mapping[str, Any]) -> dict[str, list[str]]:
    text, on = _text(message, "text").strip(), _switch(message)
    rest = [one for one in desk.saved if one != text]
    if on and text:
        Filter.parse(text)
        rest.append(text)
    desk.saved = rest
    return _filters(desk, message)


def _close_replaced(desk: Desk, message: Mapping[str, Any]) -> int:
    """Close the WebSockets that run on replaced code: all, or those of the exchanges that `seqs` names."""
    wanted = {one.seq for one in desk.exchanges(message)} if "seqs" in message else None
    old = [
        socket
        for socket in desk.sockets()
        if socket.replaced
        and (wanted is None or (socket.exchange is not None and socket.exchange.seq in wanted))
    ]
    if not old:
        raise WireError("no open WebSocket of these runs on old code")
    close_all(old, WS_1012_SERVICE_RESTART, REASON)
    return len(old)


def _decide_held(desk: Desk, message: Mapping[str, Any]) -> Any:
    return held.decide(desk.held, message)


COMMANDS: dict[str, Callable[[Desk, Mapping[str, Any]], Any]] = {
    "clear": _clear,
    "record": _record,
    "remove": _remove,
    "pin": _pin,
    "note": _note,
    "colour": _colour,
    "tag": _tag,
    "select": _select,
    "export": _export,
    "complete": _complete,
    "filters": _filters,
    "use_filter": _use_filter,
    "save_filter": _save_filter,
    "close_replaced": _close_replaced,
    **dict.fromkeys(held.COMMANDS, _decide_held),
}
