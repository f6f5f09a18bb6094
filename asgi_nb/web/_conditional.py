"""
Whether a client's copy of something is still good.

Source: RFC 9110 section 13.1.
"""

from email.utils import parsedate

from asgi_nb.web._headers import Headers

__all__ = ["is_not_modified"]


def is_not_modified(response_headers: Headers, request_headers: Headers) -> bool:
    """
    Whether 304 is the answer to a GET or HEAD.

    If-None-Match decides alone where it stands; its tags are compared weakly. A date that cannot be read
    decides nothing.

    Args:
        response_headers: Hold an ETag, and perhaps Last-Modified.
        request_headers: The client's.
    """
    wanted = request_headers.get("if-none-match")
    if wanted:
        etag = response_headers["etag"]
        return wanted.strip() == "*" or any(
            tag.strip().removeprefix("W/") == etag for tag in wanted.split(",")
        )
    since = request_headers.get("if-modified-since")
    modified = response_headers.get("last-modified")
    if since is None or modified is None:
        return False
    # Most clients send back the very text that they got.
    if since == modified:
        return True
    since_date, modified_date = parsedate(since), parsedate(modified)
    return since_date is not None and modified_date is not None and since_date >= modified_date
