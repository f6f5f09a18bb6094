"""`%%asgi_middleware`: a cell becomes a middleware."""

from IPython.core.magic import magics_class
from IPython.core.magic_arguments import argument

from asgi_nb.live.cards import Card
from asgi_nb.magics._base import KitMagics, body_of, magic

EXAMPLE = "%%asgi_middleware"


@magics_class
class MiddlewareMagic(KitMagics):
    """The magic `%%asgi_middleware`."""

    @magic("line_cell", argument("-n", "--name", help="Its name in the route table."))
    def asgi_middleware(self, line: str, cell: str | None = None) -> Card:
        """
        Make a middleware of this cell.

        The cell is a body with `request` and `call_next`, or its last statement is a
        function of the two, or a class or function that makes an ASGI app of one.

            %%asgi_middleware
            response = await call_next(request)
            response.headers["x-cell"] = "here"
            return response

        The middleware that was defined last is the outermost.
        """
        __tracebackhide__ = True
        source = body_of(cell, EXAMPLE)
        given = self.read(self.asgi_middleware, line, EXAMPLE)
        return self.kit.define_middleware(source, name=given.name)
