"""
What an endpoint may return, and the response it becomes.

The law is the table KINDS: the first test that is true decides. Another kind of value is one
more line there.
"""

import functools
import inspect
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Iterator, Mapping
from types import BuiltinFunctionType, FunctionType, MethodType
from typing import Any, NamedTuple, cast

from asgi_nb.web._events import ServerSentEvent
from asgi_nb.web._headers import Headers, encode_header
from asgi_nb.web._models import encode_models, find_fault, is_model, type_name
from asgi_nb.web._rich import RichResponse, is_rich
from asgi_nb.web._streaming import close_iterator
from asgi_nb.web._utils import is_async_callable
from asgi_nb.web.responses import Response, StreamingResponse
from asgi_nb.web.types import Send

__all__ = ["KINDS", "Result", "ResultError", "ServerSentEvent", "to_response"]

ACCEPTED = (
    "return a Response, dict, list, dataclass, pydantic or msgspec model, number, str, bytes, None, "
    "a generator, a table, figure or other object with a rich repr, or (value, status) or "
    "(value, status, headers)"
)


class ResultError(TypeError):
    """An endpoint returned what cannot be turned into a response."""


class Result(NamedTuple):
    """What an endpoint returned, taken apart."""

    value: Any
    status: int | None
    """None where the endpoint named none."""
    headers: Headers | None
    endpoint: object

    def error(self, problem: str) -> ResultError:
        """The error that names the endpoint."""
        return ResultError(f"{_name(self.endpoint)} returned {problem}; {ACCEPTED}")


def to_response(value: Any, *, endpoint: object) -> Response:
    """
    Turn what an endpoint returned into a response.

    Args:
        value: What it returned.
        endpoint: The endpoint, or its name; errors say it.

    Raises:
        ResultError: No line of KINDS takes the value, or JSON cannot hold a part of it.
    """
    if isinstance(value, Response):
        return value
    result = _split(value, endpoint) if isinstance(value, tuple) else Result(value, None, None, endpoint)
    value = result.value
    for is_kind, convert in KINDS:
        if is_kind(value):
            return convert(result)
    raise result.error(_describe(value))


def _split(value: tuple[Any, ...], endpoint: object) -> Result:
    whole = Result(value, None, None, endpoint)
    if not 2 <= len(value) <= 3:
        raise whole.error(f"a tuple of {len(value)}, which is JSON only as a list")
    status = value[1]
    if not isinstance(status, int) or isinstance(status, bool) or not 100 <= status <= 599:
        raise whole.error(f"a tuple whose second item is no status from 100 to 599, but {status!r}")
    if _is_response(value[0]) or _is_app(value[0]):
        raise whole.error(
            f"a {type(value[0]).__name__} in a tuple; it has a status and headers, set them there"
        )
    headers = _encode_headers(value[2], whole) if len(value) == 3 and value[2] is not None else None
    return Result(value[0], status, headers, endpoint)


def _encode_headers(headers: Any, whole: Result) -> Headers:
    pairs: Iterable[Any] = headers.items() if isinstance(headers, Mapping) else headers
    try:
        return Headers(raw=[encode_header(name, value) for name, value in pairs])
    except (TypeError, ValueError) as exc:
        raise whole.error(f"a tuple whose third item is no mapping or list of header pairs: {exc}") from exc


def _is_response(value: Any) -> bool:
    # Asked of the class: a function is callable too, but its class is not async.
    return isinstance(value, Response) or is_async_callable(getattr(type(value), "__call__", None))  # noqa: B004


def _is_app(value: Any) -> bool:
    """Whether it is an ASGI app of another form: an async function, or an object that gives an awaitable."""
    if not callable(value) or isinstance(value, type):
        return False
    if isinstance(value, _FUNCTIONS) and not is_async_callable(value):
        return False
    try:
        inspect.signature(value).bind("scope", "receive", "send")
    except (TypeError, ValueError):
        return False
    return True


_FUNCTIONS = (FunctionType, BuiltinFunctionType, MethodType, functools.partial)


def _as_it_is(result: Result) -> Response:
    # Another toolkit's response: it is called as an ASGI app and nothing else.
    return cast("Response", result.value)


def _json(result: Result) -> Response:
    try:
        body = encode_models(result.value)
    except (TypeError, ValueError, RecursionError) as exc:
        place, problem = find_fault(result.value)
        where = f" whose {place} cannot be JSON" if place else " that cannot be JSON"
        raise result.error(f"{_describe(result.value)}{where}: {problem}") from exc
    return Response(body, result.status or 200, result.headers, "application/json")


def _text(result: Result) -> Response:
    try:
        body = result.value.encode("utf-8")
    except UnicodeEncodeError as exc:
        raise result.error(f"a str that cannot be UTF-8: {exc}") from exc
    return Response(body, result.status or 200, result.headers, "text/plain")


def _octets(result: Result) -> Response:
    return Response(result.value, result.status or 200, result.headers, "application/octet-stream")


def _nothing(result: Result) -> Response:
    return Response(None, result.status or 204, result.headers)


def _stream(result: Result) -> Response:
    return ResultStream(result)


def _rich(result: Result) -> Response:
    return RichResponse(result.value, result.status or 200, result.headers, result.error)


# Made once: an expression with `|` would be made anew for each value.
_JSON_TYPES = (dict, list, bool, int, float)
_BYTES_TYPES = (bytes, bytearray, memoryview)
_ITERATORS = (AsyncIterator, Iterator)

KINDS: list[tuple[Callable[[Any], bool], Callable[[Result], Response]]] = [
    (lambda value: isinstance(value, _JSON_TYPES), _json),
    (lambda value: isinstance(value, str), _text),
    (lambda value: isinstance(value, _BYTES_TYPES), _octets),
    (lambda value: value is None, _nothing),
    (lambda value: isinstance(value, _ITERATORS), _stream),
    (is_model, _json),
    (_is_response, _as_it_is),
    (is_rich, _rich),
    (_is_app, _as_it_is),
]
"""(test, convert), in order. JSON's own types come first: most endpoints return them."""


class ResultStream(StreamingResponse):
    """
    What a generator yields, as a stream. Its first item decides the type, by ITEM_KINDS.

    The first item is awaited before the response starts, so that an endpoint that fails
    before it yields is answered like one that fails before it returns.

    Raises:
        ResultError: When sent: an item does not fit the first, or cannot be JSON.
    """

    def __init__(self, result: Result) -> None:
        super().__init__(result.value, result.status or 200, result.headers)
        self._result = result

    async def stream_response(self, send: Send) -> None:
        items = aiter(self.body_iterator)
        first = await anext(items, _END)
        if first is not _END:
            media_type, encode = next(line[1:] for line in ITEM_KINDS if line[0](first))
            self.headers.setdefault("content-type", media_type)
            if media_type == EVENT_STREAM:
                self.headers.setdefault("cache-control", "no-store")
            self.body_iterator = self._encode_items(first, items, encode)
        try:
            await super().stream_response(send)
        finally:
            # The encoder may not have started, and then has nothing to close them with.
            await close_iterator(items)

    async def _encode_items(
        self, item: Any, items: AsyncIterator[Any], encode: Callable[[Any], bytes]
    ) -> AsyncGenerator[bytes, None]:
        while item is not _END:
            try:
                chunk = encode(item)
            except (TypeError, ValueError, RecursionError) as exc:
                raise self._result.error(f"a generator that yielded {_describe(item)}: {exc}") from exc
            yield chunk
            item = await anext(items, _END)


_END: Any = object()
EVENT_STREAM = "text/event-stream"


def _encode_event(item: Any) -> bytes:
    if not isinstance(item, ServerSentEvent):
        raise TypeError("a stream of events holds only ServerSentEvent")
    return item.encode()


def _encode_text(item: Any) -> bytes:
    if isinstance(item, str):
        return item.encode("utf-8")
    if isinstance(item, _BYTES_TYPES):
        return bytes(item)
    raise TypeError("a stream of text or bytes holds only str and bytes")


def _encode_line(item: Any) -> bytes:
    try:
        return encode_models(item) + b"\n"
    except (TypeError, ValueError, RecursionError) as exc:
        place, problem = find_fault(item)
        raise TypeError(f"{place} cannot be JSON: {problem}" if place else problem) from exc


# (test of the first item, media type, encoder of every item), in order.
ITEM_KINDS: list[tuple[Callable[[Any], bool], str, Callable[[Any], bytes]]] = [
    (lambda item: isinstance(item, ServerSentEvent), EVENT_STREAM, _encode_event),
    (lambda item: isinstance(item, str), "text/plain; charset=utf-8", _encode_text),
    (
        lambda item: isinstance(item, _BYTES_TYPES),
        "application/octet-stream",
        _encode_text,
    ),
    # One JSON text on each line, as many tools read it; the type is not registered.
    (lambda item: True, "application/x-ndjson", _encode_line),
]


def _describe(value: Any) -> str:
    if inspect.iscoroutine(value):
        value.close()
        return f"the coroutine of {value.__qualname__}(), which was not awaited"
    return f"a value of type {type_name(value)}"


def _name(endpoint: object) -> str:
    while isinstance(endpoint, functools.partial):
        endpoint = endpoint.func
    if isinstance(endpoint, str):
        return endpoint
    return getattr(endpoint, "__qualname__", type(endpoint).__qualname__)
