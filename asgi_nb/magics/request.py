"""`%asgi_request`: send one request."""

from typing import TYPE_CHECKING

from IPython.core.magic import magics_class

from asgi_nb.magics._base import KitMagics, magic

if TYPE_CHECKING:
    # Loaded with the first request, not with the extension.
    from asgi_nb.reply import Reply


@magics_class
class RequestMagic(KitMagics):
    """The magic `%asgi_request`, also with a cell below it."""

    @magic("line_cell")
    def asgi_request(self, line: str, cell: str | None = None) -> "Reply":
        """
        Send a request to the app, and show the response.

            %asgi_request GET /items/3?q=tea

        With two percent signs, the cell holds headers, an empty line and the body, as in
        `.http` files; JSON may follow at once.

            %%asgi_request POST /items
            authorization: Bearer abc

            {"name": "tea"}

        The request goes over HTTP where the app is served, else straight into the app.
        """
        return self.kit.request(line if cell is None else f"{line}\n{cell}")
