"""Startup and shutdown of an app, as seen by whoever serves it."""

from contextlib import asynccontextmanager

import httpx2
import pytest

from asgi_nb.service.errors import ServiceError
from asgi_nb.service.service import start


def app_with(lifespan):
    async def app(scope, receive, send):
        if scope["type"] == "lifespan":
            await lifespan(scope, receive, send)
            return
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": repr(scope["state"]).encode()})

    return app


async def good(scope, receive, send):
    await receive()
    scope["state"]["db"] = "open"
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})


async def returns_at_once(scope, receive, send):
    return


async def raises_on_the_scope(scope, receive, send):
    raise TypeError("only http")


async def answers_as_if_to_a_request(scope, receive, send):
    await receive()
    await send({"type": "http.response.start", "status": 200, "headers": []})


async def fails_with_words(scope, receive, send):
    await receive()
    await send({"type": "lifespan.startup.failed", "message": "Traceback ...\nOSError: no database"})


async def fails_and_raises(scope, receive, send):
    await receive()
    await send({"type": "lifespan.startup.failed", "message": ""})
    raise OSError("no database")


async def leaves(scope, receive, send):
    await receive()
    raise SystemExit(4)


async def never_answers(scope, receive, send):
    await receive()
    await receive()


async def shutdown_fails(scope, receive, send):
    await receive()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.failed", "message": "disk full"})
    raise OSError("disk full")


async def shutdown_hangs(scope, receive, send):
    await receive()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await receive()


def test_the_state_of_the_lifespan_reaches_the_requests(serve):
    service = serve(app_with(good))

    assert httpx2.get(service.local_url).text == "{'db': 'open'}"


def test_a_lifespan_runs_in_one_task_from_startup_to_shutdown(serve):
    events = []

    @asynccontextmanager
    async def resource():
        events.append("open")
        yield
        events.append("closed")

    async def lifespan(scope, receive, send):
        await receive()
        async with resource():
            await send({"type": "lifespan.startup.complete"})
            await receive()
        await send({"type": "lifespan.shutdown.complete"})

    service = serve(app_with(lifespan))
    assert events == ["open"]

    service.stop()
    assert events == ["open", "closed"]


@pytest.mark.parametrize("lifespan", [returns_at_once, raises_on_the_scope, answers_as_if_to_a_request])
def test_an_app_without_lifespan_is_served_without_one(serve, lifespan):
    service = serve(app_with(lifespan))

    assert httpx2.get(service.local_url).text == "{}"


def test_an_app_that_raises_on_the_lifespan_scope_has_that_in_its_log(serve):
    (record,) = serve(app_with(raises_on_the_scope)).log

    assert record.getMessage() == "the app has no lifespan: it raised on the scope"
    assert "TypeError: only http" in record.exc_text


@pytest.mark.parametrize(
    ("lifespan", "words", "cause"),
    [
        pytest.param(fails_with_words, "failed: OSError: no database;", type(None), id="words"),
        pytest.param(fails_and_raises, r"failed: OSError\('no database'\);", OSError, id="exception"),
        pytest.param(leaves, r"failed: SystemExit\(4\);", SystemExit, id="sys-exit"),
    ],
)
def test_a_startup_that_fails_is_an_error_of_the_caller_with_its_cause(lifespan, words, cause):
    with pytest.raises(ServiceError, match=words) as caught:
        start(app_with(lifespan))

    assert isinstance(caught.value.__cause__, cause)


@pytest.mark.parametrize("lifespan", [fails_with_words, leaves])
def test_a_startup_that_fails_frees_its_port(serve, lifespan):
    passing = serve(app_with(good))
    passing.stop()

    with pytest.raises(ServiceError):
        start(app_with(lifespan), port=passing.port)

    assert serve(app_with(good), port=passing.port).running


def test_a_startup_that_hangs_is_given_up():
    with pytest.raises(ServiceError, match=r"the app was not ready within 0\.1 s; the server's thread is at"):
        start(app_with(never_answers), timeout=0.1)


@pytest.mark.parametrize(
    ("lifespan", "words"),
    [
        pytest.param(shutdown_fails, "the app's lifespan shutdown failed: disk full", id="fails"),
        pytest.param(shutdown_hangs, "the app's lifespan did not end within", id="hangs"),
    ],
)
def test_a_shutdown_that_goes_wrong_is_logged_and_stops_the_server_all_the_same(serve, lifespan, words):
    service = serve(app_with(lifespan))

    service.stop(timeout=1.0)

    assert not service.running
    assert any(record.getMessage().startswith(words) for record in service.log)
