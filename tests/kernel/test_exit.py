"""A kernel that serves exits as promptly as one that does not."""

import httpx2
import pytest
from websockets.sync.client import connect

pytestmark = [pytest.mark.kernel, pytest.mark.timeout(90)]


def test_the_kernel_exits_promptly_with_an_open_stream_and_an_open_socket(fresh_kernel):
    url = fresh_kernel.value("asgi_nb.serve().local_url")
    fresh_kernel.ok(
        "%%asgi_route GET /forever\nimport asyncio\nyield 'first'\n"
        "while True:\n    await asyncio.sleep(0.05)\n    yield 'more'"
    )
    fresh_kernel.ok("%%asgi_websocket /open\nawait websocket.accept()\nawait websocket.receive_text()")

    with (
        connect(url.replace("http", "ws", 1) + "open"),
        httpx2.stream("GET", url + "forever", timeout=10) as stream,
    ):
        next(stream.iter_raw())
        # A front end kills a kernel that takes longer than this.
        assert fresh_kernel.close() < 5
