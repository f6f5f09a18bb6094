"""The table finds what a walk down the list would find, also after any change of the list."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asgi_nb.web._entries import Match
from asgi_nb.web._utils import get_route_path
from asgi_nb.web.responses import PlainTextResponse
from asgi_nb.web.routing import BaseRoute, Host, Mount, Route, Router, WebSocketRoute

SEGMENTS = ["a", "b", "1", "{x}", "{n:int}", "{f:float}", "v{n:int}", "{x}.{y}", "{p:path}", "{p:path}x", ""]
PIECES = ["a", "b", "1", "2.5", "v7", "a.b", "", "x", "\n", "ä", "é.1"]


async def endpoint(request):
    return PlainTextResponse("")


class Picky(BaseRoute):
    """A route that judges by the length of the path."""

    def __init__(self, length, match):
        self.length = length
        self.match = match
        self.methods = {"PATCH"}

    def matches(self, scope):
        if len(get_route_path(scope)) == self.length:
            return self.match, {"endpoint": self, "path_params": {"length": self.length}}
        return Match.NONE, {}


def distinct_params(path):
    names = [part.split(":")[0] for part in path.split("{")[1:]]
    return len({name.rstrip("}") for name in (n.split("}")[0] for n in names)}) == len(names)


paths = (
    st.lists(st.sampled_from(SEGMENTS), min_size=1, max_size=4)
    .map(lambda s: "/" + "/".join(s))
    .filter(distinct_params)
)
methods = st.sampled_from([None, ["GET"], ["POST"], ["GET", "PUT"]])
routes = st.one_of(
    st.builds(lambda path, methods: Route(path, endpoint, methods=methods), paths, methods),
    st.builds(lambda path: WebSocketRoute(path, endpoint), paths),
    st.builds(
        lambda path: Mount(path.rstrip("/"), app=endpoint),
        paths.filter(lambda path: "{p:" not in path),
    ),
    st.builds(lambda host: Host(host, app=endpoint), st.sampled_from(["a.org", "{sub}.org"])),
    st.builds(Picky, st.integers(1, 6), st.sampled_from([Match.FULL, Match.PARTIAL])),
)
requests = st.builds(
    lambda pieces, method, host, kind, root: {
        "type": kind,
        "path": root + "/" + "/".join(pieces),
        "root_path": root,
        "method": method,
        "headers": [(b"host", host)],
    },
    st.lists(st.sampled_from(PIECES), min_size=1, max_size=4),
    st.sampled_from(["GET", "POST", "DELETE"]),
    st.sampled_from([b"a.org", b"b.org:80", b"x"]),
    st.sampled_from(["http", "websocket"]),
    st.sampled_from(["", "/root"]),
)


def walk(routes, scope):
    """What the table stands for, said plainly."""
    partial = None
    for route in routes:
        match, child_scope = route.matches(scope)
        if match is Match.FULL:
            return route, child_scope, True
        if match is Match.PARTIAL and partial is None:
            partial = route, child_scope, False
    return partial


def look_up(router, scope):
    path = get_route_path(scope)
    table = router._refresh()
    index = table.http if scope["type"] == "http" else table.websocket
    found = table.find(index, scope, path)
    if found is None:
        return None
    entry, bound, partial = found
    route = entry.route
    if isinstance(route, Mount):
        child_scope = route.child_scope(scope, path, bound)
    elif isinstance(route, Route | WebSocketRoute):
        child_scope = {"endpoint": route.endpoint, "path_params": bound}
    else:
        child_scope = bound
    return route, child_scope, partial is None


def same(found, expected):
    if found is None or expected is None:
        return found is expected
    return found[0] is expected[0] and found[1:] == expected[1:]


@pytest.mark.parametrize(
    "source", ["/{x}", "/a/{x}/b", "/{n:int}", "/{f:float}", "/{u:uuid}", "/a/{x}/{p:path}"]
)
def test_a_parameter_is_never_empty(source):
    router = Router([Route(source, endpoint)])
    path = source.replace("{p:path}", "rest").replace(source[source.index("{") : source.index("}") + 1], "")
    scope = {"type": "http", "method": "GET", "path": path, "headers": []}

    assert look_up(router, scope) is walk(router.routes, scope) is None


def test_a_long_list_has_routes_of_every_kind():
    many = [kind(f"/{number}", endpoint) for number in range(20) for kind in (Route, WebSocketRoute)]
    router = Router(many)

    for route in many:
        kind = "http" if isinstance(route, Route) else "websocket"
        scope = {"type": kind, "method": "GET", "path": route.path, "headers": []}
        assert look_up(router, scope)[0] is route


@pytest.mark.parametrize("path", ["*", "a/1", "a/1/b"])
@pytest.mark.parametrize("source", ["/{x}", "/a/{x}", "/{x}/{y}", "/{x}/b", "/{p:path}"])
def test_a_path_that_starts_with_no_slash_fits_no_pattern(path, source):
    router = Router([Route(source, endpoint)])
    scope = {"type": "http", "method": "GET", "path": path, "headers": []}

    assert look_up(router, scope) is walk(router.routes, scope) is None


@settings(max_examples=150, deadline=None)
@given(st.lists(routes, max_size=8), st.lists(requests, min_size=1, max_size=6))
def test_the_table_finds_what_a_walk_finds(routes, scopes):
    router = Router(routes)

    for scope in scopes:
        assert same(look_up(router, scope), walk(routes, scope))
        # A second time, from what was remembered.
        assert same(look_up(router, scope), walk(routes, scope))


changes = st.one_of(
    st.tuples(st.just("insert"), st.integers(0, 8), routes),
    st.tuples(st.just("set"), st.integers(0, 8), routes),
    st.tuples(st.just("delete"), st.integers(0, 8), st.none()),
    st.tuples(st.just("reverse"), st.none(), st.none()),
    st.tuples(st.just("move"), st.integers(0, 8), st.integers(-2, 8)),
)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(routes, max_size=8),
    st.lists(changes, min_size=1, max_size=6),
    st.lists(requests, min_size=1, max_size=4),
)
def test_the_table_follows_every_change_of_the_list(routes, changes, scopes):
    router = Router(routes)
    for what, index, route in changes:
        for scope in scopes:
            look_up(router, scope)
        if what == "insert":
            router.insert_route(index, route)
        elif what == "reverse":
            router.routes.reverse()
        elif router.routes:
            index %= len(router.routes)
            if what == "set":
                router.routes[index] = route
            elif what == "move":
                router.move_route(router.routes[index], route)
            else:
                del router.routes[index]

        for scope in scopes:
            assert same(look_up(router, scope), walk(list(router.routes), scope))


def test_a_table_stays_as_it_was_when_the_list_changes():
    old, new = Route("/a/{x}", endpoint), Route("/b/{x}", endpoint)
    router = Router([old])
    scope = {"type": "http", "method": "GET", "path": "/a/1", "headers": []}
    before = router._refresh()

    router.replace_route(old, new)
    after = router._refresh()

    assert before.find(before.http, scope, "/a/1")[0].route is old
    assert after.find(after.http, scope, "/a/1") is None


def test_room_between_two_routes_runs_out_without_harm():
    router = Router([Route("/{x}", endpoint), Route("/{y}", endpoint)])

    for number in range(40):
        router.insert_route(1, Route(f"/{{x{number}}}", endpoint))
        table = router._refresh()
        ranks = [entry.rank for entry in table.entries]
        assert ranks == sorted(set(ranks))


@pytest.mark.parametrize(
    "path",
    [
        pytest.param(lambda number: f"/goes{number}/{{x}}", id="another-key"),
        pytest.param(lambda number: "/goes" * number + "/{x}", id="another-length"),
        pytest.param(lambda number: "/goes" * number + "/{x:path}", id="another-start"),
    ],
)
def test_what_routes_leave_behind_is_forgotten(path):
    stays = Route("/stays/{x}", endpoint)
    router = Router([stays])
    router._refresh()

    for number in range(20):
        route = Route(path(number), endpoint)
        router.routes.append(route)
        router._refresh()
        router.remove_route(route)
        router._refresh()
    router.routes.append(Route("/last/{x}", endpoint))
    index = router._refresh().http

    assert index.early == ()
    assert [(count, [list(shape.routes) for shape in shapes]) for count, shapes in index.ends.items()] == [
        (3, [["stays", "last"]])
    ]


def test_unchanged_routes_are_shared_between_tables():
    router = Router([Route(f"/{number}/{{x}}", endpoint) for number in range(100)])
    before = router._refresh()

    router.routes[50] = Route("/new/{x}", endpoint)
    after = router._refresh()

    assert sum(a is b for a, b in zip(before.entries, after.entries, strict=True)) == 99


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda routes: routes.append(1), id="append"),
        pytest.param(lambda routes: routes.extend([1]), id="extend"),
        pytest.param(lambda routes: routes.insert(0, 1), id="insert"),
        pytest.param(lambda routes: routes.remove(0), id="remove"),
        pytest.param(lambda routes: routes.pop(), id="pop"),
        pytest.param(lambda routes: routes.clear(), id="clear"),
        pytest.param(lambda routes: routes.sort(), id="sort"),
        pytest.param(lambda routes: routes.reverse(), id="reverse"),
        pytest.param(lambda routes: routes.__setitem__(slice(0, 1), [1]), id="slice"),
        pytest.param(lambda routes: routes.__delitem__(0), id="del"),
        pytest.param(lambda routes: routes.__iadd__([1]), id="+="),
        pytest.param(lambda routes: routes.__imul__(2), id="*="),
    ],
)
def test_every_way_to_change_the_list_is_noticed(change):
    router = Router()
    router.routes = [0, 2]
    stamp = router.routes.stamp

    change(router.routes)

    assert router.routes.stamp is not stamp
