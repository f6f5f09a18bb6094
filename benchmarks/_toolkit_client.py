"""
Load for a server: keep-alive connections with one request at a time on each, over plain sockets.

Usage: python _toolkit_client.py PORT PATH SECONDS
Prints how many requests were answered. It counts bytes, since all answers are as long as the first one:
a client that parsed them would be slower than the servers.
"""

import re
import selectors
import socket
import sys
import time

# As many as the base lines of the goals were measured with.
CONNECTIONS = 32

LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)


class Connection:
    """One connection, and how much of its answer is missing."""

    def __init__(self, port: int, request: bytes) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.request = request
        self.missing = 0

    def ask(self, length: int) -> None:
        """Send the request; the answer has so many bytes."""
        self.missing = length
        self.socket.sendall(self.request)

    def receive(self) -> bool:
        """Take what is there; says whether that was the end of the answer."""
        part = self.socket.recv(65536)
        if not part:
            raise ConnectionError("the server closed a connection that it should keep")
        self.missing -= len(part)
        if self.missing < 0:
            raise ValueError(f"an answer is {-self.missing} bytes longer than the first one")
        return not self.missing

    def measure(self) -> int:
        """
        Ask once; gives the length of the answer, head and body.

        Raises:
            ValueError: It is no 200, or does not say how long it is.
        """
        self.socket.sendall(self.request)
        answer = b""
        while True:
            answer += self.socket.recv(65536)
            head, gap, body = answer.partition(b"\r\n\r\n")
            length = LENGTH.search(head)
            if gap and (length is None or b" 200 " not in head.split(b"\r\n", 1)[0]):
                raise ValueError(f"expected a 200 with a content-length, got {head!r}")
            if gap and length is not None and len(body) == int(length[1]):
                return len(answer)


def load(port: int, path: str, seconds: float) -> int:
    """Ask for so many seconds; gives how many answers came."""
    request = f"GET {path} HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\naccept: */*\r\n\r\n".encode()
    connections = [Connection(port, request) for _ in range(CONNECTIONS)]
    length = connections[0].measure()
    answered = 1
    waiting = len(connections)
    with selectors.DefaultSelector() as selector:
        for connection in connections:
            selector.register(connection.socket, selectors.EVENT_READ, connection)
            connection.ask(length)
        end = time.monotonic() + seconds
        while waiting:
            over = time.monotonic() > end
            for key, _ in selector.select(10):
                if key.data.receive():
                    answered += 1
                    if over:
                        waiting -= 1
                    else:
                        key.data.ask(length)
    for connection in connections:
        connection.socket.close()
    return answered


if __name__ == "__main__":
    print(load(int(sys.argv[1]), sys.argv[2], float(sys.argv[3])))
