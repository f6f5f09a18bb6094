"""
Keep a connection whose answer is complete, also when the app raises after that.

An app that answers an error sends the 500 and raises all the same, so that the server logs it.
uvicorn then closes the connection, though the answer promised to keep it: the client's next
request on it is reset, now and then, as it happens to be sent before or after.

Source: RFC 9112 section 9.3.
"""

import logging
from collections.abc import Awaitable

from asgi_nb.service.resets import holders, offer
from asgi_nb.service.serving import Serving
from asgi_nb.web.types import ASGIApp, Receive, Scope, Send

# Where uvicorn logs what an app raises: in our services' own log.
_logger = logging.getLogger("uvicorn.error")


class LateErrors:
    """
    Log what the app raises after its answer, and let the connection be.

    Outermost, because it asks uvicorn's own `send` whether the answer is complete. Our own cycle sees to
    it by itself.

    Args:
        app: The application.
    """

    def __init__(self, app: ASGIApp, serving: Serving) -> None:
        self.app = app

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        cycle = getattr(send, "__self__", None)
        if holders:
            offer(scope, cycle)
        if getattr(cycle, "keeps_connection", False):
            return self.app(scope, receive, send)
        return self._call(scope, receive, send, cycle)

    async def _call(self, scope: Scope, receive: Receive, send: Send, cycle: object) -> None:
        try:
            await self.app(scope, receive, send)
        except Exception as exc:
            if scope["type"] != "http" or not getattr(cycle, "response_complete", False):
                raise
            _logger.error("Exception in ASGI application\n", exc_info=exc)
