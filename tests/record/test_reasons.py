"""A route that did not match says what the first thing was that did not fit."""

import pytest

from asgi_nb.record.candidates import Asked, Attempt, Candidate, Candidates
from asgi_nb.record.candidates import judge as judge_asked
from asgi_nb.record.origin import Origin
from asgi_nb.record.reasons import read_routing
from asgi_nb.web.routing import Mount, Route, WebSocketRoute

CELL = Origin("c", 3, "ab", "items", "cell.py", 1)


async def endpoint(connection):
    pass


def judge(candidate, is_websocket, method, path):
    return judge_asked(candidate, Asked(method, path, is_websocket))


def candidate(path, methods=("GET",), kind="route", inside=None):
    built = {
        "route": lambda: Route(path, endpoint),
        "websocket": lambda: WebSocketRoute(path, endpoint),
        "mount": lambda: Mount(path, app=endpoint),
    }[kind]()
    inside = None if inside is None else Candidates(tuple(inside))
    return Candidate(kind, path, frozenset(methods), "x", CELL, built.param_convertors, inside)


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


def explain(candidates, method="GET", path="/x", reached=True, **options):
    return read_routing(
        candidates, is_websocket=False, method=method, path=path, reached=reached, answered=True, **options
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


# --- inside of mounts


def told(routing):
    return [(one.route, one.verdict, one.reason, one.chosen, one.fits, one.depth) for one in routing]


def test_a_route_inside_of_a_mount_says_why_it_did_not_match():
    mount = candidate("/api", (), "mount", [candidate("/items/{n:int}"), candidate("/tea", ("POST",))])

    routing = explain(Candidates((mount, candidate("/api/items/{name}"))), path="/api/items/x")

    assert told(routing) == [
        ("mount /api", "partial", "the path begins so, but no route inside fits", False, 2, 0),
        ("GET /api/items/{n:int}", "none", "segment 3: 'x' is not a whole number (n)", False, 3, 1),
        ("POST /api/tea", "none", "segment 2: 'items' is not 'tea'", False, 2, 1),
        ("GET /api/items/{name}", "full", "would fit too, but mount /api stands before it", False, 4, 0),
    ]
    assert routing.matched is None


def test_the_route_inside_of_mounts_that_answered_is_told():
    inner = candidate("/{version}/x", (), "mount", [candidate("/y"), candidate("/{name}")])
    routing = explain(Candidates((candidate("/a", (), "mount", [inner]),)), path="/a/v1/x/y")

    assert [one[:4] for one in told(routing)] == [
        ("mount /a", "full", "the path begins so", True),
        ("mount /a/{version}/x", "full", "the path begins so", True),
        ("GET /a/{version}/x/y", "full", "path and method fit", True),
        (
            "GET /a/{version}/x/{name}",
            "full",
            "would fit too, but GET /a/{version}/x/y stands before it",
            False,
        ),
    ]
    assert routing.matched.route == "GET /a/{version}/x/y"


def test_a_method_inside_of_a_mount_is_near():
    routing = explain(Candidates((candidate("/a", (), "mount", [candidate("/x", ("POST",))]),)), path="/a/x")

    assert [one.route for one in routing.near] == ["mount /a", "POST /a/x"]


def test_a_mount_that_shows_no_routes_decides_by_itself():
    routing = explain(Candidates((candidate("/a", (), "mount"),)), path="/a/x")

    assert routing.matched.reason == "the path begins so; what is mounted there decides about the rest"


def test_where_a_route_has_code_of_its_own_nothing_is_said_of_the_answer():
    custom = Candidate("custom", "Weird", None, "", CELL)
    routing = explain(Candidates((candidate("/a", (), "mount", [custom]),)), path="/a/x")

    assert routing.matched.route == "mount /a"
    assert routing[1].reason == "its own code decides, and does not say why"


@pytest.mark.parametrize(
    ("prefix", "path", "reason"),
    [
        pytest.param("/{rest:path}/in", "/a/b/in/3", "path and method fit", id="any-number-of-segments"),
        pytest.param("/{n:int}", "/5/x", "segment 2: 'x' is not a whole number (n)", id="same-name"),
        pytest.param("", "/3", "path and method fit", id="no-prefix"),
    ],
)
def test_what_a_mounted_app_sees_is_the_rest_of_the_path(prefix, path, reason):
    mount = candidate(prefix, (), "mount", [candidate("/{n:int}")])

    assert explain(Candidates((mount,)), path=path)[1].reason == reason


def test_a_host_is_compared_without_its_port():
    inside = Candidates((candidate("/x"),))
    host = Candidate("host", "{name}.example", None, "", CELL, {}, inside)

    assert explain(Candidates((host,)), host="API.example:8000").matched.route == "GET /x"
    assert (
        explain(Candidates((host,)), host="127.0.0.1")[0].reason == "host: '127.0.0.1' is not {name}.example"
    )


def test_hints_reach_into_mounts():
    attempt = Attempt("GET /x", "route", frozenset({"GET"}), "/x", CELL, "it failed")
    inside = Candidates((candidate("/x", (), "websocket"),), missing=lambda: [attempt])
    mount = Candidate("mount", "/a", None, "", CELL, {}, inside)

    assert explain(Candidates((mount,)), path="/a/x").hints == [
        "cell [3] defines GET /a/x, but it failed",
        "websocket /a/x is a WebSocket endpoint; open it with a WebSocket client",
    ]


def test_a_layer_that_answered_kept_the_request_from_the_mount_and_from_what_is_inside():
    mount = candidate("/a", (), "mount", [candidate("/x")])

    assert {one.reason for one in explain(Candidates((mount,)), path="/a/x", reached=False)} == {
        "would fit, but a layer before it answered"
    }
