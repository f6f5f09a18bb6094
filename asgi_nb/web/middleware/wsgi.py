"""
Run a WSGI application, as of Flask or Django, inside an ASGI one.

Here for code that uses Starlette's; new code is better off with a2wsgi.
"""

import io
import warnings
from typing import Any

from asgi_nb.web.exceptions import StarletteDeprecationWarning
from asgi_nb.web.middleware._wsgi_app import WSGIMiddleware
from asgi_nb.web.middleware._wsgi_bridge import environ_of
from asgi_nb.web.types import Scope

__all__ = ["WSGIMiddleware", "build_environ"]

warnings.warn(
    "asgi_nb.web.middleware.wsgi is deprecated; use a2wsgi instead, https://github.com/abersheeran/a2wsgi",
    StarletteDeprecationWarning,
    stacklevel=2,
)


def build_environ(scope: Scope, body: bytes) -> dict[str, Any]:
    """
    The WSGI environ of a request whose body is known.

    Args:
        scope: An HTTP scope. Its `root_path` becomes SCRIPT_NAME, and PATH_INFO is the path below it.
        body: The whole body.

    Source: PEP 3333, "environ Variables".
    """
    return environ_of(scope, io.BytesIO(body))
