"""
Routing gives the answers that Starlette gives, save where it is meant not to:

- Allow names the methods of every route that fits the path, Starlette's those of the first one.
- A newline at the end of a path is a character like any other; Starlette's routes overlook it.
- A scope that went through a mount has its old root_path again.
"""

import asyncio
import re

import pytest
import starlette.applications
import starlette.responses
import starlette.routing
from hypothesis import given, settings
from hypothesis import strategies as st

import asgi_nb.web.applications
import asgi_nb.web.responses
import asgi_nb.web.routing

OURS = asgi_nb.web
THEIRS = starlette

SEGMENTS = ["a", "b", "{x}", "{n:int}", "{f:float}", "{u:uuid}", "v{n:int}", "{x}.{y}", "{p:path}", ""]
PIECES = ["a", "b", "1", "2.5", "v7", "a.b", "", "ä", "8-4", "0f8fad5b-d9cb-469f-a165-70867728950e"]

paths = (
    st.lists(st.sampled_from(SEGMENTS), min_size=1, max_size=3)
    .map(lambda segments: "/" + "/".join(segments))
    .filter(lambda path: len(set(re.findall(r"{(\w)", path))) == path.count("{"))
)
methods = st.sampled_from([None, ("GET",), ("POST",), ("GET", "PUT")])
leaves = st.tuples(st.just("route"), paths, methods)
mounts = st.tuples(
    st.just("mount"), paths.filter(lambda path: "{p" not in path), st.lists(leaves, min_size=1, max_size=3)
)
hosts = st.tuples(st.just("host"), st.sampled_from(["a.org", "{sub}.org"]), st.lists(leaves, max_size=2))
tables = st.lists(st.one_of(leaves, leaves, mounts, hosts), max_size=6)


def build(library, table, prefix=""):
    """The same routes, in either library; each endpoint answers with its number and its parameters."""
    routes = []
    for number, (kind, where, more) in enumerate(table):
        if kind == "route":
            routes.append(library.routing.Route(where, endpoint(library, f"{prefix}{number}"), methods=more))
            continue
        inner = build(library, more, f"{prefix}{number}.")
        if kind == "mount":
            routes.append(library.routing.Mount(where, routes=inner))
        else:
            routes.append(library.routing.Host(where, app=library.routing.Router(inner)))
    return routes


def endpoint(library, name):
    async def answer(request):
        params = sorted((key, repr(value)) for key, value in request.path_params.items())
        facts = f"{name} {params} {request.scope.get('root_path')} {request.base_url}"
        return library.responses.PlainTextResponse(facts)

    return answer


async def ask(app, method, path, host, root_path):
    messages = []

    async def send(message):
        messages.append(message)

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    scope = {
        "type": "http",
        "method": method,
        "path": root_path + path,
        "root_path": root_path,
        "query_string": b"q=1",
        "scheme": "http",
        "server": ("testserver", 80),
        "headers": [(b"host", host)],
    }
    await app(scope, receive, send)
    start, body = messages
    headers = {name: value for name, value in start["headers"] if name in (b"location", b"allow")}
    return start["status"], headers, body["body"]


@settings(max_examples=200, deadline=None)
@given(
    tables,
    st.lists(st.sampled_from(PIECES), min_size=1, max_size=4).map(lambda pieces: "/" + "/".join(pieces)),
    st.sampled_from(["GET", "HEAD", "POST", "DELETE"]),
    st.sampled_from([b"a.org", b"B.org:8000", b"x"]),
    st.sampled_from(["", "/root"]),
)
def test_routing_answers_as_starlette_does(table, path, method, host, root_path):
    ours = asgi_nb.web.applications.App(routes=build(OURS, table))
    theirs = starlette.applications.Starlette(routes=build(THEIRS, table))

    status, headers, body = asyncio.run(ask(ours, method, path, host, root_path))
    their_status, their_headers, their_body = asyncio.run(ask(theirs, method, path, host, root_path))

    assert status == their_status
    if method != "HEAD":
        assert body == their_body
    assert headers.get(b"location") == their_headers.get(b"location")
    allow, their_allow = (set(h.get(b"allow", b"").split(b", ")) for h in (headers, their_headers))
    assert allow >= their_allow


@pytest.mark.parametrize("library", [OURS, THEIRS], ids=["ours", "starlette"])
def test_a_newline_at_the_end_is_a_different_path_only_here(library):
    app = {OURS: asgi_nb.web.applications, THEIRS: starlette.applications}[library].Starlette(
        routes=[library.routing.Route("/x", endpoint(library, "x"))]
    )

    status, _, _ = asyncio.run(ask(app, "GET", "/x\n", b"a.org", ""))

    assert status == (404 if library is OURS else 200)


@pytest.mark.parametrize("library", [OURS, THEIRS], ids=["ours", "starlette"])
def test_allow_names_every_route_of_the_path_only_here(library):
    app = {OURS: asgi_nb.web.applications, THEIRS: starlette.applications}[library].Starlette(
        routes=build(library, [("route", "/x", ("PUT",)), ("route", "/{y}", ("DELETE",))])
    )

    _, headers, _ = asyncio.run(ask(app, "GET", "/x", b"a.org", ""))

    assert headers[b"allow"] == (b"DELETE, PUT" if library is OURS else b"PUT")


url_cases = st.tuples(
    paths, st.dictionaries(st.sampled_from("xnfup"), st.sampled_from([1, 2.5, "a", "a/b", ""]), max_size=2)
)


@settings(max_examples=200, deadline=None)
@given(url_cases, st.sampled_from([None, "outer"]), st.sampled_from(["", "/m", "/{t}"]))
def test_url_path_for_gives_what_starlette_gives(case, mount_name, prefix):
    path, params = case
    name = "name" if mount_name is None else f"{mount_name}:name"
    if prefix == "/{t}":
        params = {**params, "t": "tt"}
    answers = []
    for library in (OURS, THEIRS):
        routing = library.routing
        route = routing.Route(path, endpoint(library, ""), name="name")
        router = routing.Router([routing.Mount(prefix, routes=[route], name=mount_name)])
        try:
            url = router.url_path_for(name, **params)
            answers.append((str(url), url.protocol, url.host))
        except (routing.NoMatchFound, AssertionError, ValueError) as exc:
            # A value that a convertor refuses: Starlette asserts.
            answers.append("refused" if not isinstance(exc, routing.NoMatchFound) else "no match")

    assert answers[0] == answers[1]
