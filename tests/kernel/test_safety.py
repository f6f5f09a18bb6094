"""What the edge refuses is said on the service's card, and a magic's option opens it."""

import httpx2
import pytest

pytestmark = [pytest.mark.kernel, pytest.mark.timeout(90)]


def test_a_refused_host_is_on_the_card_and_can_be_allowed(kernel, url):
    assert httpx2.get(url, headers={"host": "api.example"}).status_code == 421
    assert "refused: 1 for another host name" in kernel.ok("%asgi_serve").text

    asked = kernel.run("%asgi_serve --allow-host api.example")
    assert "the app is being served with other options" in str(asked.error)
    kernel.ok("%asgi_stop")
    kernel.ok("%asgi_serve --allow-host api.example --allow-origin https://app.example")
    opened = kernel.value("asgi_nb.services()[0].local_url")

    assert httpx2.get(opened, headers={"host": "api.example"}).status_code == 404
    assert kernel.value("asgi_nb.services()[0].refused") == {}


def test_an_allowed_host_with_a_scheme_is_an_error_in_the_cell(kernel):
    kernel.ok("%asgi_stop")

    run = kernel.run("%asgi_serve --allow-host http://api.example")

    assert "host names without scheme and port" in str(run.error)


def test_the_threads_switch_faster_while_serving_and_as_before_afterwards(kernel):
    kernel.ok("%asgi_stop")
    before = kernel.value("__import__('sys').getswitchinterval()")
    kernel.ok("%asgi_serve")
    while_serving = kernel.value("__import__('sys').getswitchinterval()")
    kernel.ok("%asgi_stop")

    assert while_serving == pytest.approx(0.001)
    assert kernel.value("__import__('sys').getswitchinterval()") == before
