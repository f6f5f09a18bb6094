"""
Load for a server, from a process of its own: so many connections, one question at a time on each.

The answers to one question are of one length, so they are counted by their bytes, and asking costs the client
a few microseconds: a small part of what the server needs.
Usage: python benchmarks/_load.py URL CONNECTIONS SECONDS; prints how many were answered in how many seconds.
"""

import base64
import os
import select
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

PAYLOAD = b"0123456789abcdef"
"""What a WebSocket sends, and gets back."""

WARM_UP = 0.3
"""Seconds before the clock starts: each connection gets going."""


@dataclass(frozen=True)
class Load:
    """What a server has answered."""

    count: int
    """Answers, those before the clock started included: what the server's CPU time is divided by."""
    rate: float
    """Answers per second."""


def answers(url: str, *, connections: int = 32, seconds: float = 2.0) -> Load:
    """Ask `url`, http or ws, for `seconds` from another process."""
    command = [sys.executable, __file__, url, str(connections), str(seconds)]
    said = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout.split()
    return Load(int(said[0]), float(said[1]))


def requests_per_second(url: str, *, connections: int = 32, seconds: float = 2.0) -> float:
    """Ask `url` for `seconds` on that many keep-alive connections; returns requests per second."""
    return answers(url, connections=connections, seconds=seconds).rate


def _opened(url: str) -> tuple[socket.socket, bytes, int]:
    """Connect, and give the question and the length of its answer."""
    parts = urlsplit(url)
    sock = socket.create_connection((parts.hostname, parts.port), timeout=10)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    question = f"GET {parts.path} HTTP/1.1\r\nhost: {parts.netloc}\r\naccept: */*\r\n".encode()
    if parts.scheme == "http":
        sock.sendall(question + b"\r\n")
        head, body = _head(sock)
        if b" 200 " not in head.split(b"\r\n", 1)[0]:
            raise RuntimeError(f"expected a 200, got {head!r}")
        size = int(head.lower().split(b"content-length: ", 1)[1].split(b"\r\n", 1)[0])
        while len(body) < size:
            body += sock.recv(1 << 16)
        return sock, question + b"\r\n", len(head) + 4 + size
    key = base64.b64encode(os.urandom(16)).decode()
    upgrade = (
        f"connection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: {key}"
    )
    sock.sendall(question + upgrade.encode() + b"\r\n\r\n")
    head, _ = _head(sock)
    if b" 101 " not in head.split(b"\r\n", 1)[0]:
        raise RuntimeError(f"expected a 101, got {head!r}")
    # Text, final; masked by zeros, which leave it as it is. RFC 6455 section 5.2.
    return sock, bytes((0x81, 0x80 | len(PAYLOAD), 0, 0, 0, 0)) + PAYLOAD, 2 + len(PAYLOAD)


def _head(sock: socket.socket) -> tuple[bytes, bytes]:
    got = b""
    while b"\r\n\r\n" not in got:
        more = sock.recv(1 << 16)
        if not more:
            raise RuntimeError(f"the server closed after {got!r}")
        got += more
    head, _, rest = got.partition(b"\r\n\r\n")
    return head, rest


def main(url: str, connections: int, seconds: float) -> None:
    """Ask, and print what was answered."""
    poll = select.epoll()
    opened = {}
    for _ in range(connections):
        sock, question, length = _opened(url)
        opened[sock.fileno()] = sock
        poll.register(sock, select.EPOLLIN)
    missing = dict.fromkeys(opened, length)
    for sock in opened.values():
        sock.sendall(question)
    count, first, began = 0, 0, 0.0
    end = time.perf_counter() + WARM_UP
    while True:
        for number, _ in poll.poll():
            sock = opened[number]
            left = missing[number] - len(sock.recv(1 << 16))
            if not left:
                count += 1
                sock.send(question)
                left = length
            missing[number] = left
        now = time.perf_counter()
        if now > end:
            if began:
                break
            first, began, end = count, now, now + seconds
    print(count + connections, (count - first) / (now - began))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]))
