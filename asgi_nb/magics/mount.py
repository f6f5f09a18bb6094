"""`%asgi_mount`: another app below a path."""

from IPython.core.magic import magics_class
from IPython.core.magic_arguments import argument

from asgi_nb.live.cards import Card
from asgi_nb.magics._base import KitMagics, MagicError, magic

EXAMPLE = "%asgi_mount /v1 my_fastapi_app"


@magics_class
class MountMagic(KitMagics):
    """The magic `%asgi_mount`."""

    @magic(
        "line",
        argument("path", nargs="?", metavar="/path", help="All requests below it go to the app."),
        argument("app", nargs="?", help="A variable that holds an ASGI app, or a WSGI app as Flask's."),
        argument("-n", "--name", help="The name for url_for."),
    )
    def asgi_mount(self, line: str) -> Card:
        """
        Hand all requests below a path to another app of this notebook.

            %asgi_mount /v1 my_fastapi_app

        Any ASGI app will do, also while serving. A WSGI app, as of Flask or Django, answers
        in worker threads. What an app does at its startup (lifespan) runs with the server:
        at once, where one runs already. If it fails, nothing is mounted.
        """
        __tracebackhide__ = True
        given = self.read(self.asgi_mount, line, EXAMPLE)
        expected = f"%asgi_mount expects /path and a variable, as in: {EXAMPLE}"
        if given.path is None:
            raise MagicError(f"{expected}; got nothing")
        if given.app is None:
            raise MagicError(f"{expected}; got {given.path!r} alone")
        if given.app.startswith("/"):
            raise MagicError(
                f"{expected}; got '{given.path} {given.app}'; the path comes first: {given.app} {given.path}"
            )
        return self.kit.mount(given.path, self.variable("%asgi_mount", given.app), given.name)
