"""What the app is told about the proxy in front of it."""

import pytest

from asgi_nb.service.edge import Edge, clean_prefix
from asgi_nb.service.log import ServiceLog
from asgi_nb.service.names import Names
from asgi_nb.service.options import Options
from asgi_nb.service.refusals import Refusals
from asgi_nb.service.serving import Serving

pytestmark = pytest.mark.anyio


async def seen_by_the_app(headers, *, kind="http", client=("127.0.0.1", 5), prefix=None):
    scopes = []

    async def app(scope, receive, send):
        scopes.append(scope)

    edge = Edge(app, serving(prefix))
    scope = {
        "type": kind,
        "path": "/items/a b",
        "raw_path": b"/items/a%20b",
        "root_path": "",
        "client": client,
    }
    await edge({**scope, "headers": headers}, None, None)
    return scopes[0]


class Proxy:
    """Stands for the process of a Jupyter server, which holds every connection but one's own."""

    def holds(self, client):
        return client != OWN


OWN = ("127.0.0.1", 99)


def serving(prefix):
    log = ServiceLog()
    names = Names("127.0.0.1", "127.0.0.1", 8000, Options(), {}, None, Proxy())
    return Serving(8000, Options(), names, Refusals(log), prefix=prefix, state={"db": 1})


async def test_a_forwarded_prefix_becomes_the_root_path():
    scope = await seen_by_the_app([(b"x-forwarded-prefix", b"/user/ada/proxy/8000/")])

    assert scope["root_path"] == "/user/ada/proxy/8000"
    assert scope["path"] == "/user/ada/proxy/8000/items/a b"
    assert scope["raw_path"] == b"/user/ada/proxy/8000/items/a%20b"


async def test_an_encoded_prefix_is_decoded_where_paths_are():
    scope = await seen_by_the_app([(b"x-forwarded-prefix", b"/user/a%40b")])

    assert scope["root_path"] == "/user/a@b"
    assert scope["raw_path"] == b"/user/a%40b/items/a%20b"


async def test_without_a_prefix_nothing_changes():
    scope = await seen_by_the_app([(b"host", b"127.0.0.1:8000")])

    assert (scope["root_path"], scope["path"]) == ("", "/items/a b")


@pytest.mark.parametrize("client", [("10.0.0.7", 5), None], ids=["network", "unknown"])
async def test_only_a_peer_on_this_machine_is_believed(client):
    scope = await seen_by_the_app([(b"x-forwarded-prefix", b"/evil")], client=client)

    assert scope["root_path"] == ""


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        pytest.param(b"hub.example", "/proxy/8000", id="through-the-proxy"),
        pytest.param(b"localhost:8888", "/proxy/8000", id="through-a-local-jupyter"),
        pytest.param(b"127.0.0.1:8000", "", id="direct"),
    ],
)
async def test_a_websocket_gets_the_known_prefix_where_the_proxy_sends_none(host, expected):
    scope = await seen_by_the_app([(b"host", host)], kind="websocket", prefix="/proxy/8000")

    assert scope["root_path"] == expected


async def test_a_websocket_to_another_name_that_is_not_the_proxys_gets_none():
    scope = await seen_by_the_app(
        [(b"host", b"localhost:9000")], kind="websocket", client=OWN, prefix="/proxy/1"
    )

    assert scope["root_path"] == ""


async def test_a_plain_request_to_another_host_name_gets_no_known_prefix():
    scope = await seen_by_the_app([(b"host", b"hub.example")], prefix="/proxy/8000")

    assert scope["root_path"] == ""


async def test_each_request_gets_a_copy_of_the_lifespan_state():
    scope = await seen_by_the_app([])
    scope["state"]["db"] = 2

    assert (await seen_by_the_app([]))["state"] == {"db": 1}


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b"/",
        b"relative/path",
        b"//evil.example",
        b"/a//b",
        b"/\\evil.example",
        b"/%2Fevil.example",
        b"/%5Cevil.example",
        b"/a/../b",
        b"/a/%2e%2e",
        b"/a?b",
        b"/a%3Fb",
        b"/a b",
        b"/a\r\nb",
        b"/a%0d%0ab",
        b"https://evil.example/a",
        b"/\xff",
    ],
    ids=repr,
)
async def test_what_is_no_plain_path_is_no_prefix(value):
    assert clean_prefix(value) is None
