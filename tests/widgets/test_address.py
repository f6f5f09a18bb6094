"""The address widget's kernel side; its page is driven in tests/browser and tests/proxied."""

import pytest

from asgi_nb.service.service import start
from asgi_nb.widgets.address import Address, live_address


@pytest.fixture
def service():
    async def app(scope, receive, send):
        pass

    running = start(app)
    yield running
    running.stop()


def test_it_tells_the_page_what_to_try(service):
    shown = Address(service, service.prove)

    assert (shown.port, shown.name, shown.local_url) == (service.port, service.name, service.local_url)
    assert (shown.prefix, shown.warning) == ("", "")


def test_what_the_page_found_becomes_the_services_address(service):
    shown = Address(service, service.prove)

    shown._receive(shown, {"found": "http://lab.example/proxy/1/"}, [])

    assert service.url == "http://lab.example/proxy/1/"


@pytest.mark.parametrize("content", [None, {}, {"found": None}, {"found": 3}, "found"])
def test_other_messages_of_a_page_change_nothing(service, content):
    before = service.url

    Address(service, service.prove)._receive(None, content, [])

    assert service.url == before


def test_a_page_that_sends_what_is_no_address_is_not_believed(service):
    before = service.url

    Address(service, service.prove)._receive(None, {"found": "javascript:alert(1)"}, [])

    assert service.url == before


def test_an_open_port_comes_with_its_warning():
    async def app(scope, receive, send):
        pass

    running = start(app, host="0.0.0.0")

    assert "OPEN TO THE NETWORK" in Address(running, running.prove).warning
    running.stop()


def test_the_bundle_brings_a_live_view_beside_the_text(service):
    service.view = lambda: live_address(service)

    bundle = service._repr_mimebundle_()

    assert bundle["text/plain"] == repr(service)
    assert service.local_url in bundle["text/html"]
