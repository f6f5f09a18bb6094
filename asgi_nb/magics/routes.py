"""`%asgi_routes`: the route table."""

from IPython.core.magic import magics_class

from asgi_nb.live.table import RouteTable
from asgi_nb.magics._base import KitMagics, magic


@magics_class
class RoutesMagic(KitMagics):
    """The magic `%asgi_routes`."""

    @magic("line")
    def asgi_routes(self, line: str) -> RouteTable:
        """
        List what cells have defined: method, path, name, cell, how often asked, median time.

            %asgi_routes
        """
        self.read(self.asgi_routes, line, "%asgi_routes")
        return self.kit.routes()
