"""
What was masked when traffic was saved: it cannot be sent again, for nobody knows it any more.

A HAR file has the dots that a page shows; a file of traffic has stars, which any charset knows. Stars count
only where a secret stands: elsewhere a client may well have sent them.
"""

from urllib.parse import quote

from asgi_nb.record.body import Headers
from asgi_nb.record.keep.hide import HIDDEN
from asgi_nb.record.masks import MASK, mask_body_text, mask_header, mask_query

DOTS = MASK.encode()
STARS = HIDDEN.encode()


def masked_part(headers: Headers, query_string: bytes) -> str:
    """
    Name the first header, or the query, in which a mask stands for a secret; "" when there is none.

    Args:
        headers: The header fields.
        query_string: What stands after the "?".
    """
    for name, value in headers:
        word = name.decode("latin-1")
        if DOTS in value or (STARS in value and mask_header(word, value.decode("latin-1")).masked):
            return f"the header {word!r}"
    if DOTS in query_string or quote(MASK).encode() in query_string:
        return "the query"
    return "the query" if STARS in query_string and mask_query(query_string).masked else ""


def is_masked_body(body: bytes, content_type: str) -> bool:
    """
    Say whether a mask stands for a secret in a body.

    Args:
        body: The body, without its Content-Encoding.
        content_type: The value of its Content-Type header.
    """
    if DOTS in body:
        return True
    return STARS in body and bool(mask_body_text(body.decode("latin-1"), content_type).masked)
