"""
Who sends a recorded request again.

Sending needs an app and a loop, which are above this floor: they hand themselves in. Each store has its
player; an exchange that is in none, as one from a file, goes to the player of this notebook.
"""

from collections.abc import Callable
from typing import Any, Protocol
from weakref import WeakKeyDictionary, ref


class Player(Protocol):
    """What sends requests, and sends them again: a `Kit`."""

    app: Any
    """The app that cells define."""

    @property
    def asked_app(self) -> Any:
        """The app that `request` asks."""

    def request(self, line: str, headers: Any = None, body: Any = None) -> Any:
        """Send a request that nobody has sent before and give the reply, which has the exchange."""

    def replay(self, exchange: Any, **options: Any) -> Any:
        """Send a request again and give the new exchange."""

    def address_of(self, exchange: Any) -> str | None:
        """Give the address at which the app of an exchange answers now; None for the one it had."""

    def edit(self, exchange: Any, **changes: Any) -> Any:
        """Give the request to be changed and sent."""


# Both weak: a store that nobody holds goes, and its kit with it.
_of_stores: WeakKeyDictionary[Any, ref[Player]] = WeakKeyDictionary()
_find: list[Callable[[], Player]] = []


def set_player(store: object, player: Player) -> None:
    """Say who sends the requests of a store again."""
    _of_stores[store] = ref(player)


def set_default(find: Callable[[], Player]) -> None:
    """Say how to find who sends requests again that are in no store."""
    _find[:] = [find]


def address_of(exchange: Any) -> str | None:
    """Give the address at which the app of an exchange in a store answers now; None for the one it had."""
    player = None if exchange.keeper is None else player_for(exchange.keeper)
    return None if player is None else player.address_of(exchange)


def player_for(store: object) -> Player | None:
    """Give who sends the requests of a store; None for one that belongs to no app."""
    known = _of_stores.get(store)
    return None if known is None else known()


def player_of(exchange: Any) -> Player:
    """
    Find who sends the request of an exchange again.

    Raises:
        RuntimeError: There is nobody.
    """
    player = None if exchange.keeper is None else player_for(exchange.keeper)
    if player is not None:
        return player
    if not _find:
        raise RuntimeError(
            "there is no app to send the request to; run %load_ext asgi_nb and the cells that define one, "
            "or call replay(exchange) of the kit that has it"
        )
    return _find[0]()
