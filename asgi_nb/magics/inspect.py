"""`%asgi_inspect`: the live inspector."""

from typing import TYPE_CHECKING

from IPython.core.magic import magics_class

from asgi_nb.magics._base import KitMagics, MagicError, magic
from asgi_nb.record.filters import FilterError

if TYPE_CHECKING:
    # Loaded with the first inspector, not with the extension.
    from asgi_nb.widgets.inspector import Inspector


@magics_class
class InspectMagic(KitMagics):
    """The magic `%asgi_inspect`."""

    @magic("line")
    def asgi_inspect(self, line: str) -> "Inspector":
        """
        Show every request and every WebSocket message, live.

            %asgi_inspect
            %asgi_inspect status>=400 path:/api

        What follows is a filter, the same as in `asgi_nb.traffic.where`.
        """
        try:
            return self.kit.inspect(line.strip() or None)
        except FilterError as exc:
            raise MagicError(f"%asgi_inspect: {exc}") from None
