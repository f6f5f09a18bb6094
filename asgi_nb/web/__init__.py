"""
An ASGI toolkit with the public names of Starlette 1.x: routing, requests, responses, WebSockets, middleware.

Needs a Python and anyio, no notebook and no particular server. Nothing is imported here:
take what you need from the module that bears its name, as in
`from asgi_nb.web.responses import JSONResponse`.
"""

__version__ = "1.10.0"
"""
The version of Starlette whose API this is.

Not that of asgi_nb, which is `asgi_nb.__version__`. Packages made for Starlette read it to know what is
there to use.
"""
