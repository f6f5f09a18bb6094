"""What happened to an exchange, as a person would tell it: one or two sentences, masked."""

from asgi_nb.record.exchange import Exchange
from asgi_nb.record.explain.find import explain_close_code, explain_status
from asgi_nb.record.masks import mask_text, shorten, visible

TARGET = 120


def story(exchange: Exchange) -> str:
    """Tell what happened so far."""
    told = _socket(exchange) if exchange.websocket else _request(exchange)
    return " ".join([told, *_before(exchange)])


def _before(exchange: Exchange) -> list[str]:
    said = []
    relation = exchange.relation
    if relation is not None and relation.replay_of:
        edited = f", with another {' and '.join(relation.edited)}" if relation.edited else ""
        said.append(f"It repeats {visible(relation.replay_of)}{visible(edited)}.")
    said += [f"It was {shorten(visible(str(hold)), 200)}." for hold in exchange.holds]
    return said


def _request(exchange: Exchange) -> str:
    what = f"{visible(exchange.request.method)} {shorten(exchange.request.target, TARGET)}"
    by, response, error = _by(exchange), exchange.response, exchange.error
    if response is None:
        if exchange.state == "aborted":
            return f"{what} was cut off after {_took(exchange)}, before {by or 'the app'} had answered."
        if error is not None:
            return (
                f"{what} was answered by nobody: {by or 'the app'} raised {visible(error.type)} "
                f"after {_took(exchange)}."
            )
        if exchange.finished:
            return f"{what} was answered by nobody: the app returned after {_took(exchange)}."
        return f"{what} {WAITING.get(exchange.state, 'has come in, and is not answered yet')}."
    status = visible(_status_name(response.status))
    if exchange.response_done_ns is None:
        if exchange.state == "aborted":
            return f"{what} got a {status}, and was cut off after {_took(exchange)}."
        if not exchange.finished:
            return f"{what} is being answered with {status}{_with(by)}: {response.body.size} bytes so far."
        return f"{what} got a {status}, and the body was never finished."
    told = f"{what} was answered with {status}{_with(by)} after {_took(exchange)}."
    if error is not None:
        handled = "an exception handler made the answer" if error.handled else "it left the app"
        told += f" {visible(error.type)} was raised, and {handled}."
    return told


# State -> what a request without a response waits for.
WAITING = {
    "held": "is held, for a person to look at it",
    "queued": "waits until the kernel has run its cell",
}


def _socket(exchange: Exchange) -> str:
    websocket = exchange.websocket
    if websocket is None:
        return ""
    what = f"A WebSocket to {shorten(exchange.request.target, TARGET)}"
    by = _with(_by(exchange))
    if not websocket.accepted:
        if exchange.response:
            status = visible(_status_name(exchange.response.status))
            return f"{what} was refused with {status}{by}."
        if websocket.close or exchange.finished:
            return f"{what} was refused{by}."
        return f"{what} is not answered yet."
    counts = f"{counted(websocket.received_count, 'message')} came in, {websocket.sent_count} went out"
    close = websocket.close
    if close is None:
        return f"{what} is open{by}: {counts} so far."
    who = "an exception" if close.by == "error" else f"the {close.by}"
    code = explain_close_code(close.code) if close.code is not None else None
    named = f" with {code.name}" if code else ""
    reason = f", “{shorten(mask_text(close.reason).text, TARGET)}”" if close.reason else ""
    return f"{what} was open for {_took(exchange)}{by}: {counts}. It was closed by {who}{named}{reason}."


def _by(exchange: Exchange) -> str:
    origin = exchange.origin
    if origin is None:
        return ""
    function = visible(shorten(origin.function, 80))
    return function if origin.execution_count is None else f"{function} in cell {visible(origin.label)}"


def _with(by: str) -> str:
    return f" by {by}" if by else ""


def _status_name(status: int) -> str:
    found = explain_status(status)
    return found.name if found else str(status)


def _took(exchange: Exchange) -> str:
    seconds = exchange.duration
    if seconds is None:
        return "some time"
    if seconds < 0.01:
        return f"{seconds * 1000:.1f} ms"
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"


def counted(count: int, noun: str) -> str:
    """Write a number and what there is so many of."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
