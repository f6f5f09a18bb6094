"""Which page may open a WebSocket: by table, and against a real server."""

import httpx2
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from asgi_nb.service.addresses import Jupyter
from asgi_nb.service.errors import ServiceError
from asgi_nb.service.names import Names
from asgi_nb.service.options import Options

PROXY = ("127.0.0.1", 40002)


class Process:
    """Stands for the Jupyter server's process."""

    def holds(self, client):
        return client == PROXY


def names(environ=None, jupyter=None, **options):
    return Names("127.0.0.1", "127.0.0.1", 8000, Options(**options), environ or {}, jupyter, Process())


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        pytest.param(b"http://127.0.0.1:8000", b"127.0.0.1:8000", id="same"),
        pytest.param(b"https://hub.example", b"hub.example", id="same-through-tls"),
        pytest.param(b"HTTPS://Hub.example", b"hub.EXAMPLE", id="same-in-other-letters"),
        pytest.param(b"http://localhost:8888", b"127.0.0.1:8000", id="jupyter-on-this-machine"),
        pytest.param(b"http://localhost:3000", b"localhost:8000", id="another-server-here"),
        pytest.param(b"http://[::1]:3000", b"localhost:8000", id="ipv6"),
    ],
)
def test_pages_of_our_own_and_of_this_machine_may(origin, host):
    assert names().allows_origin(origin, host)


@pytest.mark.parametrize(
    "origin",
    [
        b"http://evil.example",
        b"http://evil.example:8000",
        b"http://localhost.evil.example",
        b"http://localhost@evil.example",
        b"http://127.0.0.1:8000.evil.example",
        b"http://127.0.0.1:8000, http://evil.example",
        b"null",
        b"",
        b"http://",
        b"file://",
        b"file://localhost",
        b"chrome-extension://abc",
        b"127.0.0.1:8000",
        b"\xff",
    ],
    ids=repr,
)
def test_every_other_page_may_not(origin):
    assert not names().allows_origin(origin, b"127.0.0.1:8000")


def test_the_jupyter_servers_pages_may():
    jupyter = Jupyter("/", "box.lan", "http://box.lan:8888/")
    hub = {"JUPYTERHUB_PUBLIC_URL": "https://hub.example/user/ada/"}

    assert names(jupyter=jupyter).allows_origin(b"http://box.lan:8888", b"127.0.0.1:8000")
    assert names(hub).allows_origin(b"https://hub.example", b"127.0.0.1:8000")


def test_a_page_at_a_name_that_was_proven_may():
    known = names()
    known.allows(b"hub.example", PROXY)

    assert known.allows_origin(b"https://hub.example", b"127.0.0.1:8000")


def test_a_proxy_that_has_put_its_own_host_in_place_is_believed():
    assert names().allows_origin(b"https://x.example", b"localhost:8000", b"x.example")


@pytest.mark.parametrize("origins", [["https://app.example/"], ["*"]], ids=str)
def test_more_origins_can_be_allowed(origins):
    assert names(allowed_origins=origins).allows_origin(b"https://App.example", b"127.0.0.1:8000")


def test_an_origin_without_a_scheme_is_an_error_with_the_remedy():
    with pytest.raises(ServiceError, match=r"origins with their scheme, got 'app\.example'; write"):
        Options(allowed_origins=["app.example"])


def test_a_strange_page_gets_a_403_that_says_what_to_do(serve, demo_app):
    service = serve(demo_app)

    with (
        pytest.raises(InvalidStatus) as refused,
        connect(service.websocket_url, origin="http://evil.example"),
    ):
        pass

    assert refused.value.response.status_code == 403
    assert b"serve(allowed_origins=['http://evil.example'])" in refused.value.response.body
    assert service.refused == {"origin": 1}


UPGRADE = (
    b"GET / HTTP/1.1\r\nhost: %b\r\nconnection: upgrade\r\nupgrade: websocket\r\n"
    b"sec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n%b\r\n"
)


def test_two_origins_are_not_one(serve, demo_app, talk):
    origins = b"origin: http://localhost\r\norigin: http://evil.example\r\n"

    assert talk(serve(demo_app), UPGRADE % (b"localhost", origins)).startswith(b"HTTP/1.1 400 ")


def test_a_websocket_for_another_host_is_refused_with_a_text(serve, demo_app, talk):
    service = serve(demo_app)

    answer = talk(service, UPGRADE % (b"evil.example", b""))

    assert answer.startswith(b"HTTP/1.1 421 ")
    assert b"does not answer for the host 'evil.example'" in answer


@pytest.mark.parametrize("origin", [None, "self", "http://localhost:8888"], ids=str)
def test_our_own_page_and_a_client_that_is_no_browser_talk(serve, demo_app, origin):
    service = serve(demo_app)
    own = service.local_url.rstrip("/") if origin == "self" else origin

    with connect(service.websocket_url, origin=own) as socket:
        socket.send("tea")
        assert socket.recv() == "tea"


def test_a_plain_request_of_another_origin_is_the_apps_matter(serve, demo_app):
    service = serve(demo_app)

    assert httpx2.get(service.local_url, headers={"origin": "http://evil.example"}).status_code == 200
