"""Refuse bodies that are larger than this server takes, before they fill the kernel's memory."""

from collections.abc import Awaitable

from asgi_nb.service.refusals import refuse
from asgi_nb.service.serving import Serving
from asgi_nb.web.types import ASGIApp, Message, Receive, Scope, Send


class BodyLimit:
    """
    Answer 413 to requests with too large a body.

    A declared length is believed at once. A body without one is counted as it comes: when it has
    become too large the client gets its 413, and the app is told that the client has gone.
    The rest of the body is read and thrown away by the server, so that the client, which is
    still sending, gets to read the answer.

    Args:
        app: The application.
        serving: The server's limits.

    Source: RFC 9110 section 15.5.14.
    """

    def __init__(self, app: ASGIApp, serving: Serving) -> None:
        self.app = app
        self.serving = serving
        self.max_size = serving.options.max_body_size

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        for name, value in scope["headers"]:
            if name == b"content-length":
                # What is no number has not come past the server's parser.
                if int(value) > self.max_size:
                    return refuse(scope, receive, send, 413, self._count(f"{int(value)} bytes"))
            elif name == b"transfer-encoding":
                return self._counted(scope, receive, send)
        return self.app(scope, receive, send)

    async def _counted(self, scope: Scope, receive: Receive, send: Send) -> None:
        size = 0
        answered = refused = False

        async def counted_receive() -> Message:
            nonlocal size, refused
            if refused:
                return {"type": "http.disconnect"}
            message = await receive()
            size += len(message.get("body", b""))
            if size <= self.max_size:
                return message
            refused = True
            text = self._count(f"more than {self.max_size} bytes")
            if not answered:
                await refuse(scope, receive, send, 413, text)
            return {"type": "http.disconnect"}

        async def watched_send(message: Message) -> None:
            nonlocal answered
            if refused:
                return
            answered = True
            await send(message)

        await self.app(scope, counted_receive, watched_send)

    def _count(self, got: str) -> str:
        text = (
            f"got a body of {got}; this server takes {self.max_size}. To allow more: serve(max_body_size=...)"
        )
        self.serving.refusals.count("body", text)
        return text
