"""`%%asgi_error`: a cell answers a status or an exception."""

from IPython.core.magic import magics_class
from IPython.core.magic_arguments import argument

from asgi_nb.live.cards import Card
from asgi_nb.magics._base import KitMagics, MagicError, body_of, magic

EXAMPLE = "%%asgi_error 404"


@magics_class
class ErrorMagic(KitMagics):
    """The magic `%%asgi_error`."""

    @magic(
        "line_cell",
        argument(
            "what", nargs="?", metavar="WHAT", help="A status as 404, or an exception class as ValueError."
        ),
    )
    def asgi_error(self, line: str, cell: str | None = None) -> Card:
        """
        Answer a status, or an exception that a handler raised, with what this cell returns.

        `request` and `exc` are there. Without a status of its own, the answer has that of
        the exception, else 500.

            %%asgi_error 404
            return {"error": f"there is no {request.url.path}"}

            %%asgi_error ValueError
            return {"error": str(exc)}, 422

        The class is looked up in the notebook by its name, and answers for those that
        derive from it, too. The nearest one wins.
        """
        __tracebackhide__ = True
        source = body_of(cell, EXAMPLE)
        given = self.read(self.asgi_error, line, EXAMPLE)
        if given.what is None:
            raise MagicError(
                f"%%asgi_error expects a status or an exception class, as in: {EXAMPLE}; got nothing"
            )
        return self.kit.define_error(given.what, source)
