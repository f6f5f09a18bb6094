"""Functions get what they name: the connection, the path's parameters, and their own defaults."""

import functools
import inspect
from types import SimpleNamespace

import pytest

from asgi_nb.live.arguments import ASGIFunction, adapt, check_parameters
from asgi_nb.live.errors import CellError
from asgi_nb.web.requests import Request

CONNECTION = SimpleNamespace(path_params={"item_id": 3, "word": "tea", "from_an_outer_mount": 1})


def by_name(item_id, request):
    return item_id, request is CONNECTION


def annotated(item_id: int, r: Request):
    return item_id, r is CONNECTION


def quoted(item_id: int, r: "web.Request"):  # noqa: F821 - read as text, as under `from __future__ import annotations`
    return item_id, r is CONNECTION


def first(r, item_id):
    return item_id, r is CONNECTION


def keyword_only(request, *, item_id):
    return item_id, request is CONNECTION


def positional_only(request, limit=10, item_id=0, /):
    return item_id, request is CONNECTION and limit == 10


def with_default(request, item_id, limit=10):
    return item_id, limit == 10


def with_rest(request, **params):
    return params["item_id"], params["word"] == "tea"


def without_request(item_id):
    return item_id, True


def with_star(request, *args, item_id):
    return item_id, args == ()


@pytest.mark.parametrize(
    "function",
    [
        by_name,
        annotated,
        quoted,
        first,
        keyword_only,
        positional_only,
        with_default,
        with_rest,
        without_request,
        with_star,
        functools.partial(with_default, limit=10),
    ],
)
def test_arguments_come_by_name(function):
    endpoint = adapt(function, ["item_id", "word"], "request")

    assert endpoint(CONNECTION) == (3, True)


def test_a_function_of_the_request_alone_is_called_as_it_is():
    def handler(request):
        return request

    assert adapt(handler, [], "request") is handler


@pytest.mark.parametrize(
    ("function", "message"),
    [
        pytest.param(lambda request, item: 0, "there is: request, item_id", id="unknown"),
        pytest.param(lambda request, itm_id: 0, "did you mean 'item_id'", id="typo"),
        pytest.param(lambda itemid: 0, "did you mean 'item_id'", id="typo-first"),
        pytest.param(lambda x, y: 0, "put {y} into the path", id="second"),
    ],
)
def test_an_argument_that_is_not_there_is_an_error_that_lists_what_is(function, message):
    with pytest.raises(CellError, match=message):
        adapt(function, ["item_id"], "request")


@pytest.mark.parametrize(
    ("name", "message"),
    [("class", "Python keyword"), ("None", "Python keyword"), ("request", "hides the request")],
)
def test_a_path_parameter_that_can_be_no_argument_is_an_error(name, message):
    with pytest.raises(CellError, match=message):
        check_parameters([name], "request")


def test_functions_keep_their_kind():
    async def coroutine(request, item_id): ...

    def generator(request, item_id):
        yield

    async def async_generator(request, item_id):
        yield

    def plain(request, item_id): ...

    kinds = [
        inspect.iscoroutinefunction(adapt(function, ["item_id"], "request"))
        for function in (coroutine, generator, async_generator, plain)
    ]

    assert kinds == [True, True, True, False]


def test_the_adapted_function_keeps_its_name():
    assert adapt(by_name, ["item_id"], "request").__name__ == "by_name"


def test_a_function_of_scope_receive_send_is_an_asgi_app():
    async def app(scope, receive, send): ...

    endpoint = adapt(app, [], "request")

    assert isinstance(endpoint, ASGIFunction)
    assert endpoint.__name__ == "app"


def test_a_class_that_is_awaited_is_taken_as_it_is():
    class Endpoint:
        def __init__(self, scope, receive, send): ...

        def __await__(self): ...

    assert adapt(Endpoint, [], "request") is Endpoint


def test_a_class_of_asgi_apps_gives_one_app():
    class App:
        async def __call__(self, scope, receive, send): ...

    assert isinstance(adapt(App, [], "request"), App)


@pytest.mark.parametrize(
    "target", [3, {"a": 1}, dict, type("Plain", (), {}), type("Odd", (), {"__call__": lambda self: 0})()]
)
def test_what_is_no_endpoint_is_an_error(target):
    with pytest.raises(CellError, match="is not an endpoint; expected"):
        adapt(target, [], "request")


def test_a_socket_must_be_async():
    with pytest.raises(CellError, match="must be `async def`"):
        adapt(lambda websocket: None, [], "websocket")
