"""
A request that nobody has sent before, as a page writes it: what can be asked, what it takes, and sending it.

Rule 1: the page is told what a route takes, and makes the address itself, so that it can show the Python.
Rule 2: what is sent is one call of `Kit.request`, so that a cell can do the same.
"""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from asgi_nb.live.asked import Asked, Input
from asgi_nb.live.described import described
from asgi_nb.live.inputs import askable
from asgi_nb.record.exchange import Exchange
from asgi_nb.record.masks import shorten, visible
from asgi_nb.record.player import Player, player_for
from asgi_nb.record.store import Store
from asgi_nb.widgets.wire import WireError

# Characters of a body: what is longer was typed by nobody. A cell sends any.
BODY_LIMIT = 1 << 20

FIELDS = ("method", "target", "headers", "body")


def routes(store: Store) -> list[dict[str, Any]]:
    """
    List what can be asked for, newest first.

    Returns:
        For each `n`, its number; `method`, `path`; `place`, the cell that has defined it.
    """
    return [
        {"n": one.number, "method": one.method, "path": visible(one.path), "place": visible(one.place)}
        for one in _askable(store)
    ]


def inputs(store: Store, message: Mapping[str, Any]) -> dict[str, Any]:
    """
    Say what a route takes.

    Args:
        store: Where its requests are recorded.
        message: `n`, its number.
    """
    for one in _askable(store):
        if one.number == message.get("n"):
            found = one.inputs()
            return {
                "path": [_shown(each) for each in found.path],
                "query": [_shown(each) for each in found.query],
                "headers": [_shown(each) for each in found.headers],
                "body": found.body,
                "skeleton": visible(found.skeleton, lines=True),
            }
    raise WireError("this route is there no longer: its cell has run again; open the form anew")


def send(store: Store, message: Mapping[str, Any]) -> Exchange:
    """
    Send a request.

    Args:
        store: Where it is recorded.
        message: `method`; `target`, the path with its query; `headers`, one a line; `body`.

    Raises:
        WireError: A field cannot be read; nothing was sent. Or it was sent, and not recorded.
        RequestError: The method or the path is none.
        ServiceError: There was no answer in time.
    """
    for name in FIELDS:
        value = message.get(name)
        if not isinstance(value, str) or len(value) > BODY_LIMIT:
            raise WireError(f"{name} must be a text of at most {BODY_LIMIT} characters")
    line = f"{message['method'].strip()} {message['target'].strip()}"
    if len(line.splitlines()) != 1:
        raise WireError("the method and the path stand in one line; write %0A for a line's end in a path")
    body = message["body"] or None
    reply = _player(store).request(line, headers=read_headers(message["headers"]), body=body)
    exchange: Exchange | None = reply.exchange
    if exchange is None:
        raise WireError(
            f"it was sent, and answered with {reply.status_code}, but not recorded: recording is off"
        )
    return exchange


def read_headers(text: str) -> dict[str, str]:
    """
    Read headers, one a line.

    Raises:
        WireError: A line is none, or two have one name.
    """
    found: dict[str, str] = {}
    for line in filter(str.strip, text.splitlines()):
        name, colon, value = (part.strip() for part in line.partition(":"))
        if not colon or not name:
            raise WireError(f"a header is written as name: value, got {shorten(visible(line), 80)!r}")
        if not (name + value).isascii():
            raise WireError(
                f"header {shorten(visible(name), 80)!r} has characters that are not ASCII; encode them"
            )
        if name.lower() in map(str.lower, found):
            raise WireError(f"header {name!r} stands here twice; write both values in one line, with a comma")
        found[name] = value
    return found


def _shown(one: Input) -> dict[str, Any]:
    return {**asdict(one), "name": visible(one.name), "default": visible(one.default)}


def _askable(store: Store) -> list[Asked]:
    """List the routes of the app that a request goes to."""
    player = _player(store)
    app = player.asked_app
    return askable(app.definitions) if app is player.app else list(described(app, "", "served", ""))


def _player(store: Store) -> Player:
    player = player_for(store)
    if player is None:
        raise WireError("nothing answers to this list: its traffic belongs to no app")
    return player
