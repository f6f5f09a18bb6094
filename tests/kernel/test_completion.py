"""Completion over the Jupyter protocol, as a front end asks for it."""

import pytest

pytestmark = pytest.mark.kernel


def complete(kernel, cell):
    """Press Tab at the `|` of a cell; gives what the front end would put there."""
    request = kernel.client.complete(cell.replace("|", ""), cell.index("|"))
    while True:
        reply = kernel.client.get_shell_msg(timeout=15)
        if reply["parent_header"]["msg_id"] == request:
            break
    content = reply["content"]
    assert content["status"] == "ok"
    assert content["cursor_end"] == cell.index("|")
    return [cell[: content["cursor_start"]] + match for match in content["matches"]]


def test_methods_are_completed(kernel):
    found = complete(kernel, "%%asgi_route P|\nreturn 1")

    assert found == [f"%%asgi_route {method}" for method in ("POST", "PUT", "PATCH")]


def test_paths_of_the_routes_are_completed(kernel):
    kernel.ok("%%asgi_route GET /items/{item_id:int}\nreturn item_id", cell="items")

    assert complete(kernel, "%asgi_request GET /|") == ["%asgi_request GET /items/"]


def test_the_request_is_completed_in_a_cell(kernel):
    assert "%%asgi_route GET /\nreturn request.query_params" in complete(
        kernel, "%%asgi_route GET /\nreturn request.q|"
    )
