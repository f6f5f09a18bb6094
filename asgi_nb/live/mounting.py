"""What may be mounted: ASGI apps as they are, and WSGI apps, told apart by their signature."""

import inspect
from typing import Any

from asgi_nb.live.arguments import accepts, name_of
from asgi_nb.live.errors import CellError
from asgi_nb.web._utils import is_async_callable
from asgi_nb.web.middleware._wsgi_app import WSGIMiddleware
from asgi_nb.web.types import ASGIApp

EXPECTED = (
    "expected an ASGI app, called with (scope, receive, send), or a WSGI app, called with "
    "(environ, start_response)"
)


def is_wsgi(app: Any) -> bool:
    """Tell whether something is called as a WSGI app, and not as an ASGI app."""
    if not callable(app) or inspect.isclass(app):
        return False
    try:
        return accepts(app, 2) and not accepts(app, 3) and not is_async_callable(app)
    except ValueError:
        # A callable from C shows no signature.
        return False


def as_asgi(app: Any) -> ASGIApp:
    """
    Give an ASGI app as it is; make one of a WSGI app, as of Flask or Django.

    Args:
        app: An object that is called with `(scope, receive, send)` or `(environ, start_response)`.

    Raises:
        CellError: It is neither.

    Source: ASGI 3.0, "Applications"; PEP 3333.
    """
    asgi: ASGIApp = app
    name = name_of(app)
    if not callable(app):
        raise CellError(f"cannot mount {name}; {EXPECTED}")
    # An endpoint class of the toolkit is awaited as it is made, and so is an app.
    if inspect.isclass(app) and not hasattr(app, "__await__"):
        raise CellError(f"cannot mount {name}, which is a class; mount an object of it: {name}()")
    try:
        if accepts(app, 3):
            return asgi
        if is_wsgi(app):
            return WSGIMiddleware(app)
        signature = inspect.signature(app)
    except ValueError:
        # A callable from C shows no signature: the first request tells.
        return asgi
    raise CellError(f"cannot mount {name}, which is called with {signature}; {EXPECTED}")
