"""Read what stood on the wire for a plain request as the notes of a draft."""

from typing import Any

from asgi_nb.record.body import Headers
from asgi_nb.record.draft import BODY, REQUEST, START


def notes_of(
    clock_ns: int, moments: tuple[int, int, int], body: bytes, went: bytes, head_size: int, skipped: int
) -> list[Any]:
    """
    Make the notes of a draft of what stood on the wire.

    Args:
        clock_ns: When the exchange began.
        moments: When the app got the body, when the head was made, when all was written; 0 when it was not.
        body: The request's body.
        went: The head of the response, and its body when all was written.
        head_size: The bytes of the head.
        skipped: How many of its lines are the server's own.
    """
    read_ns, start_ns, done_ns = moments
    notes: list[Any] = []
    if read_ns:
        notes += REQUEST, read_ns - clock_ns, body, False
    if start_ns:
        notes += START, start_ns - clock_ns, *parse_head(went[:head_size], skipped)
    if done_ns:
        notes += BODY, done_ns - clock_ns, went[head_size:], False
    return notes


def parse_head(head: bytes, skipped: int) -> tuple[int, Headers]:
    """
    Read the head of a response that the server has made: its status, and the fields that the app sent.

    Args:
        head: Its lines, and the empty one.
        skipped: How many fields are the server's own: the first ones.

    Source: RFC 9112 sections 4 and 5.
    """
    status, *lines = head[:-4].split(b"\r\n")
    fields = [line.partition(b": ")[::2] for line in lines[skipped:]]
    return int(status[9:12]), tuple([(name, value) for name, value in fields])
