"""Apps of the frameworks that people bring along: mounted below a path, and served as they are."""

from dataclasses import dataclass

import httpx2
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from asgi_nb.kit import default_kit

LITESTAR = """
from litestar import Litestar, Request, WebSocket, get, post, websocket
from litestar.datastructures import UploadFile
from litestar.enums import RequestEncodingType
from litestar.params import Body
from typing import Annotated

@get("/items/{item_id:int}", name="item")
async def item(request: Request) -> dict:
    return {"id": request.path_params["item_id"], "q": request.query_params.get("q", "")}

@get("/link")
async def link(request: Request) -> str:
    return str(request.url_for("item", item_id=3))

@post("/upload", status_code=200)
async def upload(
    data: Annotated[UploadFile, Body(media_type=RequestEncodingType.MULTI_PART)],
) -> dict:
    return {"name": data.filename, "size": len(await data.read())}

@get("/broken")
async def broken() -> None:
    raise RuntimeError("no tea")

@websocket("/talk")
async def talk(socket: WebSocket) -> None:
    await socket.accept()
    await socket.send_text("heard " + await socket.receive_text())
    await socket.close()

api = Litestar(
    [item, link, upload, broken, talk],
    on_startup=[lambda: events.append("up")],
    on_shutdown=[lambda: events.append("down")],
    logging_config=None,
)
"""

QUART = """
import quart
from quart import Quart, jsonify, request, url_for, websocket

api = Quart("shop")

@api.get("/items/<int:item_id>")
async def item(item_id):
    return {"id": item_id, "q": request.args.get("q", "")}

@api.get("/link")
async def link():
    return url_for("item", item_id=3, _external=True)

@api.post("/upload")
async def upload():
    sent = (await request.files)["data"]
    return {"name": sent.filename, "size": len(sent.read())}

@api.get("/broken")
async def broken():
    raise RuntimeError("no tea")

@api.websocket("/talk")
async def talk():
    await websocket.send("heard " + await websocket.receive())

@api.before_serving
async def up():
    events.append("up")

@api.after_serving
async def down():
    events.append("down")
"""

FLASK = """
from flask import Flask, request, url_for

api = Flask("shop")

@api.get("/items/<int:item_id>")
def item(item_id):
    return {"id": item_id, "q": request.args.get("q", "")}

@api.get("/link")
def link():
    return url_for("item", item_id=3, _external=True)

@api.post("/upload")
def upload():
    sent = request.files["data"]
    return {"name": sent.filename, "size": len(sent.read())}

@api.get("/broken")
def broken():
    raise RuntimeError("no tea")
"""

# Configured once per process; what its URLs lead to is looked up in the module for each app.
DJANGO = """
import django
from django.conf import settings
from django.http import HttpResponse, JsonResponse
from django.urls import path, reverse
from django.views.decorators.csrf import csrf_exempt

def item(request, item_id):
    return JsonResponse({"id": item_id, "q": request.GET.get("q", "")})

def link(request):
    return HttpResponse(request.build_absolute_uri(reverse("item", args=[3])))

@csrf_exempt
def upload(request):
    sent = request.FILES["data"]
    return JsonResponse({"name": sent.name, "size": sent.size})

def broken(request):
    raise RuntimeError("no tea")

urlpatterns = [
    path("items/<int:item_id>", item, name="item"),
    path("link", link),
    path("upload", upload),
    path("broken", broken),
]

if not settings.configured:
    settings.configure(ALLOWED_HOSTS=["*"], ROOT_URLCONF=__name__, SECRET_KEY="of a test")
    django.setup()
"""

DJANGO_ASGI = DJANGO + "\nfrom django.core.asgi import get_asgi_application\napi = get_asgi_application()\n"
DJANGO_WSGI = DJANGO + "\nfrom django.core.wsgi import get_wsgi_application\napi = get_wsgi_application()\n"


@dataclass(frozen=True)
class Framework:
    """What a framework can do."""

    source: str
    speaks: bool = False
    """Whether it has WebSockets."""
    starts: bool = False
    """Whether it has something to do at startup."""
    logs: bool = True
    """Whether it logs what a handler raised."""


FRAMEWORKS = {
    "litestar": Framework(LITESTAR, speaks=True, starts=True, logs=False),
    "quart": Framework(QUART, speaks=True, starts=True),
    "flask": Framework(FLASK),
    "django-asgi": Framework(DJANGO_ASGI),
    "django-wsgi": Framework(DJANGO_WSGI),
}


@dataclass(frozen=True)
class Place:
    """An app that answers somewhere."""

    framework: Framework
    url: str
    """Where it begins, without a slash at the end."""
    prefix: str
    """The path of `url`."""
    events: list[str]
    """What its startup and shutdown have noted."""

    def get(self, path):
        return httpx2.get(self.url + path, timeout=10)

    @property
    def websocket_url(self):
        return self.url.replace("http", "ws", 1)


@pytest.fixture(params=FRAMEWORKS)
def framework(request):
    return FRAMEWORKS[request.param]


@pytest.fixture(params=["mounted", "served"])
def place(request, framework, run, shell):
    """An app of each framework, in each of the two ways to show it."""
    events = shell.user_ns["events"] = []
    run(framework.source, "app")
    if request.param == "served":
        service = run("%asgi_serve api", "serve")
        return Place(framework, service.local_url.rstrip("/"), "", events)
    service = run("%asgi_serve")
    run("%asgi_mount /shop api", "mount")
    return Place(framework, service.local_url + "shop", "/shop", events)


def recorded():
    """Give the last exchange, once all that its app still does has ended."""
    default_kit().stop()
    return default_kit().traffic[-1]


def test_an_app_gets_the_path_below_its_own(place):
    answer = place.get("/items/7?q=tea")

    assert answer.json() == {"id": 7, "q": "tea"}


def test_an_app_builds_addresses_that_lead_back_to_it(place):
    link = place.get("/link").text

    assert link == f"{place.url}/items/3"
    assert httpx2.get(link, timeout=10).json()["id"] == 3


def test_an_app_takes_a_file(place):
    # Larger than what comes in one piece.
    answer = httpx2.post(f"{place.url}/upload", files={"data": ("tea.bin", bytes(300_000))}, timeout=10)

    assert answer.json() == {"name": "tea.bin", "size": 300_000}


def test_an_unknown_path_is_the_apps_own_404(place):
    assert place.get("/nowhere").status_code == 404
    assert recorded().response.status == 404


def test_an_error_of_an_app_is_a_500_and_the_next_request_is_answered(place):
    assert place.get("/broken").status_code == 500
    assert place.get("/items/1").status_code == 200

    recorded()
    broken = default_kit().traffic[0]
    assert (broken.request.path, broken.response.status) == (f"{place.prefix}/broken", 500)
    logged = "".join(record.text for record in broken.output)
    assert ("RuntimeError: no tea" in logged) == place.framework.logs


def test_a_request_of_an_app_is_recorded_whole(place):
    answer = place.get("/items/7?q=tea")

    exchange = recorded()
    assert (exchange.state, exchange.request.method) == ("done", "GET")
    assert exchange.request.path == f"{place.prefix}/items/7"
    assert exchange.response.status == 200
    assert exchange.response.body.data == answer.content
    assert exchange.faults == []


def test_an_app_speaks_over_a_websocket_or_refuses_it(place):
    if not place.framework.speaks:
        with pytest.raises(InvalidStatus):
            connect(f"{place.websocket_url}/talk", proxy=None)
        return
    with connect(f"{place.websocket_url}/talk", proxy=None) as socket:
        socket.send("tea")

        assert socket.recv(timeout=10) == "heard tea"
    assert [message.text for message in recorded().websocket.messages] == ["tea", "heard tea"]


def test_an_app_starts_up_and_shuts_down_with_its_server(place, run):
    expected = ["up"] if place.framework.starts else []
    assert place.events == expected

    run("%asgi_stop")

    assert place.events == [*expected, *(["down"] if expected else [])]


WITH_TEARDOWN = """
import threading
left = threading.Event()

class Lines:
    def __init__(self):
        self.lines = [b"tea"]

    def __iter__(self):
        return iter(self.lines)

    def close(self):
        left.wait(10)

def api(environ, start_response):
    start_response("200 OK", [("Content-Length", "3")])
    return Lines()
"""


def test_a_response_that_came_whole_is_no_aborted_one_because_its_client_has_left(run, shell):
    run(WITH_TEARDOWN, "app")
    service = run("%asgi_serve api", "serve")

    assert httpx2.get(service.local_url, timeout=10).text == "tea"
    # A second connection is served after the end of the first has been noticed.
    assert httpx2.get(f"{service.local_url}_asgi_nb/health", timeout=10).status_code == 200
    shell.user_ns["left"].set()

    assert (recorded().status, recorded().state) == (200, "done")
