"""`%asgi_reset`: begin anew."""

from IPython.core.magic import magics_class
from IPython.core.magic_arguments import argument

from asgi_nb.live.removed import Removed
from asgi_nb.magics._base import KitMagics, magic

EXAMPLE = "%asgi_reset --traffic"


@magics_class
class ResetMagic(KitMagics):
    """The magic `%asgi_reset`."""

    @magic(
        "line", argument("-t", "--traffic", action="store_true", help="Forget the recorded traffic as well.")
    )
    def asgi_reset(self, line: str) -> Removed:
        """
        Remove all routes, WebSocket endpoints, mounts and middleware. Servers go on.

            %asgi_reset
            %asgi_reset --traffic

        Run a cell again to define what it holds.
        """
        given = self.read(self.asgi_reset, line, EXAMPLE)
        return self.kit.clear(traffic=given.traffic)
