"""WebSocket close codes and opcodes, and ASGI messages, each in one sentence."""

# Code -> phrase, sentence, source. Source of the codes: IANA "WebSocket Close Code Number Registry".
CLOSE_CODES: dict[int, tuple[str, str, str]] = {
    1000: (
        "Normal Closure",
        "All was said, and the socket was closed in good order.",
        "RFC 6455 section 7.4.1",
    ),
    1001: (
        "Going Away",
        "One side goes away: the server stops, or the reader has left the page.",
        "RFC 6455 section 7.4.1",
    ),
    1002: ("Protocol Error", "The other side broke the protocol.", "RFC 6455 section 7.4.1"),
    1003: (
        "Unsupported Data",
        "The message was of a type that this side does not take.",
        "RFC 6455 section 7.4.1",
    ),
    1004: ("Reserved", "Has no meaning yet.", "RFC 6455 section 7.4.1"),
    1005: (
        "No Status Received",
        "The close frame had no code; never sent, only told to the app.",
        "RFC 6455 section 7.4.1",
    ),
    1006: (
        "Abnormal Closure",
        "The connection broke off without a close frame; never sent, only told to the app.",
        "RFC 6455 section 7.4.1",
    ),
    1007: ("Invalid Payload", "A text message was not valid UTF-8, or the like.", "RFC 6455 section 7.4.1"),
    1008: (
        "Policy Violation",
        "A message, or the client itself, is not welcome here; for when no other code fits.",
        "RFC 6455 section 7.4.1",
    ),
    1009: ("Message Too Big", "A message was larger than this side takes.", "RFC 6455 section 7.4.1"),
    1010: (
        "Mandatory Extension",
        "The client wanted an extension that the server has not.",
        "RFC 6455 section 7.4.1",
    ),
    1011: ("Internal Error", "The server failed, mostly by an exception.", "RFC 6455 section 7.4.1"),
    1012: ("Service Restart", "The server restarts; try again soon.", "IANA WebSocket registry"),
    1013: ("Try Again Later", "The server has too much to do; try again later.", "IANA WebSocket registry"),
    1014: ("Bad Gateway", "The server behind this one gave no proper answer.", "IANA WebSocket registry"),
    1015: (
        "TLS Handshake",
        "TLS could not be set up; never sent, only told to the app.",
        "RFC 6455 section 7.4.1",
    ),
    3000: ("Unauthorized", "The server does not know who is there.", "IANA WebSocket registry"),
    3003: ("Forbidden", "The server knows who is there, and refuses.", "IANA WebSocket registry"),
    3008: ("Timeout", "The other side took too long.", "IANA WebSocket registry"),
}

# First and last code -> sentence. Source: RFC 6455 section 7.4.2.
CLOSE_RANGES: dict[tuple[int, int], str] = {
    (1000, 2999): "Belongs to the protocol and is not assigned.",
    (3000, 3999): "Belongs to libraries and frameworks, which register what they use.",
    (4000, 4999): "Belongs to the app, which gives it a meaning of its own.",
}

# Opcode -> name, sentence, source.
OPCODES: dict[int, tuple[str, str, str]] = {
    0x0: ("continuation", "Goes on with a message that came in several frames.", "RFC 6455 section 5.4"),
    0x1: ("text", "Carries a message that is text in UTF-8.", "RFC 6455 section 5.6"),
    0x2: ("binary", "Carries a message that is plain bytes.", "RFC 6455 section 5.6"),
    0x8: (
        "close",
        "Ends the socket, with a code and a reason; the other side answers with one.",
        "RFC 6455 section 5.5.1",
    ),
    0x9: (
        "ping",
        "Asks whether the other side is still there; the server handles it below ASGI.",
        "RFC 6455 section 5.5.2",
    ),
    0xA: ("pong", "Answers a ping with the same bytes.", "RFC 6455 section 5.5.3"),
}

_HTTP = "ASGI HTTP & WebSocket specification"
_LIFESPAN = "ASGI Lifespan specification"

# Type of an ASGI message, or of a scope -> sentence, source.
MESSAGES: dict[str, tuple[str, str]] = {
    "http": ("The scope of one HTTP request: method, path, query and headers.", _HTTP),
    "http.request": (
        "Brings the app a part of the request's body; more_body tells whether more comes.",
        _HTTP,
    ),
    "http.disconnect": ("Tells the app that the client has gone, or that the response is complete.", _HTTP),
    "http.response.start": ("Sends the status and the headers; the body must follow.", _HTTP),
    "http.response.body": ("Sends a part of the response's body; without more_body it is the last.", _HTTP),
    "http.response.push": (
        "Sends a request ahead that the client will need; HTTP/2 only.",
        "ASGI extensions",
    ),
    "http.response.zerocopysend": ("Sends bytes straight from an open file.", "ASGI extensions"),
    "http.response.pathsend": ("Lets the server send the file at a path as the body.", "ASGI extensions"),
    "http.response.early_hint": ("Sends a 103 with links to load early.", "ASGI extensions"),
    "http.response.trailers": ("Sends header fields after the body.", "ASGI extensions"),
    "http.response.debug": ("Hands facts about the response to a test client.", "ASGI extensions"),
    "websocket": ("The scope of one WebSocket: path, headers and the subprotocols on offer.", _HTTP),
    "websocket.connect": ("Tells the app that a client wants a WebSocket.", _HTTP),
    "websocket.accept": ("Takes the WebSocket, with a subprotocol and headers.", _HTTP),
    "websocket.receive": ("Brings the app one message of the client, as text or bytes.", _HTTP),
    "websocket.send": ("Sends the client one message, as text or bytes.", _HTTP),
    "websocket.disconnect": ("Tells the app that the socket is closed, with the code and the reason.", _HTTP),
    "websocket.close": ("Closes the socket; before accept it refuses it, with a 403.", _HTTP),
    "websocket.http.response.start": ("Refuses a WebSocket with a status and headers.", "ASGI extensions"),
    "websocket.http.response.body": ("Sends the body of that refusal.", "ASGI extensions"),
    "lifespan": ("The scope that lives as long as the app runs.", _LIFESPAN),
    "lifespan.startup": ("Asks the app to open what it needs before the first request.", _LIFESPAN),
    "lifespan.startup.complete": ("Says that the app is ready.", _LIFESPAN),
    "lifespan.startup.failed": ("Says that the app could not start, and why.", _LIFESPAN),
    "lifespan.shutdown": ("Asks the app to close what it holds.", _LIFESPAN),
    "lifespan.shutdown.complete": ("Says that the app has closed everything.", _LIFESPAN),
    "lifespan.shutdown.failed": ("Says that closing failed, and why.", _LIFESPAN),
}
