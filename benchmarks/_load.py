"""
A small HTTP/1.1 load generator: as many keep-alive connections as asked for, one request
at a time on each, over raw asyncio protocols, so that the client costs little beside the server.
"""

import asyncio
import re
import time
from urllib.parse import urlsplit

LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)


class Connection(asyncio.Protocol):
    """Sends the same request again as soon as its answer is complete."""

    def __init__(self, request: bytes, tally: list[int]) -> None:
        self.request = request
        self.tally = tally
        self.buffer = b""
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        transport.write(self.request)

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        head, gap, body = self.buffer.partition(b"\r\n\r\n")
        if not gap:
            return
        length = LENGTH.search(head)
        if length is None:
            raise RuntimeError(f"the answer has no content-length: {head!r}")
        if len(body) < int(length[1]):
            return
        if b" 200 " not in head.split(b"\r\n", 1)[0]:
            raise RuntimeError(f"expected a 200, got {head!r}")
        self.tally[0] += 1
        self.buffer = body[int(length[1]) :]
        assert self.transport is not None
        self.transport.write(self.request)


async def _measure(url: str, connections: int, seconds: float) -> float:
    loop = asyncio.get_running_loop()
    parts = urlsplit(url)
    request = f"GET {parts.path} HTTP/1.1\r\nhost: {parts.netloc}\r\naccept: */*\r\n\r\n".encode()
    tally = [0]
    opened = [
        await loop.create_connection(lambda: Connection(request, tally), parts.hostname, parts.port)
        for _ in range(connections)
    ]
    await asyncio.sleep(0.2)  # let every connection get going before the clock starts
    first, began = tally[0], time.perf_counter()
    await asyncio.sleep(seconds)
    rate = (tally[0] - first) / (time.perf_counter() - began)
    for transport, _ in opened:
        transport.abort()
    return rate


def requests_per_second(url: str, *, connections: int = 32, seconds: float = 2.0) -> float:
    """Ask `url` for `seconds` on that many keep-alive connections; returns requests per second."""
    return asyncio.run(_measure(url, connections, seconds))
