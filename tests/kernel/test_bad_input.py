"""What a person gets wrong in a cell is an error in that cell, and nothing else changes."""

import socket

import httpx2
import pytest

pytestmark = [pytest.mark.kernel, pytest.mark.timeout(90)]


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        pytest.param("%%asgi_route\nreturn 1", ["METHOD", "/path"], id="nothing"),
        pytest.param("%%asgi_route /items\nreturn 1", ["METHOD", "/items"], id="no-method"),
        pytest.param("%%asgi_route /items GET\nreturn 1", ["GET /items"], id="swapped"),
        pytest.param("%%asgi_route GET items\nreturn 1", ["'/'", "items"], id="no-slash"),
        pytest.param("%%asgi_route FETCH /items\nreturn 1", ["FETCH", "GET"], id="unknown-method"),
        pytest.param(
            "%%asgi_route GET /items/{id:integer}\nreturn 1", ["integer", "int"], id="unknown-convertor"
        ),
        pytest.param("%%asgi_route GET /items/{id\nreturn 1", ["{id"], id="open-brace"),
        pytest.param("%%asgi_route GET /items --nmae x\nreturn 1", ["--nmae"], id="unknown-option"),
        pytest.param("%%asgi_route GET /items/{class}\nreturn 1", ["class"], id="keyword-parameter"),
        pytest.param("%%asgi_route GET /items\n", ["empty"], id="empty-body"),
        pytest.param("%%asgi_websocket chat\npass", ["'/'", "chat"], id="websocket-no-slash"),
        pytest.param("%asgi_route GET /items", ["%%asgi_route"], id="line-form"),
        pytest.param("%asgi_serve --port 70000", ["70000", "65535"], id="port-range"),
        pytest.param("%asgi_serve --port tea", ["tea"], id="port-word"),
        pytest.param("%asgi_request", ["METHOD", "/path"], id="empty-request"),
        pytest.param("%asgi_request GET items", ["'/'", "items"], id="request-no-slash"),
    ],
)
def test_a_malformed_line_says_what_was_expected(kernel, cell, words):
    before = kernel.value("len(asgi_nb.routes())")

    run = kernel.run(cell)

    assert run.error is not None, run
    for word in words:
        assert word in run.error
    assert "/asgi_nb/" not in run.error, "shows our internals"
    assert kernel.value("len(asgi_nb.routes())") == before


def test_a_busy_port_is_an_error_in_the_cell_that_asked_for_it(kernel):
    kernel.ok("%asgi_stop")
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = holder.getsockname()[1]

        run = kernel.run(f"%asgi_serve --port {port}")

        assert run.error is not None
        assert f"port {port} is in use" in run.error
    served = kernel.value("asgi_nb.serve().local_url")
    assert httpx2.get(served + "nowhere", timeout=10).status_code == 404
