"""
Responses: values that know how to send themselves.

FileResponse is loaded by the first who asks for it: many apps send no files.
"""

import importlib
from typing import TYPE_CHECKING, Any

from asgi_nb.web._response import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from asgi_nb.web._streaming import (
    AsyncContentStream,
    Content,
    ContentStream,
    StreamingResponse,
    SyncContentStream,
)

# Much code takes it from here, as Starlette's module has it.
from asgi_nb.web.background import BackgroundTask as BackgroundTask

if TYPE_CHECKING:
    from asgi_nb.web._file_response import FileResponse
    from asgi_nb.web._ranges import MalformedRangeHeader, RangeNotSatisfiable

__all__ = [
    "AsyncContentStream",
    "Content",
    "ContentStream",
    "FileResponse",
    "HTMLResponse",
    "JSONResponse",
    "MalformedRangeHeader",
    "PlainTextResponse",
    "RangeNotSatisfiable",
    "RedirectResponse",
    "Response",
    "StreamingResponse",
    "SyncContentStream",
]

# Public name -> the module that holds it.
_HOMES = {
    "FileResponse": "asgi_nb.web._file_response",
    "MalformedRangeHeader": "asgi_nb.web._ranges",
    "RangeNotSatisfiable": "asgi_nb.web._ranges",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        value = globals()[name] = getattr(importlib.import_module(_HOMES[name]), name)
        return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
