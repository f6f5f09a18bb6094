"""`%%asgi_lifespan`: a cell becomes startup and shutdown."""

from IPython.core.magic import magics_class
from IPython.core.magic_arguments import argument

from asgi_nb.live.cards import Card
from asgi_nb.magics._base import KitMagics, body_of, magic

EXAMPLE = "%%asgi_lifespan"


@magics_class
class LifespanMagic(KitMagics):
    """The magic `%%asgi_lifespan`."""

    @magic("line_cell", argument("-n", "--name", help="Its name in the route table."))
    def asgi_lifespan(self, line: str, cell: str | None = None) -> Card:
        """
        Run the top of this cell when the server starts, and the rest when it stops.

        What stands above `yield` is the startup, what stands below it the shutdown. Both
        run on the server's loop, where a pool that is made here fits the routes. The dict
        that it yields is in `request.state`. `app` is the app.

            %%asgi_lifespan
            pool = await make_pool()
            yield {"pool": pool}
            await pool.close()

        Where the server runs, it starts at once; run the cell again, and the old one is
        shut down and the new one started. Several of them nest in the order of their cells.
        """
        __tracebackhide__ = True
        source = body_of(cell, EXAMPLE)
        given = self.read(self.asgi_lifespan, line, EXAMPLE)
        return self.kit.define_lifespan(source, name=given.name)
