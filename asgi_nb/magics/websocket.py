"""`%%asgi_websocket`: a cell becomes a WebSocket endpoint."""

from IPython.core.magic import magics_class
from IPython.core.magic_arguments import argument

from asgi_nb.live.cards import Card
from asgi_nb.magics._base import KitMagics, MagicError, body_of, magic

EXAMPLE = "%%asgi_websocket /chat/{room}"


@magics_class
class WebSocketMagic(KitMagics):
    """The magic `%%asgi_websocket`."""

    @magic(
        "line_cell",
        argument("path", nargs="?", metavar="/path", help="With parameters: /chat/{room}"),
        argument("-n", "--name", help="The name for url_for; made of the path by default."),
        argument("--on", metavar="PLACE", help="Where it runs: server, or kernel."),
        argument(
            "--pickup", type=float, metavar="SECONDS", help="How long a request waits for a busy kernel; 3."
        ),
    )
    def asgi_websocket(self, line: str, cell: str | None = None) -> Card:
        """
        Make a WebSocket endpoint of this cell.

        The cell is the body of the handler: `websocket`, the path parameters and the
        notebook's own names are there.

            %%asgi_websocket /chat/{room}
            await websocket.accept()
            async for text in websocket.iter_text():
                await websocket.send_text(f"{room}: {text}")

        A connection that is open when the cell runs again goes on with the old code.
        """
        __tracebackhide__ = True
        source = body_of(cell, EXAMPLE)
        given = self.read(self.asgi_websocket, line, EXAMPLE)
        if given.path is None:
            raise MagicError(f"%%asgi_websocket expects a path, as in: {EXAMPLE}; got nothing")
        return self.kit.define_websocket(
            given.path, source, name=given.name, on=given.on, pickup=given.pickup
        )
