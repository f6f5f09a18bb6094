"""A route that did not match says what the first thing was that did not fit."""

import pytest

from asgi_nb.record.origin import Origin
from asgi_nb.record.reasons import Attempt, Candidate, Candidates, judge, read_routing
from asgi_nb.web.routing import Mount, Route, WebSocketRoute

CELL = Origin("c", 3, "ab", "items", "cell.py", 1)


async def endpoint(connection):
    pass


def candidate(path, methods=("GET",), kind="route"):
    built = {
        "route": lambda: Route(path, endpoint),
        "websocket": lambda: WebSocketRoute(path, endpoint),
        "mount": lambda: Mount(path, app=endpoint),
    }[kind]()
    return Candidate(kind, path, frozenset(methods), "x", CELL, built.param_convertors)


PATHS = [
    ("/items", "/items", None),
    ("/items", "/tea", "segment 1: 'tea' is not 'items'"),
    ("/items", "/items/", "the path has a slash at the end"),
    ("/items/", "/items", "it asks for a slash at the end"),
    ("/items/all", "/items", "the path ends before 'all'"),
    ("/items", "/items/3/x", "the path goes on with '/3/x'"),
    ("/{n:int}", "/3", None),
    ("/{n:int}", "/x", "segment 1: 'x' is not a whole number (n)"),
    ("/{n:float}", "/x", "segment 1: 'x' is not a number (n)"),
    ("/{n:uuid}", "/x", "segment 1: 'x' is not a UUID (n)"),
    ("/{name}", "/", "segment 1: {name} is empty"),
    ("/{name}/x", "/tea", "the path ends before 'x'"),
    ("/{name}", "/tea/", "the path has a slash at the end"),
    ("/files/{path:path}", "/files/a/b", None),
    ("/files/{path:path}", "/files", "the path ends before {path:path}"),
    ("/files/{path:path}/raw", "/files/a/b/raw", None),
    ("/files/{path:path}/raw", "/files/a/b", "'/files/a/b' does not fit /files/{path:path}/raw"),
    ("/v{n:int}.json", "/v3.json", None),
    ("/v{n:int}.json", "/vx.json", "segment 1: 'vx.json' does not fit v{n:int}.json"),
]


@pytest.mark.parametrize(("pattern", "path", "reason"), PATHS)
def test_a_path_is_compared_segment_by_segment(pattern, path, reason):
    verdict, said, _ = judge(candidate(pattern), False, "GET", path)

    assert (verdict, said) == (("full", "") if reason is None else ("none", reason))


@pytest.mark.parametrize(("pattern", "path", "reason"), PATHS)
def test_the_verdict_is_that_of_the_toolkit(pattern, path, reason):
    scope = {"type": "http", "method": "GET", "path": path, "root_path": "", "headers": []}

    assert (Route(pattern, endpoint).matches(scope)[0].name == "FULL") == (reason is None)


def test_a_method_is_looked_at_when_the_path_fits():
    assert judge(candidate("/x", ("GET", "HEAD")), False, "POST", "/x")[:2] == (
        "partial",
        "method: it answers GET, HEAD, not POST",
    )


def test_a_mount_takes_what_begins_with_its_path():
    mount = candidate("/v1", (), "mount")

    assert judge(mount, False, "GET", "/v1/items")[0] == "full"
    assert judge(mount, False, "GET", "/v1")[0] == "none"
    assert judge(mount, False, "GET", "/v2/items")[1] == "segment 1: 'v2' is not 'v1'"


def test_sockets_and_requests_do_not_mix():
    assert judge(candidate("/x", (), "websocket"), False, "GET", "/x")[1] == "it is a WebSocket endpoint"
    assert judge(candidate("/x"), True, "WS", "/x")[1] == "it is an HTTP route"


def explain(candidates, method="GET", path="/x", **options):
    return read_routing(
        candidates, is_websocket=False, method=method, path=path, reached=False, answered=True, **options
    )


def test_a_socket_of_the_same_path_is_a_hint():
    routing = explain(Candidates((candidate("/x", (), "websocket"),)))

    assert routing.hints == ["websocket /x is a WebSocket endpoint; open it with a WebSocket client"]
    assert "open it with a WebSocket client" in repr(routing)


def test_a_cell_that_failed_to_define_the_route_is_a_hint():
    attempt = Attempt(
        "GET /x", "route", frozenset({"GET"}), "/x", CELL, "it failed: CellError: invalid syntax"
    )

    assert explain(Candidates(missing=lambda: [attempt])).hints == [
        "cell [3] defines GET /x, but it failed: CellError: invalid syntax"
    ]
    assert explain(Candidates(missing=lambda: [attempt]), path="/y").hints == []


def test_the_nearest_is_shown_first():
    routing = explain(Candidates((candidate("/a"), candidate("/x/{n:int}/y"))), path="/x/3")

    assert repr(routing).splitlines()[0].startswith("none  GET /x/{n:int}/y")
    assert [one.fits for one in routing] == [1, 3]


def test_many_routes_are_shown_in_part():
    routing = explain(Candidates(tuple(candidate(f"/r{number}") for number in range(60))))

    assert repr(routing).splitlines()[-1] == "and 10 more"


def test_hostile_paths_are_shown_as_text():
    shown = explain(Candidates((candidate("/a"),)), path="/<img src=x onerror=alert(1)>")._repr_html_()

    assert "<img" not in shown
