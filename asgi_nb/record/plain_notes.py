"""Read what stood on the wire for a plain request as the notes of a draft."""

from typing import Any

from asgi_nb.record.body import Headers
from asgi_nb.record.draft import BODY, REQUEST, START


def notes_of(
    clock_ns: int, read_ns: int, sent_ns: int, body: bytes, went: bytes, skipped: int, *, whole: bool = True
) -> list[Any]:
    """
    Make the notes of a draft of what stood on the wire.

    Args:
        clock_ns: When the exchange began.
        read_ns: When the app got the body; 0 when it did not.
        sent_ns: When the response was sent; 0 when it was not.
        body: The request's body.
        went: The response: its head and its body.
        skipped: How many lines of the head are the server's own.
        whole: Whether the response has its body, or is a head that waits for it.
    """
    notes: list[Any] = []
    if read_ns:
        notes += REQUEST, read_ns - clock_ns, body, False
    if sent_ns:
        # A head has no empty line but its last one.
        size = went.index(b"\r\n\r\n") + 4
        notes += START, sent_ns - clock_ns, *parse_head(went[:size], skipped)
        if whole:
            notes += BODY, sent_ns - clock_ns, went[size:], False
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
