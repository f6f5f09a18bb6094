"""
The list of formats that an exchange is copied in. A new one is one file and one line here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from asgi_nb.record.export.code import Code
from asgi_nb.record.export.curl import as_curl
from asgi_nb.record.export.http import as_http
from asgi_nb.record.export.python import as_httpx, as_python
from asgi_nb.record.export.recorded import Recorded
from asgi_nb.record.export.testing import as_test


@dataclass(frozen=True, slots=True)
class Format:
    """One form that an exchange can be copied in."""

    name: str
    """The word for it: "curl"."""
    title: str
    """What a menu says."""
    code: str
    """The Python that gives the same: "exchange.as_curl()"."""
    write: Callable[[Recorded], Code]
    """Gives the code, masked; raises ExportError where it would lie."""
    kinds: tuple[Literal["http", "websocket"], ...] = ("http",)
    """The kinds of exchange that it is for."""


FORMATS = (
    Format("curl", "curl", ".as_curl()", as_curl),
    Format("cmd", "curl for Windows' cmd", '.as_curl("cmd")', lambda exchange: as_curl(exchange, "cmd")),
    Format("httpx", "Python with httpx2", ".as_httpx()", as_httpx),
    Format("websockets", "Python with websockets", ".as_python()", as_python, ("websocket",)),
    Format("http", "%%asgi_request (.http)", ".as_http()", as_http),
    Format("test", "pytest", ".as_test()", as_test),
)


def formats_for(exchange: Recorded) -> list[Format]:
    """List the formats that an exchange of this kind can be copied in."""
    return [form for form in FORMATS if exchange.kind in form.kinds]


def copy_as(exchange: Recorded, name: str) -> Code:
    """
    Write an exchange in the format of this name, masked.

    Raises:
        ExportError: The format cannot say it.
        ValueError: There is no such format.
    """
    for form in FORMATS:
        if form.name == name:
            return form.write(exchange)
    raise ValueError(f"no format is called {name!r}; there are: {', '.join(form.name for form in FORMATS)}")
