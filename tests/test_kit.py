"""The kit: serving, asking, counting and ending, without IPython."""

import gc
import threading
import weakref

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse, RedirectResponse
from starlette.routing import Mount, Route

import asgi_nb
from asgi_nb import kit as kit_module
from asgi_nb.kit import Kit
from asgi_nb.live.notebook import Cell, PlainNotebook
from asgi_nb.service.errors import ServiceError
from asgi_nb.service.portal import spawn


@pytest.fixture
def notebook():
    return PlainNotebook()


@pytest.fixture
def kit(notebook):
    kit = Kit(notebook)
    yield kit
    kit.close()


async def hello(scope, receive, send):
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"hello"})


# Serving.


def test_serving_the_same_app_gives_the_same_service_and_says_so(kit):
    first = kit.serve()
    assert not first.reused

    assert kit.serve() is first
    assert kit.serve(port=first.port, host="127.0.0.1") is first
    assert kit.serve(max_headers=100) is first
    assert "already serving" in repr(first)
    assert kit.services() == [first]


def test_a_stop_says_what_it_ended(kit):
    assert repr(kit.stop()) == "nothing was being served"

    service = kit.serve()

    assert repr(kit.stop()) == repr(service)
    assert "stopped" in repr(service)


def test_serving_from_many_threads_at_once_starts_one_server(kit):
    found = []
    barrier = threading.Barrier(4)

    def serve():
        barrier.wait()
        found.append(kit.serve())

    threads = [threading.Thread(target=serve) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(set(map(id, found))) == 1


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"port": 1}, r"on port \d+, and cannot move to port 1; stop it first"),
        ({"host": "0.0.0.0"}, "cannot move to"),
        ({"max_headers": 7}, r"with other options: Options\(.*max_headers=100.*; stop it first"),
    ],
    ids=["port", "host", "options"],
)
def test_an_app_that_serves_does_not_move(kit, options, words):
    kit.serve()

    with pytest.raises(ServiceError, match=words):
        kit.serve(**options)


def test_a_stopped_app_can_be_served_again_elsewhere(kit):
    first = kit.serve()
    assert kit.stop() == [first]

    again = kit.serve()

    assert again is not first
    assert kit.services() == [again]
    assert kit.serve(port=again.port).running


def test_a_port_of_the_kit_goes_over_to_another_app_and_the_apps_before_are_let_go(kit):
    port = kit.serve().port
    apps = []
    for n in range(6):
        app = Starlette(routes=[Route("/", PlainTextResponse(f"app {n}"))])
        apps.append(weakref.ref(app))

        service = kit.serve(app, port=port)

        assert httpx2.get(service.local_url).text == f"app {n}"
        assert kit.services() == [service]
    assert "in place of another app" in repr(service)
    del app
    gc.collect()
    assert sum(app() is not None for app in apps) <= 2


def test_foreign_apps_are_served_beside_it_and_recorded(kit):
    kit.serve()
    service = kit.serve(hello)

    assert httpx2.get(service.local_url + "there").text == "hello"
    assert [exchange.request.path for exchange in kit.traffic] == ["/there"]
    assert kit.serve(hello) is service
    assert len(kit.services()) == 2


def test_what_is_no_app_is_refused(kit):
    with pytest.raises(TypeError, match="app must be an ASGI application"):
        kit.serve("main:app")
    assert kit.services() == []


def test_an_app_below_a_proxy_makes_links_that_lead_back(kit):
    async def home(request):
        return PlainTextResponse(str(request.url_for("item", n=3)))

    async def item(request):
        return PlainTextResponse("item")

    app = Starlette(
        routes=[
            Route("/", home),
            Mount("/v1", routes=[Route("/{n:int}/", item, name="item")], name="v1"),
            Route("/go", lambda request: RedirectResponse("v1/3/")),
        ]
    )
    app.router.routes.append(Route("/{n:int}/", item, name="item"))
    service = kit.serve(app, allowed_hosts=["hub.example"])
    proxied = {"x-forwarded-prefix": "/user/ada/proxy/8000", "host": "hub.example"}

    assert httpx2.get(service.local_url, headers=proxied).text == "http://hub.example/user/ada/proxy/8000/3/"
    assert httpx2.get(service.local_url + "v1/3/", headers=proxied).text == "item"
    slash = httpx2.get(service.local_url + "v1/3", headers=proxied)
    assert slash.headers["location"] == "http://hub.example/user/ada/proxy/8000/v1/3/"


# Asking.


@pytest.mark.parametrize("served", [True, False], ids=["over-http", "straight-into-the-app"])
def test_a_request_is_answered_and_recorded_whether_the_app_is_served_or_not(kit, served):
    kit.define_route("POST", "/echo", "return {'got': await request.json(), 'x': request.headers['x']}, 201")
    if served:
        kit.serve()

    reply = kit.request("POST /echo", {"x": "1"}, {"a": [1]})

    assert (reply.status_code, reply.json()) == (201, {"got": {"a": [1]}, "x": "1"})
    assert reply.exchange is kit.traffic[-1]
    assert reply.exchange.request.path == "/echo"
    assert len(kit.traffic) == 1


@pytest.mark.parametrize("served", [True, False], ids=["over-http", "straight-into-the-app"])
def test_a_handler_that_raises_is_a_500_with_its_error_in_the_exchange(kit, served, capfd):
    kit.define_route("GET", "/boom", "1 / 0")
    if served:
        kit.serve()

    reply = kit.request("GET /boom")

    assert reply.status_code == 500
    assert "ZeroDivisionError" in reply.text
    assert reply.exchange.error.type == "ZeroDivisionError"
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("served", [True, False], ids=["over-http", "straight-into-the-app"])
def test_a_stream_that_goes_on_is_cut_and_shown_as_far_as_it_came(kit, served):
    kit.define_route(
        "GET", "/ticks", "import asyncio\nwhile True:\n    yield 'tick '\n    await asyncio.sleep(0.01)"
    )
    if served:
        kit.serve()

    reply = kit.request("GET /ticks", timeout=0.3)

    assert reply.text.startswith("tick tick ")
    assert not reply.complete


@pytest.mark.parametrize("served", [True, False], ids=["over-http", "straight-into-the-app"])
def test_a_handler_that_blocks_the_loop_is_named_by_its_line(kit, notebook, served):
    release = notebook.namespace["release"] = threading.Event()
    kit.define_route("GET", "/block", "async def block():\n    release.wait()\n    return 'late'")
    if served:
        kit.serve()

    with pytest.raises(ServiceError, match=r"GET /block: no response within 0\.1 s; .* in wait"):
        kit.request("GET /block", timeout=0.1)

    release.set()


def test_a_request_that_cannot_be_read_is_not_sent(kit):
    with pytest.raises(asgi_nb.RequestError, match="METHOD /path"):
        kit.request("/items")
    assert len(kit.traffic) == 0


def test_a_request_from_an_async_handler_is_refused_with_the_remedy(kit):
    async def handler():
        kit.request("GET /")

    with pytest.raises(ServiceError, match=r"called on it; from an async handler, use httpx2\.AsyncClient"):
        spawn(handler).result(5)


def test_a_request_from_a_plain_handler_is_answered(kit, notebook):
    notebook.namespace["kit"] = kit
    kit.define_route("GET", "/inner", "return 'inner'")
    kit.define_route("GET", "/outer", "def outer():\n    return kit.request('GET /inner').text")
    kit.serve()

    assert kit.request("GET /outer").text == "inner"


def test_the_client_finds_the_server_that_runs_at_the_moment_and_keeps_its_cookies(kit):
    kit.define_route(
        "GET",
        "/visit",
        "from asgi_nb.web.responses import PlainTextResponse\n"
        "response = PlainTextResponse(request.cookies.get('seen', 'first'))\n"
        "response.set_cookie('seen', 'again')\nreturn response",
    )
    kit.serve()
    assert kit.client.get("/visit").text == "first"
    kit.stop()
    kit.serve()

    assert kit.client.get("/visit").text == "again"


def test_the_client_without_a_server_says_how_to_start_one(kit):
    with pytest.raises(ServiceError, match="nothing is served; run %asgi_serve"):
        kit.client.get("/")


def test_the_client_asks_the_only_app_that_is_served(kit):
    kit.serve(hello)

    assert kit.client.get("/x").text == "hello"


# Looking.


def test_a_card_tells_the_address_while_the_app_is_served(kit):
    assert kit.define_route("GET", "/a", "return 1").url is None

    service = kit.serve()

    assert kit.define_route("GET", "/a", "return 1").url == f"{service.url}a"
    assert kit.define_route("GET", "/", "return 1").url == service.url
    assert kit.define_route("POST", "/a", "return 1").url is None
    assert kit.define_route("GET", "/{n}", "return 1").url is None


def test_hits_are_counted_per_method_and_per_cell(kit, notebook):
    def define(cell, method):
        notebook.current = Cell(cell, 1, "")
        with kit.app.cell_run():
            kit.define_route(method, "/items", "return 1")

    define("one", "GET")
    define("two", "POST")
    for line in ("GET /items", "GET /items", "POST /items", "GET /nowhere"):
        kit.request(line)
    define("three", "GET")
    kit.request("GET /items")

    hits = {(row.methods, row.shadowed_by != ""): row.hits for row in kit.routes()}

    assert hits == {("GET", True): 2, ("POST", False): 1, ("GET", False): 1}


def test_a_mounted_app_and_a_middleware_have_their_lines(kit, notebook):
    notebook.current = Cell("one", 1, "")
    with kit.app.cell_run():
        kit.app.mount("/sub", hello)
        kit.define_middleware("return await call_next(request)", name="pass")
    kit.request("GET /sub/x")

    rows = {row.kind: row for row in kit.routes()}

    assert rows["mount"].hits == 1
    assert rows["middleware"].hits is None


def test_there_is_one_inspector_until_it_is_closed(kit):
    first = kit.inspect()
    assert kit.inspect() is first

    first.close()

    assert kit.inspect() is not first


# Ending.


def test_stopping_goes_on_after_one_that_will_not(kit, monkeypatch):
    stubborn, other = kit.serve(hello), kit.serve()

    def refuse(timeout):
        raise ServiceError("it did not end")

    with monkeypatch.context() as patch:
        patch.setattr(stubborn, "stop", refuse)
        with pytest.raises(ServiceError, match="it did not end"):
            kit.stop()

    assert "stopped" in repr(other)
    stubborn.stop()
    assert kit.services() == []


def test_closing_keeps_the_app_and_its_traffic(kit):
    kit.define_route("GET", "/", "return 1")
    kit.request("GET /")
    service, inspector = kit.serve(), kit.inspect()

    kit.close()

    assert not service.running
    assert inspector.comm is None
    assert kit.request("GET /").status_code == 200
    assert len(kit.traffic) == 2


def test_the_default_kit_is_one_until_it_is_reset():
    app = asgi_nb.app
    assert asgi_nb.app is app
    assert kit_module.default_kit().app is app
    service = asgi_nb.serve()

    kit_module.reset()

    assert not service.running
    assert asgi_nb.app is not app
    kit_module.reset()
