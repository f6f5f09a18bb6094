"""Responses: values that know how to send themselves."""

from asgi_nb.web._file_response import FileResponse
from asgi_nb.web._ranges import MalformedRangeHeader, RangeNotSatisfiable
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
