"""`%asgi_kitchen`: all requests on one time axis."""

from typing import TYPE_CHECKING

from IPython.core.magic import magics_class
from IPython.core.magic_arguments import argument

from asgi_nb.magics._base import KitMagics, MagicError, magic

if TYPE_CHECKING:
    # Loaded with the first kitchen, not with the extension.
    from asgi_nb.widgets.kitchen import Kitchen

EXAMPLE = "%asgi_kitchen --last 30"


@magics_class
class KitchenMagic(KitMagics):
    """The magic `%asgi_kitchen`."""

    @magic(
        "line",
        argument(
            "-n",
            "--last",
            type=float,
            default=10.0,
            metavar="SECONDS",
            help="How much time to show at first.",
        ),
    )
    def asgi_kitchen(self, line: str) -> "Kitchen":
        """
        Show on one time axis which requests run, which wait, and which one holds the loop; live.

            %asgi_kitchen
            %asgi_kitchen --last 30

        `asgi_nb.traffic.timeline()` makes a picture of it that stays as it is.
        """
        args = self.read(self.asgi_kitchen, line, EXAMPLE)
        try:
            return self.kit.kitchen(seconds=args.last)
        except ValueError as exc:
            raise MagicError(f"%asgi_kitchen: {exc}; write for example: {EXAMPLE}") from None
