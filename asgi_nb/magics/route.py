"""`%%asgi_route`: a cell becomes a route."""

import re

from IPython.core.magic import magics_class
from IPython.core.magic_arguments import argument

from asgi_nb.live.cards import Card
from asgi_nb.live.names import METHODS
from asgi_nb.magics._base import KitMagics, MagicError, body_of, magic

EXAMPLE = "%%asgi_route GET /items/{item_id:int}"
# More than one word, the first of which begins with no quote.
UNQUOTED = re.compile(r"--try\s+[^'\"\s-]\S*\s+[^\s-]")
TRIED = '--try \'{"name": "tea"}\''


@magics_class
class RouteMagic(KitMagics):
    """The magic `%%asgi_route`."""

    @magic(
        "line_cell",
        argument("method", nargs="?", metavar="METHOD", help="GET, or several without a space: GET,POST"),
        argument("path", nargs="?", metavar="/path", help="With parameters: /items/{item_id:int}"),
        argument("-n", "--name", help="The name for url_for; made of method and path by default."),
        argument("--on", metavar="PLACE", help="Where it runs: server, thread or kernel."),
        argument(
            "--pickup", type=float, metavar="SECONDS", help="How long a request waits for a busy kernel; 3."
        ),
        argument(
            "--try",
            dest="sample",
            nargs="?",
            const="",
            metavar="WHAT",
            help="Send a request at once and show the response: a path, a body or nothing.",
        ),
        argument(
            "--compare",
            nargs="?",
            type=int,
            const=True,
            metavar="N",
            help="Send the last N different requests again, 5 by default, and show what has changed. "
            "For all cells: asgi_nb.app.compare = True.",
        ),
        argument(
            "--compare-unsafe",
            action="store_true",
            help="Send again also what may change something, such as POST.",
        ),
        argument(
            "--compare-ignore",
            metavar="WHERE",
            help="Headers and places in JSON that may differ: x-a,/items/*/id",
        ),
    )
    def asgi_route(self, line: str, cell: str | None = None) -> Card:
        """
        Make a route of this cell.

        The cell is the body of the handler: `request`, the path parameters and the
        notebook's own names are there; `return`, `await` and `yield` work. Or its last
        statement is a function or class, which is the handler then.

            %%asgi_route GET /items/{item_id:int}
            return {"id": item_id, "q": request.query_params.get("q")}

        Run the cell again and the route is replaced, while the server serves.

        With --try at the end of the line, one request goes through at once, also when
        nothing is served:

            %%asgi_route POST /items --try '{"name": "tea"}'
            %%asgi_route GET /items/{item_id:int} --try /items/3?q=tea

        With --compare, the route's last requests are sent again, straight into the app,
        and what has changed in their answers shows below:

            %%asgi_route GET /items/{item_id:int} --compare 3

        asgi_nb.app.compare = True does so in all cells, for requests that change nothing;
        --compare 0 leaves one out.
        """
        __tracebackhide__ = True
        source = body_of(cell, EXAMPLE)
        try:
            given = self.read(self.asgi_route, line, EXAMPLE)
        except MagicError:
            if UNQUOTED.search(line) is None:
                raise
            raise MagicError(f"%%asgi_route: write what stands after --try between quotes: {TRIED}") from None
        sample = _sample(given.sample)
        method, path = in_order(given.method, given.path)
        if given.compare is not None and given.compare < 0:
            raise MagicError(f"%%asgi_route: --compare takes how many requests, got {given.compare}")
        asked = given.compare_unsafe or bool(given.compare_ignore)
        return self.kit.define_route(
            method,
            path,
            source,
            name=given.name,
            on=given.on,
            pickup=given.pickup,
            try_=sample,
            compare=True if asked and not given.compare else given.compare,
            compare_unsafe=given.compare_unsafe,
            compare_ignore=[one for one in (given.compare_ignore or "").split(",") if one],
        )


def _sample(words: str | None) -> str | bool:
    """Read what stands after `--try`: None when the option is not there."""
    if words is None:
        return False
    if words.rstrip(",").split(",")[0].upper() in METHODS:
        raise MagicError(f"%%asgi_route: --try stands at the end of the line, as in: {EXAMPLE} --try")
    # The words keep the quotes that they were written with.
    quoted = len(words) > 1 and words[0] == words[-1] and words[0] in "\"'"
    return (words[1:-1] if quoted else words) or True


def in_order(method: str | None, path: str | None) -> tuple[str, str]:
    """
    Give the method and path of a line that has both, in that order.

    Raises:
        MagicError: One is missing, or they are swapped.
    """
    expected = f"%%asgi_route expects METHOD /path, as in: {EXAMPLE}"
    if method is None:
        raise MagicError(f"{expected}; got nothing")
    if method.endswith(","):
        raise MagicError(f"{expected}; got {method!r}; write several methods without a space: GET,POST")
    if path is None:
        advice = f"write: GET {method}" if method.startswith("/") else f"write: {method} /path"
        raise MagicError(f"{expected}; got {method!r} alone; {advice}")
    if method.startswith("/"):
        raise MagicError(f"{expected}; got '{method} {path}'; the method comes first: {path} {method}")
    return method, path
