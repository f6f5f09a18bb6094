"""Which Host is answered: by table, against a real server, and as an attacker's page would ask."""

import os
import subprocess
import sys

import httpx2
import pytest

from asgi_nb.service.addresses import Jupyter
from asgi_nb.service.errors import ServiceError
from asgi_nb.service.names import Names, host_name
from asgi_nb.service.options import Options

BROWSER = ("127.0.0.1", 40001)
PROXY = ("127.0.0.1", 40002)


class Process:
    """Stands for the Jupyter server's process, which holds the proxy's connection and no other."""

    def __init__(self):
        self.asked = 0

    def holds(self, client):
        self.asked += 1
        return client == PROXY


def names(*, address="127.0.0.1", host=None, environ=None, jupyter=None, **options):
    return Names(address, host or address, 8000, Options(**options), environ or {}, jupyter, Process())


@pytest.mark.parametrize(
    "host",
    [
        b"localhost",
        b"localhost:8000",
        b"LOCALHOST:8000",
        b"localhost.:8000",
        b"api.localhost:8000",
        b"127.0.0.1:8000",
        b"127.1.2.3:8000",
        b"[::1]:8000",
        pytest.param(b"localhost:9000", id="through-a-tunnel"),
    ],
)
def test_names_that_lead_to_this_machine_alone_are_answered(host):
    assert names().allows(host, BROWSER)


@pytest.mark.parametrize(
    "host",
    [
        b"evil.example:8000",
        b"localhost.evil.example:8000",
        b"127.0.0.1.evil.example:8000",
        b"evil-localhost:8000",
        b"127.0.0.1@evil.example",
        b"evil.example:8000@127.0.0.1",
        b"localhost:8000:evil.example",
        b"localhost, evil.example",
        b"localhost/evil.example",
        b"localhost#evil.example",
        b"local\x00host",
        b"",
        b".",
        b":8000",
        b"[::1",
        b"[::1]evil.example",
        b"0.0.0.0:8000",
        b"169.254.169.254",
        b"192.168.1.7:8000",
        b"2130706433",
        b"0x7f000001",
        b"\xff\xfe",
        b"a" * 300,
    ],
    ids=repr,
)
def test_every_other_name_is_refused(host):
    assert not names().allows(host, BROWSER)


@pytest.mark.parametrize(
    ("host", "answered"),
    [
        (b"192.168.1.7:8000", True),
        (b"[fe80::1]:8000", True),
        (b"laptop:8000", True),
        (b"laptop.lan:8000", True),
        (b"laptop.local:8000", True),
        (b"evil.example:8000", False),
    ],
    ids=repr,
)
def test_a_server_open_to_the_network_answers_for_addresses_and_its_machine_s_names(
    host, answered, monkeypatch
):
    monkeypatch.setattr("socket.gethostname", lambda: "Laptop.lan")

    assert names(address="0.0.0.0").allows(host, ("192.168.1.9", 5)) is answered


def test_the_name_that_was_asked_for_is_answered():
    assert names(address="10.0.0.5", host="Api.example").allows(b"api.example:8000", BROWSER)


@pytest.mark.parametrize(
    ("environ", "host"),
    [
        ({"JUPYTERHUB_PUBLIC_URL": "https://hub.example/user/ada/"}, b"hub.example"),
        ({"JUPYTERHUB_HOST": "https://hub.example"}, b"hub.example"),
        (
            {"CODESPACE_NAME": "Tea-1", "GITHUB_CODESPACES_PORT_FORWARDING_DOMAIN": "app.github.dev"},
            b"tea-1-8000.app.github.dev",
        ),
        ({"COLAB_RELEASE_TAG": "x"}, b"abc-8000-colab.googleusercontent.com"),
    ],
    ids=["hub-5", "hub-with-subdomains", "codespace", "colab"],
)
def test_names_from_the_environment_are_answered(environ, host):
    assert names(environ=environ).allows(host, BROWSER)
    assert not names().allows(host, BROWSER)


def test_the_jupyter_servers_own_name_is_answered():
    jupyter = Jupyter("/", "box.lan", "http://box.lan:8888/", "")

    assert names(jupyter=jupyter).allows(b"box.lan:8888", BROWSER)


@pytest.mark.parametrize(
    ("allowed", "host", "answered"),
    [
        (["api.example"], b"API.example:1", True),
        (["api.example"], b"v1.api.example", False),
        (["*.example"], b"a.b.example", True),
        (["*.example"], b"example", False),
        (["*.example"], b"evilexample", False),
        (["*"], b"any.thing", True),
        (["*"], b"any/thing", False),
    ],
    ids=str,
)
def test_more_names_can_be_allowed(allowed, host, answered):
    assert names(allowed_hosts=allowed).allows(host, BROWSER) is answered


def test_a_name_is_learned_from_the_jupyter_servers_process_alone():
    known = names()

    assert not known.allows(b"evil.example:8000", BROWSER)
    assert known.allows(b"hub.example", PROXY)
    assert known.allows(b"hub.example", BROWSER)
    assert known.is_front(b"hub.example", BROWSER)


def test_a_host_that_was_not_proven_is_not_looked_at_again_at_once():
    known = names()
    for _ in range(50):
        assert not known.allows(b"evil.example:8000", BROWSER)

    assert known._process.asked == 1


def test_what_is_remembered_is_bounded():
    known = names()
    for number in range(1000):
        known.allows(f"n{number}.example".encode(), BROWSER)
        known.allows(f"p{number}.example".encode(), PROXY)

    assert len(known._known) == len(known._fronts) == 256
    assert len(known._unproven) <= 256


@pytest.mark.parametrize("value", [["http://x"], ["x:8000"], [""], [7]], ids=str)
def test_an_allowed_host_that_is_no_name_is_an_error_with_the_remedy(value):
    with pytest.raises(ServiceError, match=r"host names without scheme and port, got .* write for example"):
        Options(allowed_hosts=value)


def test_a_text_in_place_of_a_list_is_an_error_with_the_remedy():
    with pytest.raises(ServiceError, match=r"must be a list of texts, got 'x'; write \['x'\]"):
        Options(allowed_hosts="x")


def test_host_name_reads_an_ipv6_address():
    assert host_name(b"[2001:DB8::1]:8000") == "2001:db8::1"


# Against a real server.


def test_a_page_whose_name_was_rebound_reads_nothing_whatever_headers_it_sets(serve, demo_app):
    service = serve(demo_app)
    everything_a_page_can_send = {
        "x-forwarded-prefix": f"/proxy/{service.port}",
        "x-proxycontextpath": f"/proxy/{service.port}",
        "x-forwarded-host": "localhost",
        "x-forwarded-for": "127.0.0.1",
        "forwarded": "host=localhost",
        "x-original-host": "localhost",
        "authorization": "token guessed",
        "cookie": "username-localhost-8888=guessed; _xsrf=guessed",
    }

    answer = httpx2.get(
        service.local_url,
        headers={"host": f"evil.example:{service.port}", **everything_a_page_can_send},
    )

    assert answer.status_code == 421
    assert answer.headers["x-content-type-options"] == "nosniff"
    for words in (f"'evil.example:{service.port}'", "localhost", "serve(allowed_hosts=['evil.example'])"):
        assert words in answer.text
    assert service.refused == {"host": 1}
    assert repr(service).endswith("refused: 1 for another host name>")
    assert "refused: 1 for another host name" in service._repr_html_()


def test_an_allowed_host_is_answered(serve, demo_app):
    service = serve(demo_app, allowed_hosts=["api.example"])

    assert httpx2.get(service.local_url, headers={"host": "api.example"}).status_code == 200
    assert service.refused == {}
    assert "refused" not in repr(service)


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"GET / HTTP/1.1\r\nhost: localhost\r\nhost: localhost\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nhost: localhost\r\nhost: evil.example\r\n", b"400"),
        (b"GET / HTTP/1.1\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nhost: \r\n", b"400"),
        (b"GET / HTTP/1.1\r\nhost: <script>\r\n", b"400"),
        (b"GET / HTTP/1.0\r\n", b"200"),
        (b"GET / HTTP/1.0\r\nhost: evil.example\r\n", b"421"),
        (b"GET http://localhost/ HTTP/1.1\r\nhost: evil.example\r\n", b"421"),
    ],
    ids=repr,
)
def test_a_request_has_one_host(serve, demo_app, talk, head, status):
    service = serve(demo_app)

    assert talk(service, head + b"connection: close\r\n\r\n").split(b" ")[1] == status


def test_a_connection_of_the_jupyter_servers_own_process_proves_a_name(
    serve, demo_app, monkeypatch, tmp_path
):
    # This process plays the Jupyter server; a child of it, that a browser would be, is none.
    (tmp_path / "jpserver-1.json").write_text(
        f'{{"pid": {os.getpid()}, "base_url": "/", "hostname": "0.0.0.0"}}'
    )
    monkeypatch.setenv("JPY_PARENT_PID", str(os.getpid()))
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path))
    service = serve(demo_app)
    stranger = (
        "import sys, httpx2\n"
        f"print(httpx2.get('{service.local_url}', headers={{'host': sys.argv[1]}}).status_code)"
    )

    def as_a_stranger(host):
        return subprocess.run(
            [sys.executable, "-c", stranger, host], capture_output=True, text=True, timeout=15
        ).stdout.strip()

    assert as_a_stranger("evil.example") == "421"
    assert httpx2.get(service.local_url, headers={"host": "hub.example"}).status_code == 200
    assert as_a_stranger("hub.example") == "200"
