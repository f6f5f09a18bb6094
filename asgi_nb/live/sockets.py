"""Close a socket whose handler raised, and say why: what a 500 is for a request."""

import contextlib
import functools
import inspect
from collections.abc import Callable
from typing import Any

from asgi_nb.web.exceptions import HTTPException, WebSocketException
from asgi_nb.web.status import WS_1011_INTERNAL_ERROR
from asgi_nb.web.websockets import WebSocket, WebSocketDisconnect, WebSocketState

# A control frame holds 125 bytes, 2 of them the code. Source: RFC 6455 sections 5.5 and 5.5.1.
REASON_LIMIT = 123


def close_on_failure(endpoint: Callable[..., Any], reason: Callable[[Exception], str]) -> Callable[..., Any]:
    """
    Close the socket with 1011 when a function endpoint raises; the exception goes on to the server.

    Servers differ in what they do then: some just drop the connection.

    Args:
        endpoint: What a route takes; anything but an async function is returned as it is.
        reason: Says to the client what happened.

    Source: RFC 6455 section 7.4.1.
    """
    if not inspect.iscoroutinefunction(endpoint):
        return endpoint

    @functools.wraps(endpoint)
    async def guarded(websocket: WebSocket) -> None:
        try:
            await endpoint(websocket)
        except (HTTPException, WebSocketException, WebSocketDisconnect):
            # The toolkit answers the first two, and the third says that nobody listens any more.
            raise
        except Exception as exc:
            if websocket.application_state is websocket.client_state is WebSocketState.CONNECTED:
                # The client may have left this very moment.
                with contextlib.suppress(OSError, WebSocketDisconnect):
                    await websocket.close(WS_1011_INTERNAL_ERROR, shorten_reason(reason(exc)))
            raise

    return guarded


def shorten_reason(text: str) -> str:
    """Cut a text to what fits into a close frame, between two characters."""
    return text.encode("utf-8", "replace")[:REASON_LIMIT].decode("utf-8", "ignore")
