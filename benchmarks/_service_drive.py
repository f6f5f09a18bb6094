"""What the service benchmark asks of a server, over bare streams: many at once, or at a steady pace."""

import asyncio
import time
from urllib.parse import urlsplit

UPGRADE = (
    "GET {path} HTTP/1.1\r\nhost: {host}\r\nupgrade: websocket\r\nconnection: Upgrade\r\n"
    "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nsec-websocket-version: 13\r\n\r\n"
)


async def _ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, url: str, status: str) -> float:
    """Send one request on an open connection; gives the seconds until its answer was complete."""
    parts = urlsplit(url)
    began = time.perf_counter()
    writer.write(f"GET {parts.path} HTTP/1.1\r\nhost: {parts.netloc}\r\n\r\n".encode())
    head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
    if f" {status} " not in head:
        raise RuntimeError(f"expected {status}, got {head!r}")
    length = int(head.split("content-length: ")[1].split("\r\n")[0])
    await reader.readexactly(length)
    return time.perf_counter() - began


async def _open(url: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    parts = urlsplit(url)
    return await asyncio.open_connection(parts.hostname, parts.port)


async def _paced(url: str, rate: float, seconds: float) -> list[float]:
    reader, writer = await _open(url)
    took = []
    due = time.perf_counter()
    end = due + seconds
    while due < end:
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        took.append(await _ask(reader, writer, url, "200"))
        due += 1 / rate
    writer.close()
    return took


def paced(url: str, *, rate: float, seconds: float) -> list[float]:
    """Ask `rate` times a second on one connection; gives the seconds of each answer."""
    return asyncio.run(_paced(url, rate, seconds))


async def _at_once(url: str, count: int) -> float:
    opened = []
    for _ in range(count):
        opened.append(await _open(url))
    began = time.perf_counter()
    await asyncio.gather(*(_ask(reader, writer, url, "200") for reader, writer in opened))
    took = time.perf_counter() - began
    for _, writer in opened:
        writer.close()
    return took


def at_once(url: str, count: int) -> float:
    """Ask at the same time on that many open connections; gives the seconds until the last answer."""
    return asyncio.run(_at_once(url, count))


class Sockets:
    """
    Idle WebSockets, open until they are closed.

    Args:
        url: The address of the endpoint, with `http`.
    """

    def __init__(self, url: str) -> None:
        self._runner = asyncio.Runner()
        self._url = url
        self._writers: list[asyncio.StreamWriter] = []

    def open(self, count: int) -> None:
        """Open so many more."""
        self._runner.run(self._open(count))

    async def _open(self, count: int) -> None:
        parts = urlsplit(self._url)
        hello = UPGRADE.format(path=parts.path, host=parts.netloc).encode()
        for _ in range(count):
            reader, writer = await _open(self._url)
            writer.write(hello)
            head = await reader.readuntil(b"\r\n\r\n")
            if b" 101 " not in head:
                raise RuntimeError(f"expected 101, got {head!r}")
            self._writers.append(writer)

    def close(self) -> None:
        """Drop them all."""
        for writer in self._writers:
            writer.transport.abort()
        self._runner.close()
