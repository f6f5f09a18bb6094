"""
Tell browsers where the time of a request went, in a header that their developer tools draw.

Off unless asked for: whoever can read the header can measure the app.

Source: W3C Server Timing, section 3, "The Server-Timing Header Field".
"""

from time import perf_counter_ns

from asgi_nb.record.exchange import Exchange, current_exchange
from asgi_nb.record.runs import CALLED, PART, end_of
from asgi_nb.web.types import ASGIApp, Message, Receive, Scope, Send


class ServerTiming:
    """
    Add a Server-Timing header to each response: the layers, the endpoint and the whole, in milliseconds.

    What is not recorded has the whole only.

    Args:
        app: The application.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        start = perf_counter_ns()

        async def timed(message: Message) -> None:
            if message["type"] == "http.response.start":
                # In the context of whoever sends, which is inside of the tap.
                value = _value(current_exchange.get(), start, perf_counter_ns())
                headers = [*message.get("headers", ()), (b"server-timing", value.encode("latin-1"))]
                message = {**message, "headers": headers}
            await send(message)

        await self.app(scope, receive, timed)


def _value(exchange: Exchange | None, start: int, now: int) -> str:
    parts = []
    trace = None if exchange is None else exchange.trace
    runs = [] if trace is None else [run for run in trace.runs if run[PART] in ("endpoint", "app")]
    if runs:
        called = min(run[CALLED] for run in runs)
        # A response that starts while its endpoint runs, as a mounted app's: until now.
        ended = max(end_of(run) or now for run in runs)
        parts.append(f'before;desc="before the endpoint";dur={(called - start) / 1e6:.3f}')
        parts.append(f'endpoint;desc="endpoint";dur={(ended - called) / 1e6:.3f}')
        parts.append(f'after;desc="after the endpoint";dur={(now - ended) / 1e6:.3f}')
    parts.append(f'total;desc="until the response began";dur={(now - start) / 1e6:.3f}')
    return ", ".join(parts)
