"""The lifespan protocol: what an app and the apps mounted in it say at startup and at shutdown."""

from contextlib import asynccontextmanager

import anyio
import pytest

from asgi_nb.web.applications import App
from asgi_nb.web.middleware import Middleware
from asgi_nb.web.middleware.base import BaseHTTPMiddleware
from asgi_nb.web.middleware.gzip import GZipMiddleware
from asgi_nb.web.middleware.sessions import SessionMiddleware
from asgi_nb.web.routing import Host, Mount, Route, Router

pytestmark = pytest.mark.anyio

STARTUP, SHUTDOWN = {"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}


async def pass_on(request, call_next):
    return await call_next(request)


@pytest.fixture
def lifespan(server):
    """`await lifespan(app)`: a server that starts an app and, once it is ready, stops it."""

    async def play(app, **scope):
        played = server(
            {"type": "lifespan", "asgi": {"version": "3.0", "spec_version": "2.0"}, **scope}, [STARTUP]
        )
        send = played.send

        async def then_stop(message):
            await send(message)
            if message["type"] == "lifespan.startup.complete":
                played.state = "stopping"
                played.push(SHUTDOWN)

        played.send = then_stop
        return await played.run(app)

    return play


def noting(notes, name, *, fails=None, state=None):
    @asynccontextmanager
    async def lifespan(app):
        task = anyio.get_current_task().id
        if fails == "startup":
            raise OSError(f"{name} cannot start")
        notes.append(f"{name} starts")
        try:
            yield state
        finally:
            notes.append(f"{name} stops")
        assert anyio.get_current_task().id == task
        if fails == "shutdown":
            raise OSError(f"{name} cannot stop")

    return lifespan


def two_deep(notes, *, fails=None, inner_fails=None, deepest_fails=None):
    deepest = App(lifespan=noting(notes, "deepest", fails=deepest_fails, state={"deepest": 3}))
    inner = App(
        routes=[Mount("/deepest", app=deepest)],
        lifespan=noting(notes, "inner", fails=inner_fails, state={"inner": 2}),
        middleware=[Middleware(GZipMiddleware)],
    )
    other = App(lifespan=noting(notes, "other"))
    return App(
        routes=[Mount("/inner", app=inner), Host("o.example", app=other), Mount("/again", app=inner)],
        lifespan=noting(notes, "outer", fails=fails, state={"outer": 1}),
        middleware=[
            Middleware(SessionMiddleware, secret_key="k"),
            Middleware(BaseHTTPMiddleware, dispatch=pass_on),
        ],
    )


ORDER = ["outer starts", "inner starts", "deepest starts", "other starts"]
ORDER += ["other stops", "deepest stops", "inner stops", "outer stops"]


async def test_apps_two_deep_start_in_order_and_stop_in_reverse(lifespan):
    notes = []

    played = await lifespan(two_deep(notes), state={})

    played.assert_conforms()
    assert notes == ORDER
    assert played.types == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
    assert played.scope["state"] == {"outer": 1, "inner": 2, "deepest": 3}


@pytest.mark.parametrize("fails", ["fails", "inner_fails", "deepest_fails"])
async def test_a_failed_startup_is_told_with_its_traceback_and_stops_what_was_started(lifespan, fails):
    notes = []

    played = await lifespan(two_deep(notes, **{fails: "startup"}), state={})

    assert not played.faults, played.transcript
    assert played.types == ["lifespan.startup.failed"], played.transcript
    assert "cannot start" in played.sent[0]["message"]
    assert "Traceback" in played.sent[0]["message"]
    assert played.error is not None
    assert [note.split()[0] for note in notes if "starts" in note] == [
        note.split()[0] for note in reversed(notes) if "stops" in note
    ]


@pytest.mark.parametrize("fails", ["fails", "inner_fails", "deepest_fails"])
async def test_a_failed_shutdown_is_told_and_the_others_are_stopped(lifespan, fails):
    notes = []

    played = await lifespan(two_deep(notes, **{fails: "shutdown"}), state={})

    assert not played.faults, played.transcript
    assert played.types == ["lifespan.startup.complete", "lifespan.shutdown.failed"], played.transcript
    assert "cannot stop" in played.sent[1]["message"]
    assert played.error is not None
    assert notes == ORDER


async def test_a_state_where_the_server_has_none_fails_the_startup(lifespan):
    played = await lifespan(App(lifespan=noting([], "app", state={"a": 1})))

    assert not played.faults, played.transcript
    assert played.types == ["lifespan.startup.failed"]
    assert "state" in played.sent[0]["message"]


@pytest.mark.parametrize(
    "app",
    [
        pytest.param(App(), id="app"),
        pytest.param(Router(), id="router"),
        pytest.param(App(routes=[Mount("/a", app=App(routes=[Mount("/b", app=Router())]))]), id="two-deep"),
    ],
)
@pytest.mark.parametrize("scope", [{}, {"state": {}}], ids=["no-state", "state"])
async def test_an_app_without_a_lifespan_starts_and_stops(lifespan, app, scope):
    played = await lifespan(app, **scope)

    played.assert_conforms()
    assert played.types == ["lifespan.startup.complete", "lifespan.shutdown.complete"]


async def refuses(scope, receive, send):
    assert scope["type"] != "lifespan", "this app knows no lifespan"


async def ignores(scope, receive, send):
    return


async def waits(scope, receive, send):
    await receive()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})
    await anyio.sleep_forever()


async def fails_quietly(scope, receive, send):
    await receive()
    await send({"type": "lifespan.startup.failed", "message": "no tea"})


@pytest.mark.parametrize("foreign", [refuses, ignores, waits])
async def test_a_mounted_app_may_know_no_lifespan_or_never_end(lifespan, foreign):
    notes = []
    app = App(routes=[Mount("/a", app=foreign), Mount("/b", app=App(lifespan=noting(notes, "b")))])

    played = await lifespan(app, state={})

    played.assert_conforms()
    assert notes == ["b starts", "b stops"]


async def test_a_mounted_app_that_says_it_failed_fails_the_startup(lifespan):
    played = await lifespan(App(routes=[Mount("/a", app=fails_quietly)]), state={})

    assert not played.faults, played.transcript
    assert played.types == ["lifespan.startup.failed"]
    assert "no tea" in played.sent[0]["message"]


async def test_each_request_sees_the_state_of_its_own_app(lifespan, http):
    async def show(request):
        return dict(request.state._state)

    def part(name):
        return App(routes=[Route("/", show)], lifespan=noting([], name, state={"name": name, name: True}))

    app = App(
        routes=[Mount("/one", app=part("one")), Mount("/two", app=part("two")), Route("/", show)],
        lifespan=noting([], "outer", state={"outer": True}),
    )
    started = await lifespan(app, state={})

    async def ask(path):
        return (await http(app, path, state=dict(started.scope["state"]))).body

    assert b'"name":"one"' in await ask("/one/")
    assert b'"name":"two"' in await ask("/two/")
    assert b'"outer":true' in await ask("/two/")
    assert started.scope["state"].keys() == {"outer", "one", "two", "name"}


async def test_a_server_that_cancels_the_lifespan_leaves_nothing_open(server):
    notes = []
    played = server({"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}, [STARTUP])

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(played.run, two_deep(notes))
        while not played.sent:
            await anyio.lowlevel.checkpoint()
        tasks.cancel_scope.cancel()

    # All are cancelled at once: in which order they end is chance.
    assert notes[:4] == ORDER[:4]
    assert sorted(notes[4:]) == sorted(ORDER[4:])
