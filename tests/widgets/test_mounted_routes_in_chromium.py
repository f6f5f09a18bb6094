"""The Route panel of a request that went into a mount: the routes inside say why they did not answer."""

import pytest

from asgi_nb.live.app import LiveApp
from asgi_nb.live.notebook import PlainNotebook
from asgi_nb.record.tap import Tap
from asgi_nb.web.responses import PlainTextResponse
from asgi_nb.web.routing import Mount, Route, Router
from asgi_nb.web.testclient import TestClient

pytestmark = pytest.mark.browser


async def hello(request):
    return PlainTextResponse("hello")


@pytest.fixture
def asked(store):
    """A store with a request that no route inside of a mount fits, and one that went through two mounts."""
    app = LiveApp(PlainNotebook())
    app.add_route("/other", hello)
    app.mount(
        "/api", Router([Route("/items/{n:int}", hello), Mount("/v1", routes=[Route("/{name}", hello)])])
    )
    tap = Tap(app, store, provenance=app)

    async def recorded(scope, receive, send):
        await tap(scope, receive, send)

    client = TestClient(recorded)
    client.get("/api/items/tea")
    client.get("/api/v1/tea")


def rows_of(page, seq, path):
    page.locator(f".main > .list [data-key='{seq}']").click()
    page.locator(".detail .what", has_text=path).wait_for()
    page.get_by_role("tab", name="Route").click()
    page.wait_for_function("() => !root().querySelector('.panel').textContent.includes('Asking the kernel')")
    rows = page.locator(".panel .routes tbody tr")
    return [
        [row.get_attribute("data-verdict"), *row.locator("td, th").all_text_contents()[1:3]]
        for row in rows.all()
    ]


def test_the_routes_inside_of_a_mount_say_why_they_did_not_answer(asked, notebook, page):
    page.set_viewport_size({"width": 1000, "height": 800})
    notebook.open(height=750)

    assert rows_of(page, 1, "/api/items/tea")[:3] == [
        ["partial", "mount /api", "the path begins so, but no route inside fits"],
        ["none", "GET /api/items/{n:int}", "segment 3: 'tea' is not a whole number (n)"],
        ["none", "mount /api/v1", "segment 2: 'items' is not 'v1'"],
    ]
    assert [row[:2] for row in rows_of(page, 2, "/api/v1/tea")[:3]] == [
        ["chosen", "GET /api/v1/{name}"],
        ["chosen", "mount /api/v1"],
        ["chosen", "mount /api"],
    ]
