"""
An exchange as text to take away: on the clipboard, or in a cell of the notebook.

Rule 1: secrets are masked in all of it; the page can ask for nothing else.
Rule 2: a cell is inserted, and never run.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from asgi_nb.record.exchange import Exchange
from asgi_nb.record.export.errors import ExportError
from asgi_nb.record.export.formats import copy_as, formats_for
from asgi_nb.record.export.har import to_har
from asgi_nb.widgets.wire import WireError


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell that can be made of an exchange."""

    name: str
    """The word for it."""
    title: str
    """What a menu says."""
    write: Callable[[Exchange], str]
    """Gives the cell's text, masked; raises ExportError where it would lie."""
    kinds: tuple[str, ...] = ("http", "websocket")
    """The kinds of exchange that it is for."""


def name_of(exchange: Exchange) -> str:
    """Give the Python that finds an exchange again."""
    return f'asgi_nb.traffic["{exchange.id}"]'


def _request(exchange: Exchange) -> str:
    return f"%%asgi_request {exchange.as_http()}"


def _replay(exchange: Exchange) -> str:
    return (
        f"import asgi_nb\n\nold = {name_of(exchange)}\nnew = old.replay()  # replay(path=..., json=...) "
        "changes something\nold.diff(new)\n"
    )


CELLS = (
    Cell("request", "the request: %%asgi_request", _request, ("http",)),
    Cell("replay", "replay and compare", _replay),
    Cell("test", "pytest test", lambda exchange: exchange.as_test(), ("http",)),
    Cell("python", "Python with websockets", lambda exchange: exchange.as_python(), ("websocket",)),
)


def copies(exchange: Exchange) -> list[dict[str, str]]:
    """List the formats that an exchange can be copied in: `name`, `title`, and the `code` for the same."""
    forms = [(form.name, form.title, form.code) for form in formats_for(exchange)]
    forms.append(("har", "HAR", ".to_har()"))
    return [{"name": name, "title": title, "code": name_of(exchange) + code} for name, title, code in forms]


def cells(exchange: Exchange) -> list[dict[str, str]]:
    """List the cells that can be made of an exchange, as `copies` does."""
    return [
        {"name": cell.name, "title": cell.title, "code": ""} for cell in CELLS if exchange.kind in cell.kinds
    ]


def copied(exchange: Exchange, name: str) -> str:
    """
    Write an exchange in a format.

    Raises:
        WireError: There is no such format, or it cannot say it.
    """
    if name == "har":
        return json.dumps(to_har([exchange]), indent=2)
    return _written(lambda: str(copy_as(exchange, name)))


def cell_text(exchange: Exchange, name: str) -> str:
    """
    Write the text of a cell.

    Raises:
        WireError: There is no such cell, or it cannot say it.
    """
    cell = next((cell for cell in CELLS if cell.name == name), None)
    if cell is None:
        raise WireError(f"no cell is called {name!r}; there are: {', '.join(cell.name for cell in CELLS)}")
    return _written(lambda: cell.write(exchange))


def _written(write: Callable[[], Any]) -> str:
    try:
        return str(write()).rstrip("\n")
    except (ExportError, ValueError) as exc:
        raise WireError(str(exc)) from None
