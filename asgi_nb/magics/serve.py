"""`%asgi_serve`: start the server, or show it."""

from IPython.core.magic import magics_class
from IPython.core.magic_arguments import argument

from asgi_nb.magics._base import KitMagics, MagicError, magic
from asgi_nb.service.service import Service

EXAMPLE = "%asgi_serve --port 8000"


@magics_class
class ServeMagic(KitMagics):
    """The magic `%asgi_serve`."""

    @magic(
        "line",
        argument(
            "app", nargs="?", help="A variable that holds an ASGI or WSGI app; the notebook's own by default."
        ),
        argument(
            "-p", "--port", type=int, default=0, help="TCP port; 0, the default, lets the system choose."
        ),
        argument("--host", help="What to listen on; 127.0.0.1, this machine alone, by default."),
        argument(
            "--allow-host",
            metavar="NAME",
            action="append",
            help="A host name to answer for; may be repeated.",
        ),
        argument(
            "--allow-origin",
            metavar="ORIGIN",
            action="append",
            help="A page, such as https://app.example, that may open WebSockets; may be repeated.",
        ),
        argument(
            "--server-timing",
            action="store_true",
            help="Say in a header of each response where the time went; browsers' developer tools draw it.",
        ),
    )
    def asgi_serve(self, line: str) -> Service:
        """
        Serve the app from this kernel, in the background, until it is stopped.

        Where it serves already, that server is shown. A variable that holds another app by
        now is served in place of the old one, at the same address.

            %asgi_serve
            %asgi_serve my_fastapi_app --port 8000
            %asgi_serve --allow-host api.example
        """
        given = self.read(self.asgi_serve, line, EXAMPLE)
        app = None if given.app is None else self.variable("%asgi_serve", given.app)
        options = {}
        if given.allow_host:
            options["allowed_hosts"] = given.allow_host
        if given.allow_origin:
            options["allowed_origins"] = given.allow_origin
        if given.server_timing:
            options["server_timing"] = True
        try:
            return self.kit.serve(app, host=given.host, port=given.port, name=given.app, **options)
        except TypeError as exc:
            raise MagicError(f"%asgi_serve: {exc}") from None
