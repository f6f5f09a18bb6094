"""A real server on the loopback, for as long as a block lasts."""

import contextlib
import socket
import threading

import uvicorn


class Server(uvicorn.Server):
    """Says when it listens."""

    def __init__(self, config):
        super().__init__(config)
        self.listens = threading.Event()

    async def startup(self, sockets=None):
        await super().startup(sockets)
        self.listens.set()


@contextlib.contextmanager
def served(app):
    """Serve an app from another thread; gives its URL."""
    with socket.create_server(("127.0.0.1", 0)) as sock:
        server = Server(uvicorn.Config(app, log_level="critical", timeout_graceful_shutdown=5))
        thread = threading.Thread(target=server.run, args=([sock],), daemon=True)
        thread.start()
        try:
            if not server.listens.wait(20):
                raise RuntimeError("the server did not start within 20 seconds")
            yield f"http://127.0.0.1:{sock.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(20)
