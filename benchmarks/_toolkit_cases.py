"""
The cases of the benchmark, as a table. One more case is one more line.

A case names an app that every contestant builds under that name, and what is sent to it. `goal` is how
many times faster than Starlette asgi_nb.web is meant to be; None where nothing is promised.
"""

from dataclasses import dataclass
from typing import Literal

from _toolkit_drive import Echoes, Request
from _toolkit_payload import BOUNDARY, FORM, ITEM, param_path, route_paths


@dataclass
class Case:
    """One line of the table."""

    name: str
    app: str
    request: Request | Echoes
    goal: float | None = None
    words: Literal["same", "own"] = "same"
    """Whether the body is compared with a foreign toolkit's, or it has its own words for an error."""
    work: Literal["request", "redefine", "construct"] = "request"
    """What is timed: the request; replacing a route, then the request; building the app, then the request."""


JSON = (b"content-type", b"application/json")
MULTIPART = (b"content-type", b"multipart/form-data; boundary=" + BOUNDARY)
BROWSER = [(b"origin", b"https://a.example"), (b"accept-encoding", b"gzip")]

CASES = [
    Case("plaintext", "basic", Request("/plaintext"), 3.5),
    Case("json_small", "basic", Request("/json"), 3.5),
    Case("path_param", "basic", Request("/items/42"), 2.8),
    Case("post_json", "basic", Request("/echo", "POST", ITEM, [JSON]), 2.2),
    Case("http_exception", "basic", Request("/error"), 3.0, words="own"),
    Case("mount", "basic", Request("/api/v1/items"), 2.8),
    Case("multipart", "basic", Request("/form", "POST", FORM, [MULTIPART])),
    Case("stream_100", "basic", Request("/stream", leaves=True), 2.2),
    Case("ws_echo_100", "basic", Echoes("/socket", 100), 2.9),
    Case("static_file", "static", Request("/static/a.txt")),
    Case("asgi_mw_1", "mw1", Request("/plaintext")),
    Case("asgi_mw_5", "mw5", Request("/plaintext"), 2.0),
    Case("asgi_mw_10", "mw10", Request("/plaintext")),
    Case("function_mw_1", "fn1", Request("/plaintext")),
    Case("function_mw_5", "fn5", Request("/plaintext"), 50),
    Case("function_mw_10", "fn10", Request("/plaintext")),
    Case("cors_gzip_small", "cors_gzip", Request("/plaintext", headers=BROWSER)),
    Case("cors_gzip_2k", "cors_gzip", Request("/page", headers=BROWSER)),
]

_ROUTE_GOALS = {"1000_middle": 140, "1000_last": 250, "1000_404": 430, "1000_405": 150}

for count in (10, 100, 1000):
    paths = route_paths(count)
    middle = paths[count // 2]
    for place, request in {
        "first": Request(paths[0]),
        "middle": Request(middle),
        "last": Request(paths[-1]),
        "param_last": Request(param_path(count).format(42)),
        "404": Request("/api/v1/nothing/here"),
        "405": Request(middle, "POST"),
    }.items():
        CASES.append(
            Case(
                f"routes_{count}_{place}",
                f"routes{count}",
                request,
                _ROUTE_GOALS.get(f"{count}_{place}"),
                words="own" if place in ("404", "405") else "same",
            )
        )

CASES += [
    Case("redefine_1_of_100", "routes100", Request(route_paths(100)[50]), 2.0, work="redefine"),
    Case("construct_1000", "routes1000", Request(route_paths(1000)[500]), 5.0, work="construct"),
]
