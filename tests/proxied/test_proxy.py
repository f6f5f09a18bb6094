"""A kernel of a real Jupyter server, asked through its jupyter-server-proxy: alone, and behind a hub."""

import asyncio
import json
from typing import Any
from urllib.parse import urljoin

import httpx2
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

pytestmark = [pytest.mark.kernel, pytest.mark.timeout(120)]


def cookies_of(browser: httpx2.Client) -> dict[str, str]:
    """What the browser sends to the person's own server; a hub has cookies for its own pages too."""
    return {
        cookie.name: cookie.value or ""
        for cookie in browser.cookies.jar
        if "/user/ada/proxy/".startswith(cookie.path)
    }


def test_the_service_knows_its_address_below_the_proxy(place):
    assert place.url == f"{place.root_path}/"


def test_the_app_sees_its_root_path_and_builds_links_that_lead_back(place, browser):
    seen = browser.get("items/3").json()

    assert seen == {"item": 3, "root_path": place.root_path, "path": f"{place.root_path}/items/3"}
    assert browser.get("url-for").text == f"{place.proxied}items/3"


@pytest.mark.parametrize("path", ["go-plain", "go-by-path", "go-by-url", "go-relative"])
def test_every_way_to_redirect_stays_below_the_proxy(browser, place, path):
    sent = browser.get(path)

    assert sent.status_code == 307
    target = urljoin(str(sent.url), sent.headers["location"])
    assert target == f"{place.proxied}items/3"
    assert browser.get(target).json()["item"] == 3


def test_a_slash_redirect_stays_below_the_proxy(browser, place):
    answer = browser.get("slash", follow_redirects=True)

    assert answer.text == "slashed"
    assert str(answer.url) == f"{place.proxied}slash/"


def test_a_cookie_of_the_app_stays_below_the_proxy(browser, place):
    sent = browser.get("cookie").headers.get_list("set-cookie")

    assert sent[0] == f"flavour=tea; Path={place.root_path}/; SameSite=lax"
    assert all(f"Path={place.root_path}/;" in cookie for cookie in sent)
    assert browser.get("seen").json()["cookies"] == {"flavour": "tea"}


def test_a_page_with_relative_links_and_with_the_root_path_works(browser, place):
    page = browser.get("docs")

    for link in page.text.split('"')[1::2]:
        assert browser.get(urljoin(str(page.url), link)).status_code == 200


def test_server_sent_events_come_one_by_one(browser):
    with browser.stream("GET", "events", headers={"accept": "text/event-stream"}) as stream:
        chunks = stream.iter_text()
        assert next(chunks) == "data: first\n\n"

        browser.get("go-on")

        assert "".join(chunks) == "data: second\n\n"


def open_websocket(place: Any, browser: httpx2.Client, origin: str) -> Any:
    cookies = "; ".join(f"{name}={value}" for name, value in cookies_of(browser).items())
    return connect(
        f"{place.proxied.replace('http', 'ws', 1)}talk?q=tea&token={place.token}",
        origin=origin,
        additional_headers={"Cookie": f"own=kept; {cookies}"},
    )


def test_a_websocket_gets_its_root_path_though_the_proxy_does_not_tell(place, browser):
    with open_websocket(place, browser, place.jupyter) as websocket:
        seen = json.loads(websocket.recv(timeout=10))
        websocket.send("tea")
        assert websocket.recv(timeout=10) == "tea"

    assert seen["root_path"] == place.root_path
    assert seen["path"] == f"{place.root_path}/talk"
    assert seen["query"] == "q=tea"
    cookies = [value for name, value in seen["headers"] if name == "cookie"]
    assert cookies == ["own=kept"]


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_login_is_neither_seen_by_the_app_nor_recorded(place, browser, method):
    place.run("asgi_nb.traffic.clear()")
    login = [
        value
        for name, value in cookies_of(browser).items()
        if name.startswith(("username-", "jupyterhub-", "_xsrf"))
    ]
    assert len(login) >= 2

    answer = browser.request(
        method,
        "seen",
        params={"token": place.token, "q": "tea"},
        headers={
            "authorization": f"token {place.token}",
            "x-xsrftoken": "one",
            "referer": f"{place.jupyter}/lab?token={place.token}",
        },
    )

    assert answer.json()["query"] == "q=tea"
    recorded = place.run(
        "[exchange] = asgi_nb.traffic\nprint(exchange.request.headers, exchange.request.query_string)"
    )
    for secret in (place.token, *login):
        assert secret not in answer.text
        assert secret not in recorded


def test_the_apps_own_credentials_pass(browser):
    answer = browser.get("seen", headers={"authorization": "Bearer own"}, params={"token": "own"}).json()

    assert ["authorization", "Bearer own"] in answer["headers"]
    assert answer["query"] == "token=own"


def test_the_recorded_path_is_the_apps_own(place, browser):
    place.run("asgi_nb.traffic.clear()")
    browser.get("items/7")

    said = place.run("e = asgi_nb.traffic[-1]; print(e.request.path, e.route_path, e.root_path)")

    assert said.split() == ["/items/7", "/items/{id:int}", place.root_path]


def test_a_name_that_the_kernel_was_never_told_is_proven_by_the_connection_alone(place):
    login = place.login
    direct = f"http://127.0.0.1:{place.port}/items/3"
    forged = {"host": "hub.example", "x-forwarded-prefix": place.root_path, **login}

    assert httpx2.get(direct, headers=forged).status_code == 421
    # Who was not proven is not looked at again for a second, and the proxy's visitor has another name.
    answer = httpx2.get(f"{place.proxied}items/3", headers={"host": "other.example", **login})
    assert answer.status_code == 200
    assert answer.json()["root_path"] == place.root_path
    assert httpx2.get(direct, headers={"host": "evil.example"}).status_code == 421
    assert json.loads(place.run("print(json.dumps(service.refused))")) == {"host": 2}


def test_a_strange_page_talks_to_no_websocket_with_the_persons_login(place, browser):
    # Jupyter itself does not look at the origin where there is a token; its proxy accepts before it asks us.
    refused_by_jupyter = None
    try:
        with open_websocket(place, browser, "http://evil.example") as websocket:
            with pytest.raises(ConnectionClosed):
                websocket.recv(timeout=10)
    except InvalidStatus as refusal:
        refused_by_jupyter = refusal.response.status_code

    if refused_by_jupyter is None:
        assert json.loads(place.run("print(service.refused['origin'])")) == 1
    else:
        # A hub's server does look.
        assert refused_by_jupyter == 403


def test_a_large_body_passes_through_the_proxy(browser):
    assert browser.post("seen", content=b"x" * (30 << 20)).json()["body"] == 30 << 20


def test_many_at_once_through_the_proxy(place, browser):
    async def ask() -> list[int]:
        async with httpx2.AsyncClient(
            base_url=place.proxied, headers={"authorization": f"token {place.token}"}, timeout=60
        ) as client:
            answers = await asyncio.gather(*(client.get(f"items/{n}") for n in range(40)))
        return [answer.json()["item"] for answer in answers]

    assert asyncio.run(ask()) == list(range(40))
