"""Look at the size of a request's head, and at whether its connection is one too many."""

from collections.abc import Awaitable
from itertools import chain

from asgi_nb.service.refusals import refuse
from asgi_nb.service.serving import Serving
from asgi_nb.web.types import ASGIApp, Receive, Scope, Send


class HeadLimit:
    """
    Answer 431 to too many or too large headers, 414 to too long a target, 503 on a surplus connection.

    Headers are added up only where the server's protocol has seen so many bytes that they could
    be too large.

    Args:
        app: The application.
        serving: The server's limits.

    Source: RFC 6585 section 5, RFC 9110 sections 15.5.15 and 15.6.4.
    """

    def __init__(self, app: ASGIApp, serving: Serving) -> None:
        self.app = app
        self.serving = serving
        self.max_headers = serving.options.max_headers
        self.max_size = serving.options.max_header_size

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        headers = scope["headers"]
        size = 0
        if self.serving.doubtful and scope["client"] in self.serving.doubtful:
            size = sum(map(len, chain.from_iterable(headers)))
        target = len(scope["raw_path"]) + len(scope["query_string"])
        if size <= self.max_size and len(headers) <= self.max_headers and target <= self.max_size:
            if self.serving.surplus and scope["client"] in self.serving.surplus:
                return self._refuse_surplus(scope, receive, send)
            return self.app(scope, receive, send)
        if size > self.max_size:
            status, text = 431, too_large(f"{size} bytes", self.max_size)
        elif len(headers) > self.max_headers:
            status = 431
            text = (
                f"got {len(headers)} header lines; this server takes {self.max_headers}. "
                "To allow more: serve(max_headers=...)"
            )
        else:
            status = 414
            text = (
                f"got a path and query of {target} bytes; this server takes {self.max_size}. "
                "To allow more: serve(max_header_size=...)"
            )
        self.serving.refusals.count("headers", text)
        return refuse(scope, receive, send, status, text)

    def _refuse_surplus(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        text = (
            f"this server has {self.serving.options.max_connections} open connections, as many as it takes. "
            "Try again, or allow more: serve(max_connections=...)"
        )
        self.serving.refusals.count("connections", text)
        return refuse(scope, receive, send, 503, text, close=True)


def too_large(got: str, allowed: int) -> str:
    """Say that the headers are too large; `allowed` in bytes."""
    return f"got headers of {got}; this server takes {allowed}. To allow more: serve(max_header_size=...)"
