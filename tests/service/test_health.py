"""A page asks whether it reaches this very server."""

import httpx2
import pytest

from asgi_nb.service.service import start

ASKED = "_asgi_nb/health"


@pytest.fixture
def seen():
    return []


@pytest.fixture
def service(seen):
    async def app(scope, receive, send):
        if scope["type"] == "http":
            seen.append(scope["path"])
            await send({"type": "http.response.start", "status": 404})
            await send({"type": "http.response.body", "body": b"the app's"})

    running = start(app)
    yield running
    running.stop()


def test_it_tells_its_name_to_any_page_and_the_app_hears_nothing(service, seen):
    answer = httpx2.get(service.local_url + ASKED, headers={"origin": "http://localhost:8888"})

    assert answer.text == service.name
    assert answer.headers["access-control-allow-origin"] == "*"
    assert httpx2.head(service.local_url + ASKED).headers["content-length"] == str(len(service.name))
    assert seen == []


def test_two_servers_have_two_names(service):
    other = start(service.app)

    assert other.name != service.name
    other.stop()


def test_other_methods_and_paths_are_the_apps(service, seen):
    assert httpx2.post(service.local_url + ASKED).text == "the app's"
    assert httpx2.get(service.local_url + ASKED + "/").text == "the app's"
    assert len(seen) == 2


def test_a_page_under_a_foreign_name_hears_nothing(service):
    answer = httpx2.get(service.local_url + ASKED, headers={"host": "evil.example"})

    assert answer.status_code == 421


def test_what_a_page_has_proven_is_the_address(service):
    service.prove("https://hub.example/user/ada/proxy/8000/")

    assert service.url == "https://hub.example/user/ada/proxy/8000/"
    with pytest.raises(ValueError, match="begins with http"):
        service.prove("javascript:alert(1)")
