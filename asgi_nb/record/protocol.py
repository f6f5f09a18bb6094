"""
Which ASGI message is legal when: two tables, and nothing else decides it.

Source: ASGI 3.0, HTTP & WebSocket message format 2.5, and its extensions.
"""

from enum import StrEnum


class Step(StrEnum):
    """Where the protocol stands. The words appear in faults."""

    OPEN = "no response is started"
    STARTED = "the response is started"
    PROMISED = "the response is started and promises trailers"
    TRAILING = "the trailers are due"
    DONE = "the response is complete"
    CONNECTING = "the handshake is not answered"
    ACCEPTED = "the socket is open"
    DENYING = "the denial response is started"
    CLOSING = "the app has closed the socket"
    CLOSED = "the socket is closed"


# (step, message) -> next step. "+" marks a message that says more is to come: `more_body`, `more_trailers`,
# and `trailers` in the start.
HTTP: dict[tuple[Step, str], Step] = {
    (Step.OPEN, "http.request"): Step.OPEN,
    (Step.OPEN, "http.disconnect"): Step.OPEN,
    (Step.OPEN, "http.response.debug"): Step.OPEN,
    # The extension's text says "after the response start", but a 103 goes before it: RFC 8297 section 2.
    # Servers and toolkits follow the RFC.
    (Step.OPEN, "http.response.early_hint"): Step.OPEN,
    (Step.OPEN, "http.response.start"): Step.STARTED,
    (Step.OPEN, "http.response.start+"): Step.PROMISED,
    (Step.STARTED, "http.request"): Step.STARTED,
    (Step.STARTED, "http.disconnect"): Step.STARTED,
    (Step.STARTED, "http.response.early_hint"): Step.STARTED,
    (Step.STARTED, "http.response.push"): Step.STARTED,
    (Step.STARTED, "http.response.body+"): Step.STARTED,
    (Step.STARTED, "http.response.body"): Step.DONE,
    (Step.STARTED, "http.response.zerocopysend+"): Step.STARTED,
    (Step.STARTED, "http.response.zerocopysend"): Step.DONE,
    (Step.STARTED, "http.response.pathsend"): Step.DONE,
    (Step.PROMISED, "http.request"): Step.PROMISED,
    (Step.PROMISED, "http.disconnect"): Step.PROMISED,
    (Step.PROMISED, "http.response.early_hint"): Step.PROMISED,
    (Step.PROMISED, "http.response.push"): Step.PROMISED,
    (Step.PROMISED, "http.response.body+"): Step.PROMISED,
    (Step.PROMISED, "http.response.body"): Step.TRAILING,
    (Step.PROMISED, "http.response.zerocopysend+"): Step.PROMISED,
    (Step.PROMISED, "http.response.zerocopysend"): Step.TRAILING,
    (Step.PROMISED, "http.response.pathsend"): Step.TRAILING,
    (Step.TRAILING, "http.request"): Step.TRAILING,
    (Step.TRAILING, "http.disconnect"): Step.TRAILING,
    (Step.TRAILING, "http.response.trailers+"): Step.TRAILING,
    (Step.TRAILING, "http.response.trailers"): Step.DONE,
    (Step.DONE, "http.request"): Step.DONE,
    (Step.DONE, "http.disconnect"): Step.DONE,
}

WEBSOCKET: dict[tuple[Step, str], Step] = {
    (Step.CONNECTING, "websocket.connect"): Step.CONNECTING,
    (Step.CONNECTING, "websocket.accept"): Step.ACCEPTED,
    (Step.CONNECTING, "websocket.close"): Step.CLOSING,
    (Step.CONNECTING, "websocket.disconnect"): Step.CLOSED,
    (Step.CONNECTING, "websocket.http.response.start"): Step.DENYING,
    (Step.DENYING, "websocket.http.response.body+"): Step.DENYING,
    (Step.DENYING, "websocket.http.response.body"): Step.CLOSING,
    (Step.DENYING, "websocket.disconnect"): Step.CLOSED,
    # An app may accept before it reads: servers then still hand it the connect message.
    (Step.ACCEPTED, "websocket.connect"): Step.ACCEPTED,
    (Step.ACCEPTED, "websocket.receive"): Step.ACCEPTED,
    (Step.ACCEPTED, "websocket.send"): Step.ACCEPTED,
    (Step.ACCEPTED, "websocket.close"): Step.CLOSING,
    (Step.ACCEPTED, "websocket.disconnect"): Step.CLOSED,
    # What the client sent before it saw the close may still arrive.
    (Step.CLOSING, "websocket.receive"): Step.CLOSING,
    (Step.CLOSING, "websocket.disconnect"): Step.CLOSED,
    (Step.CLOSED, "websocket.disconnect"): Step.CLOSED,
}

FROM_SERVER = frozenset(
    {"http.request", "http.disconnect", "websocket.connect", "websocket.receive", "websocket.disconnect"}
)

# Message -> the key in scope["extensions"] by which a server says that it knows the message.
EXTENSIONS = {
    "http.response.debug": "http.response.debug",
    "http.response.early_hint": "http.response.early_hint",
    "http.response.pathsend": "http.response.pathsend",
    "http.response.push": "http.response.push",
    "http.response.trailers": "http.response.trailers",
    "http.response.zerocopysend": "http.response.zerocopysend",
    "websocket.http.response.body": "websocket.http.response",
    "websocket.http.response.start": "websocket.http.response",
}

MORE = {
    "http.response.start": "trailers",
    "http.response.body": "more_body",
    "http.response.zerocopysend": "more_body",
    "http.response.trailers": "more_trailers",
    "websocket.http.response.body": "more_body",
}


KNOWN = frozenset(kind.removesuffix("+") for _, kind in [*HTTP, *WEBSOCKET])
