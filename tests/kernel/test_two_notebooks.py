"""Two notebooks side by side: each has its own server, and they get into each other's way in words only."""

from urllib.parse import urlsplit

import httpx2
import pytest

pytestmark = [pytest.mark.kernel, pytest.mark.timeout(90)]


def test_each_kernel_answers_with_its_own_cells_and_one_outlives_the_other(kernel, url, second_kernel):
    kernel.ok("%%asgi_route GET /who\nreturn 'first'")
    second_kernel.ok("%%asgi_route GET /who\nreturn 'second'")
    other = second_kernel.value("asgi_nb.serve().local_url")
    assert [httpx2.get(one + "who", timeout=10).text for one in (url, other)] == ["first", "second"]

    second_kernel.close()

    assert httpx2.get(url + "who", timeout=10).text == "first"
    with pytest.raises(httpx2.ConnectError):
        httpx2.get(other, timeout=10)


def test_a_port_that_another_notebook_serves_on_is_an_error_that_names_that_notebook(kernel, tea_kernel):
    kernel.ok("%asgi_stop")
    held = urlsplit(tea_kernel.value("asgi_nb.serve().local_url")).port

    run = kernel.run(f"%asgi_serve --port {held}")

    assert f"port {held} is in use on 127.0.0.1 by the kernel of tea.ipynb, process {tea_kernel.pid}" in str(
        run.error
    )
    kernel.ok("%asgi_serve")
    assert tea_kernel.value("asgi_nb.services()[0].running") is True
