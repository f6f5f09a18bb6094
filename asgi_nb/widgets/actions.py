"""
Do what a page asks for: send an exchange again, or a new one, copy it, compare it, speak into its socket.

Rule 1: each action is one method of an exchange, or of the kit, so that a cell can do the same. A new action
        is one function and one line in ACTIONS.
Rule 2: an action may take as long as a request: actions run beside each other and beside the desk.
Rule 3: what goes wrong is the answer, and is shown where the button is. The feed goes on.
"""

import binascii
from collections.abc import Callable, Mapping
from typing import Any

from asgi_nb.record.diff import SHOWN_DIFFERENCES, SIGNS, diff
from asgi_nb.record.exchange import Exchange
from asgi_nb.record.line import NotOpenError
from asgi_nb.record.masks import shorten, visible
from asgi_nb.record.store import Store
from asgi_nb.record.websocket import WebSocketRecord
from asgi_nb.service.errors import ServiceError
from asgi_nb.widgets import actions_copy, actions_edit, actions_new
from asgi_nb.widgets.wire import Outgoing, WireError

# Characters of a message from the composer: what is longer came from no keyboard.
MESSAGE_LIMIT = 1 << 20


class Bench:
    """
    Actions on the exchanges of one store.

    Called from several threads, none of which is the server's.

    Args:
        store: Where the exchanges are.
    """

    def __init__(self, store: Store) -> None:
        self.store = store

    def reply(self, message: Mapping[str, Any]) -> Outgoing:
        """
        Do one action.

        Args:
            message: `v` names the page, `id` the question; `what` is a key of ACTIONS; its arguments.
        """
        head = {"kind": "answer", "v": message.get("v"), "id": message.get("id")}
        try:
            value = ACTIONS[str(message.get("what"))](self, message)
        except (WireError, ServiceError, NotOpenError, ValueError) as exc:
            # A ReplayError and an ExportError are ValueErrors; their text says what to do.
            return Outgoing({**head, "ok": False, "value": visible(str(exc), lines=True)}, [])
        except Exception as exc:  # noqa: BLE001 - rule 3: replaying calls the app and all that lies around it
            text = shorten(visible(f"{type(exc).__name__}: {exc}", lines=True), 1000)
            return Outgoing({**head, "ok": False, "value": text}, [])
        return Outgoing({**head, "ok": True, "value": value}, [])

    def find(self, message: Mapping[str, Any], key: str = "seq") -> Exchange:
        """Find the exchange whose number a message has."""
        seq = message.get(key)
        if type(seq) is not int:
            raise WireError(f"{key} must be a whole number, got {seq!r}")
        exchange = self.store.get(seq)
        if exchange is None:
            raise WireError(f"exchange {seq} was dropped from the store, or cleared")
        return exchange

    def socket(self, message: Mapping[str, Any]) -> WebSocketRecord:
        """Find the WebSocket session whose number a message has."""
        exchange = self.find(message)
        if exchange.websocket is None:
            raise WireError(f"exchange {exchange.seq} is no WebSocket session")
        return exchange.websocket


# --- again --------------------------------------------------------------------------------------------------


def _here(bench: Bench, message: Mapping[str, Any]) -> None:
    """Say that the kernel hears."""


def _replay(bench: Bench, message: Mapping[str, Any]) -> int:
    return _sent(bench, bench.find(message).replay())


def _draft(bench: Bench, message: Mapping[str, Any]) -> dict[str, Any]:
    return actions_edit.draft(bench.find(message))


def _send(bench: Bench, message: Mapping[str, Any]) -> int:
    edits = message.get("edits")
    if not isinstance(edits, Mapping):
        raise WireError(f"edits must be an object, got {type(edits).__name__}")
    exchange = bench.find(message)
    try:
        edit = exchange.edit(**actions_edit.changes(exchange, edits))
    except TypeError as exc:
        # A method or a path that is none: the error is about what was typed.
        raise WireError(str(exc)) from None
    return _sent(bench, edit.send())


def _sent(bench: Bench, exchange: Exchange) -> int:
    if bench.store.get(exchange.seq) is not exchange:
        result = exchange.status if exchange.status is not None else exchange.state
        raise WireError(f"it was sent, and answered with {result}, but not recorded: recording is off")
    return exchange.seq


# --- anew ---------------------------------------------------------------------------------------------------


def _routes(bench: Bench, message: Mapping[str, Any]) -> list[dict[str, Any]]:
    return actions_new.routes(bench.store)


def _inputs(bench: Bench, message: Mapping[str, Any]) -> dict[str, Any]:
    return actions_new.inputs(bench.store, message)


def _request(bench: Bench, message: Mapping[str, Any]) -> int:
    return _sent(bench, actions_new.send(bench.store, message))


# --- elsewhere ----------------------------------------------------------------------------------------------


def _copies(bench: Bench, message: Mapping[str, Any]) -> list[dict[str, str]]:
    return actions_copy.copies(bench.find(message))


def _copy(bench: Bench, message: Mapping[str, Any]) -> str:
    return actions_copy.copied(bench.find(message), str(message.get("name")))


def _cells(bench: Bench, message: Mapping[str, Any]) -> list[dict[str, str]]:
    return actions_copy.cells(bench.find(message))


def _cell(bench: Bench, message: Mapping[str, Any]) -> str:
    return actions_copy.cell_text(bench.find(message), str(message.get("name")))


# --- compared -----------------------------------------------------------------------------------------------


def _diff(bench: Bench, message: Mapping[str, Any]) -> dict[str, Any]:
    """Compare two exchanges, or one with the one before it on the same route."""
    seqs = message.get("seqs")
    if not isinstance(seqs, list) or len(seqs) not in (1, 2):
        raise WireError(f"select two requests to compare, or one; got {seqs!r:.80}")
    found = [bench.find({"seq": seq}) for seq in sorted(seqs, key=str)]
    found.sort(key=lambda exchange: exchange.seq)
    old, new = found if len(found) == 2 else (_before(bench, found[0]), found[0])
    result = diff(old, new)
    return {
        "old": {"seq": old.seq, "title": result.old},
        "new": {"seq": new.seq, "title": result.new},
        "code": f"{actions_copy.name_of(old)}.diff({actions_copy.name_of(new)})",
        "summary": result.summary,
        "timing": result.timing,
        "differences": [
            {
                "kind": one.kind,
                "sign": SIGNS[one.kind],
                "place": one.place,
                "old": one.shown_old,
                "new": one.shown_new,
                "lines": list(one.lines),
            }
            for one in result.differences[:SHOWN_DIFFERENCES]
        ],
        "more": max(0, len(result.differences) - SHOWN_DIFFERENCES),
    }


def _before(bench: Bench, exchange: Exchange) -> Exchange:
    """Find the last exchange before this one that the same route answered; without a route, the same path."""
    if exchange.relation is not None and exchange.relation.replay_of is not None:
        for one in bench.store:
            if one.id == exchange.relation.replay_of:
                return one
    where = (exchange.request.method, exchange.route_path or exchange.request.path)
    for one in reversed([one for one in bench.store if one.seq < exchange.seq]):
        if (one.request.method, one.route_path or one.request.path) == where:
            return one
    raise WireError(f"there is no earlier {visible(where[0])} {visible(where[1])} to compare with")


# --- spoken to ----------------------------------------------------------------------------------------------


def _ws_send(bench: Bench, message: Mapping[str, Any]) -> None:
    socket = bench.socket(message)
    to, text = message.get("to"), message.get("data")
    if to not in ("client", "app") or not isinstance(text, str) or len(text) > MESSAGE_LIMIT:
        raise WireError(f"a message goes to 'client' or 'app', and has at most {MESSAGE_LIMIT} characters")
    data: str | bytes = _octets(text) if message.get("binary") is True else text
    send = socket.send_to_client if to == "client" else socket.send_to_app
    send(data)


def _octets(text: str) -> bytes:
    try:
        return binascii.unhexlify("".join(text.split()))
    except ValueError as exc:
        raise WireError(f"binary data is written as hexadecimal digits, such as 00 ff: {exc}") from None


def _ws_close(bench: Bench, message: Mapping[str, Any]) -> None:
    socket = bench.socket(message)
    code, reason = message.get("code"), message.get("reason")
    close = socket.close_app if message.get("to") == "app" else socket.close_client
    close(code, reason)  # type: ignore[arg-type]  # what is no code or reason is refused there


ACTIONS: dict[str, Callable[[Bench, Mapping[str, Any]], Any]] = {
    "here": _here,
    "replay": _replay,
    "draft": _draft,
    "send": _send,
    "routes": _routes,
    "inputs": _inputs,
    "request": _request,
    "copies": _copies,
    "copy": _copy,
    "cells": _cells,
    "cell": _cell,
    "diff": _diff,
    "ws_send": _ws_send,
    "ws_close": _ws_close,
}
