"""A socket whose handler raises is closed with 1011 and told why."""

import pytest

from asgi_nb.live.app import LiveApp
from asgi_nb.live.sockets import shorten_reason
from asgi_nb.web.exceptions import WebSocketException

pytestmark = pytest.mark.anyio


@pytest.fixture
def socket(app, run_as):
    """Run a `%%asgi_websocket /x` cell."""
    return lambda body: app.define_websocket("/x", run_as(body))


@pytest.fixture
def fail(talk):
    """Open a socket whose handler raises; gives what was sent."""

    async def session(app, error):
        sent = []
        with pytest.raises(error):
            await talk(app, "/x", sent=sent)
        return sent

    return session


async def test_the_close_frame_names_the_exception_and_the_line(app, socket, fail):
    socket("await websocket.accept()\nraise ValueError('no tea')")

    sent = await fail(app, ValueError)

    assert sent[-1] == {
        "type": "websocket.close",
        "code": 1011,
        "reason": "ValueError: no tea (Cell In[1], line 3)",
    }


async def test_without_debug_the_close_frame_says_nothing(notebook, run_as, fail):
    app = LiveApp(notebook, debug=False)
    app.define_websocket("/x", run_as("await websocket.accept()\nraise ValueError('secret')"))

    sent = await fail(app, ValueError)

    assert (sent[-1]["code"], sent[-1]["reason"]) == (1011, "")


async def test_before_it_is_accepted_there_is_nothing_to_close(app, socket, fail):
    socket("raise ValueError")

    assert await fail(app, ValueError) == []


async def test_after_the_client_has_left_there_is_nobody_to_tell(app, socket, fail):
    socket("await websocket.accept()\nawait websocket.receive()\nraise ValueError")

    assert [message["type"] for message in await fail(app, ValueError)] == ["websocket.accept"]


async def test_a_close_code_of_ones_own_stays(app, socket, talk, notebook):
    notebook.namespace["WebSocketException"] = WebSocketException
    socket("await websocket.accept()\nraise WebSocketException(4000, 'mine')")

    sent, _ = await talk(app, "/x")

    assert (sent[-1]["code"], sent[-1]["reason"]) == (4000, "mine")


async def test_a_client_that_vanishes_during_the_close_hides_nothing(app, socket, talk):
    socket("await websocket.accept()\nraise ValueError('first')")

    with pytest.raises(ValueError, match="first"):
        await talk(app, "/x", lost_after=1)


@pytest.mark.parametrize(
    ("text", "length"), [("a" * 200, 123), ("é" * 100, 122), ("short", 5), ("\ud800" * 3, 3)]
)
async def test_a_reason_fits_into_a_close_frame(text, length):
    assert len(shorten_reason(text).encode()) == length
