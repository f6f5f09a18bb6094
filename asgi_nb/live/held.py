"""One request, or one answer, that is being held: what can be seen of it, changed, and decided."""

import itertools
import json
import time
from collections.abc import Callable, Iterator, MutableMapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import quote

from asgi_nb.record.masks import mask_headers, mask_query, shorten
from asgi_nb.record.scope import path_in_app
from asgi_nb.web.datastructures import MutableHeaders
from asgi_nb.web.responses import Response
from asgi_nb.web.results import to_response

Stage = Literal["request", "response"]

MAX_EXTENSION = 3600
"""Seconds by which the time of what is held can grow at once, as with a hold's own `timeout`."""

_numbers = itertools.count(1)


class HoldError(RuntimeError):
    """What was asked of something that is held cannot be done; the text says why and what to do."""


class _Content:
    """A body that may be changed, unless it is not there as a whole."""

    body: bytes | None
    headers: MutableHeaders

    @property
    def text(self) -> str:
        """The body as UTF-8."""
        return self._whole().decode(errors="replace")

    def json(self) -> Any:
        """
        Read the body as JSON.

        Raises:
            HoldError: The body is not there as a whole.
            json.JSONDecodeError: It is not JSON.
        """
        return json.loads(self._whole())

    def set_json(self, value: Any) -> None:
        """Replace the body by a value as JSON."""
        self.body = json.dumps(value).encode()
        self.headers["content-type"] = "application/json"

    def _whole(self) -> bytes:
        if self.body is None:
            raise HoldError(
                "the body is streamed or too large to be held; all but the body can be seen and changed"
            )
        return self.body


@dataclass
class HeldRequest(_Content):
    """A request before the app has seen it. Set what is to be changed."""

    method: str
    path: str
    """The path below the app's root, decoded."""
    query: str
    """The query string as it came, without the question mark."""
    headers: MutableHeaders
    body: bytes | None
    """None when it was too large to be read ahead; then it passes on unchanged."""


@dataclass
class HeldResponse(_Content):
    """An answer before it goes out. Set what is to be changed."""

    status: int
    headers: MutableHeaders
    body: bytes | None
    """None when it is streamed; then it passes on unchanged."""


@dataclass(frozen=True)
class Decision:
    """What is to become of what was held."""

    answer: Response | None = None
    """Sent in place of what the app would answer; None to go on."""
    reset: bool = False
    """Whether the connection is cut, without any answer."""

    @property
    def word(self) -> str:
        """How it ends what was held."""
        return "reset" if self.reset else "went on" if self.answer is None else "answered"


@dataclass(eq=False)
class Held:
    """
    A request or an answer that waits for a decision.

    It goes on by itself, unchanged, at the end of its time.
    """

    seq: int
    """The number of its exchange in `asgi_nb.traffic`; 0 when it is not recorded."""
    stage: Stage
    request: HeldRequest
    response: HeldResponse | None
    """The app's answer; None while it is the request that is held."""
    until: float
    """When it goes on by itself, in seconds of `time.monotonic()`."""
    decision: "Future[Decision]" = field(default_factory=Future)
    """Done when it was decided, or taken back: its client has left, or its time was over."""
    ended: str = ""
    """How it ended: as `HoldRecord.ended`; "" while it is held."""
    number: int = field(default_factory=_numbers.__next__)
    """Its own, by which a page names it."""
    tell: Callable[[], None] = field(default=lambda: None, repr=False)
    """Tells who shows it that its time has changed."""

    @property
    def waiting(self) -> bool:
        """Whether it is still held."""
        return not self.ended and not self.decision.done()

    @property
    def remaining(self) -> float:
        """Seconds until it goes on by itself."""
        return max(0.0, self.until - time.monotonic()) if self.waiting else 0.0

    def go(self) -> None:
        """
        Let it go on, with what was changed.

        Raises:
            HoldError: It is held no longer.
        """
        self._decide(Decision())

    def answer(self, result: Any) -> None:
        """
        Answer in the app's place.

        Args:
            result: What a handler may return: a dict, a text, `(value, status)`, a `Response`; or a status.

        Raises:
            HoldError: It is held no longer.
        """
        self._decide(Decision(as_response(result)))

    def reset(self) -> None:
        """
        Cut the connection, so that the client has no answer at all.

        Who asked without a connection, as `asgi_nb.client` may, gets a ConnectionResetError.

        Raises:
            HoldError: It is held no longer.
        """
        self._decide(Decision(reset=True))

    def extend(self, seconds: float) -> None:
        """
        Give it more time before it goes on by itself.

        Args:
            seconds: From the end that it has; above 0, at most 3600.

        Raises:
            HoldError: It is held no longer.
            ValueError: `seconds` is out of range.
        """
        if not 0 < seconds <= MAX_EXTENSION:
            raise ValueError(f"seconds is above 0 and at most {MAX_EXTENSION}, got {seconds!r}")
        if not self.waiting:
            raise self._over()
        # Who waits for its end looks at it again when the old end has come.
        self.until += seconds
        self.tell()

    def _over(self) -> HoldError:
        return HoldError(f"{self._name()} is held no longer: it {self.ended or 'was decided'}")

    def _decide(self, decision: Decision) -> None:
        if not self.waiting or not self.decision.set_running_or_notify_cancel():
            raise self._over()
        self.decision.set_result(decision)

    def _name(self) -> str:
        number = f"exchange {self.seq}" if self.seq else "the request"
        return number if self.stage == "request" else f"the answer of {number}"

    def __repr__(self) -> str:
        target = shorten(self.request.path, 100)
        if self.request.query:
            target += f"?{mask_query(self.request.query.encode())[0]}"
        what = f"{self.request.method} {target}"
        if self.response is not None:
            what += f" → {self.response.status}"
        how = f"{self.remaining:.0f} s left" if self.waiting else self.ended or "decided"
        return f"<Held {self.stage} {what}: {how}>"


def as_response(result: Any) -> Response:
    """Make the response that is sent in the app's place; a number is a status without a body."""
    if isinstance(result, int) and not isinstance(result, bool):
        return Response(status_code=result)
    return to_response(result, endpoint="answer")


def request_of(scope: MutableMapping[str, Any], body: bytes | None) -> HeldRequest:
    """Give a request to look at and to change, from its scope."""
    return HeldRequest(
        scope["method"],
        path_in_app(scope["path"], scope.get("root_path", "")),
        scope["query_string"].decode("latin-1"),
        MutableHeaders(raw=list(scope["headers"])),
        body,
    )


def changed_scope(
    scope: MutableMapping[str, Any], request: HeldRequest, body: bytes | None
) -> dict[str, Any]:
    """
    Give the scope that the app is to see.

    Args:
        scope: The scope that came.
        request: The request, perhaps changed.
        body: The body that came.
    """
    changed = dict(scope)
    changed["method"] = request.method.upper()
    changed["query_string"] = request.query.encode("latin-1", "replace")
    root_path = scope.get("root_path", "")
    if request.path != path_in_app(scope["path"], root_path):
        path = request.path if request.path.startswith("/") else f"/{request.path}"
        changed["path"] = root_path + path
        changed["raw_path"] = quote(root_path + path, safe="/:@!$&'()*+,;=~").encode()
    headers = request.headers
    if request.body is not None and request.body != body:
        headers["content-length"] = str(len(request.body))
        if "transfer-encoding" in headers:
            del headers["transfer-encoding"]
    changed["headers"] = list(headers.raw)
    return changed


def differences(before: HeldRequest | HeldResponse, after: HeldRequest | HeldResponse) -> Iterator[str]:
    """Say in words what was changed; secrets are masked."""
    for name in ("method", "path", "query", "status"):
        old, new = getattr(before, name, None), getattr(after, name, None)
        if old != new:
            if name == "query":
                old, new = (mask_query(str(text).encode())[0] for text in (old, new))
            yield f"{name} {shorten(str(old), 80)} → {shorten(str(new), 80)}"
    olds, news = (dict(mask_headers(content.headers.raw)[0]) for content in (before, after))
    for name in sorted({*olds, *news}):
        if before.headers.getlist(name) == after.headers.getlist(name):
            continue
        if name not in news:
            yield f"header {name} taken out"
        elif name not in olds:
            yield f"header {name} added: {shorten(news[name], 80)}"
        else:
            yield f"header {name}: {shorten(olds[name], 80)} → {shorten(news[name], 80)}"
    if before.body != after.body:
        sizes = [len(content.body or b"") for content in (before, after)]
        yield f"body {sizes[0]} → {sizes[1]} bytes"
