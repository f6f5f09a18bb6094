"""
Hand a response from an endpoint to the function middleware around it.

A function middleware says `response = await call_next(request)` and goes on with the response in its hand,
while an ASGI app below it does not give responses but sends messages. The usual way to turn one into the
other is a task for the app and a channel for its messages, for each middleware. Here the outermost
function middleware passes a Handover down as `send`, and whoever would answer, from the endpoint to the
error handler, gives it the Response itself and returns. No task, no channel, and all frames below are
gone before the middleware goes on.

Rule 1: a Handover goes only to apps that know it: those marked with `@takes_handover`. They pass it on
    through `call`, untouched; whoever wraps `send` must not be given one.
Rule 2: an app that does not know it runs in a task of its own until its response is over (InnerTask), and
    what it sends becomes a Response.
Rule 3: the middleware that made the Handover sends the response, then runs what was to run after it,
    and does not return before every inner task has ended.
Rule 4: whoever raises after the response was started says so in the scope, see `_started`. `call` does it for
    apps that are not marked; so nobody has to look at the messages of those that are.
Rule 5: what runs after its frames are gone, the chunks of a stream and the background tasks, runs with the
    context variables that it had there, see `run_in`.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextvars import Context, copy_context
from types import CodeType
from typing import Any, TypeVar

from asgi_nb.web._inner_task import InnerTask
from asgi_nb.web._started import call_watched
from asgi_nb.web._streaming import close_iterator
from asgi_nb.web._utils import create_collapsing_task_group
from asgi_nb.web.background import BackgroundTask
from asgi_nb.web.datastructures import MutableHeaders
from asgi_nb.web.responses import Response, StreamingResponse
from asgi_nb.web.types import ASGIApp, Message, Receive, Scope, Send

__all__ = [
    "HANDLERS_SCOPE_KEY",
    "Handover",
    "HeldResponse",
    "call",
    "call_editing",
    "knows_handover",
    "reply",
    "run_in",
    "takes_handover",
]

F = TypeVar("F", bound=Callable[..., Any])

_MISSING = object()

HANDLERS_SCOPE_KEY = "starlette.exception_handlers"
"""Where the exception handlers in force stand in the scope: by class and by status."""

# id of its code -> the code. Not the functions: a route's app is made anew for each route, and a function
# that wraps one of these has other code. Not a set of code: its hash walks over all of its constants.
_KNOWS: dict[int, CodeType] = {}


def takes_handover(func: F) -> F:
    """Mark an ASGI app, or the `__call__` of one, as following the rules above."""
    _KNOWS[id(func.__code__)] = func.__code__
    return func


def knows_handover(app: ASGIApp) -> bool:
    """Whether an app is marked."""
    code = getattr(app, "__code__", None)
    if code is None:
        code = getattr(type(app).__call__, "__code__", None)
    return id(code) in _KNOWS


class Handover:
    """
    Stands where `send` stands, for one request.

    Args:
        send: The send of the outermost function middleware.
    """

    __slots__ = ("after", "error", "response", "send", "started", "streaming", "streams", "tasks")

    def __init__(self, send: Send) -> None:
        self.send = send
        self.response: Response | None = None
        self.started = False
        """An endpoint sent messages past the middleware, through `request._send`."""
        self.error: Exception | None = None
        """To raise after the response, which tells the client about it."""
        self.after: list[tuple[Context, BackgroundTask]] = []
        """To run after the response, the last one first, each in the context that it came from."""
        self.streaming: tuple[Any, Context] | None = None
        """The last response given that was not whole, and the context that it came from."""
        self.streams: list[ByteChunks | AsyncGenerator[Any, None]] = []
        """To close after that: a middleware may have read a part and dropped the rest."""
        self.tasks: list[InnerTask] = []
        """To wait for after that."""

    def __call__(self, message: Message) -> Awaitable[None]:
        if message["type"] == "http.response.start":
            self.started = True
        return self.send(message)

    async def give(self, response: ASGIApp, scope: Scope, receive: Receive) -> None:
        """Answer with `response`."""
        if not self.give_now(response):
            await self.run(response, scope, receive)

    def give_now(self, response: Any) -> bool:
        """Answer with `response`, if it is known before it is called what it will send."""
        kind = type(response)
        background = getattr(response, "background", None)
        if kind is HeldResponse:
            self.response = response
        elif kind.__call__ is Response.__call__:
            # A copy: the endpoint may give the same object to each request.
            self.response = response = HeldResponse(response)
            if background is None:
                return True
        elif kind is TaskResponse:
            self.response = response
        elif isinstance(response, StreamingResponse) and _streams_plainly(kind):
            if type(response.body_iterator) is not ByteChunks:
                response.body_iterator = ByteChunks(response)
                self.streams.append(response.body_iterator)
            self.response = response
        else:
            # It may make its headers and its chunks as late as when it is sent.
            return False
        if background is not None:
            self.after.append((copy_context(), background))
            response.background = None
        response = self.response
        whole = type(response) is HeldResponse and response.is_whole
        if not whole and (self.streaming is None or self.streaming[0] is not response):
            self.streaming = (response, copy_context())
        return True

    def taken(self) -> Response:
        """
        The response that was given; the next one may be given then.

        Raises:
            RuntimeError: None was.
        """
        response = self.response
        if response is None:
            raise RuntimeError("No response returned: the inner app ended without sending one")
        self.response = None
        return response

    async def send_response(self, response: ASGIApp, scope: Scope, receive: Receive) -> None:
        """Send the response that the outermost function returned."""
        if isinstance(response, StreamingResponse) and type(response.body_iterator) is ByteChunks:
            # It encodes what it sends, and nobody reads the chunks any more.
            response.body_iterator = response.body_iterator.iterator
        if self.streaming is not None and self.streaming[0] is response:
            await run_in(self.streaming[1], call, response, scope, receive, self.send)
        else:
            await call(response, scope, receive, self.send)

    async def close_streams(self) -> None:
        """Close what is left of the streams, the last one first: it reads from those before."""
        for stream in reversed(self.streams):
            await stream.aclose()

    async def run_background(self) -> None:
        """Run what was to run after the response."""
        for context, background in reversed(self.after):
            await run_in(context, background)

    async def run(self, app: ASGIApp, scope: Scope, receive: Receive) -> None:
        """Answer with what `app` sends. It goes on in a task of its own."""
        task = InnerTask(app, scope, receive, self.send)
        start = await task.start()
        self.tasks.append(task)
        self.response = response = TaskResponse(task, start)
        self.streams.append(response.body_iterator)


async def run_in(context: Context, func: Callable[..., Awaitable[None]], *args: Any) -> None:
    """Call an async function with the context variables of `context`; in a task, if others are set here."""

    async def run() -> None:
        await func(*args)

    if all(variable.get(_MISSING) is value for variable, value in context.items()):
        await run()
        return
    async with create_collapsing_task_group() as task_group:
        # A task has the variables of the context that starts it.
        context.run(task_group.start_soon, run)


def call(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
    """Call an app with whatever `send` there is; what it gives is to be awaited."""
    if knows_handover(app):
        return app(scope, receive, send)
    if type(send) is Handover:
        return send.run(app, scope, receive)
    return call_watched(app, scope, receive, send)


async def call_editing(
    app: ASGIApp, scope: Scope, receive: Receive, send: Send, edit: Callable[[MutableHeaders], None]
) -> None:
    """Call an app and let `edit` change the headers of its response, a copy of them."""
    if type(send) is Handover:
        await call(app, scope, receive, send)
        if send.response is not None:
            edit(MutableHeaders(raw=send.response.raw_headers))
        return

    def editing(message: Message) -> Awaitable[None]:
        if message["type"] in _STARTS:
            headers = list(message.get("headers", ()))
            edit(MutableHeaders(raw=headers))
            message = {**message, "headers": headers}
        return send(message)

    await call(app, scope, receive, editing)


_STARTS = frozenset(("http.response.start", "websocket.accept", "websocket.http.response.start"))


def reply(response: ASGIApp, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
    """Answer with a response, whatever `send` there is; what it gives is to be awaited."""
    if type(send) is Handover:
        return send.give(response, scope, receive)
    # What calling the object would look up by a longer way.
    answer: Awaitable[None] = type(response).__call__(response, scope, receive, send)
    return answer


def _streams_plainly(kind: type[StreamingResponse]) -> bool:
    return (
        kind.__call__ is StreamingResponse.__call__
        and kind.stream_response is StreamingResponse.stream_response
    )


class ByteChunks(AsyncIterator[bytes | memoryview]):
    """The chunks of a stream as a middleware gets them: encoded, as if they had come in messages."""

    __slots__ = ("_encode", "_source", "iterator")

    def __init__(self, response: StreamingResponse) -> None:
        self._source = response.body_iterator
        self.iterator = aiter(self._source)
        self._encode = response._encode_plainly

    async def __anext__(self) -> bytes | memoryview:
        chunk = await anext(self.iterator)
        return chunk if type(chunk) is bytes else self._encode(chunk)

    async def aclose(self) -> None:
        """Close the generator that the chunks come from."""
        await close_iterator(self._source)


class OneChunk(AsyncIterator[bytes | memoryview]):
    """A whole body as a stream. Not a generator: one that is dropped half-way has to be closed."""

    __slots__ = ("_body",)

    def __init__(self, body: bytes | memoryview) -> None:
        self._body = body

    async def __anext__(self) -> bytes | memoryview:
        body, self._body = self._body, b""
        if not body:
            raise StopAsyncIteration
        return body

    async def aclose(self) -> None:
        """Give no chunk any more."""
        self._body = b""


class HeldResponse(Response):
    """What `call_next` gives for a response that is whole: it can be read, changed and streamed anew."""

    def __init__(self, response: Response) -> None:
        self.status_code = response.status_code
        self.media_type = response.media_type
        self.raw_headers = list(response.raw_headers)
        self.body = response.body
        self.background = None
        self._iterator: Any = None

    @property
    def is_whole(self) -> bool:
        """Whether its body is known, as nobody has put an iterator in its place."""
        return self._iterator is None

    @property
    def body_iterator(self) -> Any:
        """
        The body in chunks: the whole of it in one.

        Reading it does not use it up. Setting it replaces the body.
        """
        return OneChunk(self.body) if self._iterator is None else self._iterator

    @body_iterator.setter
    def body_iterator(self, iterator: Any) -> None:
        self._iterator = iterator

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._iterator is None:
            await Response.__call__(self, scope, receive, send)
            return
        response = StreamingResponse(self._iterator, self.status_code, background=self.background)
        response.raw_headers = self.raw_headers
        await response(scope, receive, send)


class TaskResponse(Response):
    """What `call_next` gives for an app that runs in a task of its own. `body_iterator` may be replaced."""

    def __init__(self, task: InnerTask, start: Message) -> None:
        self.status_code = start["status"]
        self.raw_headers = list(start.get("headers", ()))
        self.background = None
        self.body_iterator: Any = task.chunks()
        self._task = task

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        task = self._task
        if task.info is not None:
            await send({"type": "http.response.debug", "info": task.info})
        start: Message = {
            "type": "http.response.start",
            "status": self.status_code,
            "headers": self.raw_headers,
        }
        if task.has_trailers:
            start["trailers"] = True
        await send(start)
        try:
            await self._send_body(send)
        finally:
            await close_iterator(self.body_iterator)
        if self.background is not None:
            await self.background()

    async def _send_body(self, send: Send) -> None:
        open_end = True
        async for chunk in self.body_iterator:
            if isinstance(chunk, dict):
                # Not a part of a body but a message of its own, as http.response.pathsend.
                await send(chunk)
                open_end = False
            else:
                body = chunk.encode(self.charset) if isinstance(chunk, str) else chunk
                await send({"type": "http.response.body", "body": body, "more_body": True})
        if open_end:
            await send({"type": "http.response.body", "body": b"", "more_body": False})
            if self._task.has_trailers:
                await self._task.send_trailers(send)
