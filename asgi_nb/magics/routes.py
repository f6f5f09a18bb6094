"""`%asgi_routes`: the route table."""

from IPython.core.magic import magics_class
from IPython.core.magic_arguments import argument

from asgi_nb.live.removed import Removed
from asgi_nb.live.sessions import ClosedSockets
from asgi_nb.live.table import RouteTable
from asgi_nb.magics._base import KitMagics, magic

EXAMPLE = '%asgi_routes --drop "GET /items"'


@magics_class
class RoutesMagic(KitMagics):
    """The magic `%asgi_routes`."""

    @magic(
        "line",
        argument(
            "-d",
            "--drop",
            nargs="+",
            metavar="WHAT",
            help='What to remove: "GET /items", a path, a name, or all of a cell: cell:[3]',
        ),
        argument(
            "-c",
            "--close-replaced",
            action="store_true",
            help="Close the WebSockets that are open on replaced code; their clients connect again.",
        ),
    )
    def asgi_routes(self, line: str) -> RouteTable | Removed | ClosedSockets:
        """
        List what cells have defined: method, path, name, cell, how often asked, median time.

            %asgi_routes

        A cell that was deleted leaves its routes behind; remove them by what the table shows.

            %asgi_routes --drop "GET /items"
            %asgi_routes --drop cell:[3]

        A WebSocket that was open when its cell ran again goes on with the old code. The
        table counts those; this closes them, and their clients connect again.

            %asgi_routes --close-replaced
        """
        __tracebackhide__ = True
        given = self.read(self.asgi_routes, line, EXAMPLE)
        if given.close_replaced:
            return self.kit.app.close_replaced()
        if given.drop is None:
            return self.kit.routes()
        # The words keep the quotes that they were written with.
        return self.kit.remove(" ".join(given.drop).strip("\"'"))
