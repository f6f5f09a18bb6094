"""`%asgi_stop`: stop the servers."""

from IPython.core.magic import magics_class

from asgi_nb.magics._base import KitMagics, magic
from asgi_nb.service.service import Service


@magics_class
class StopMagic(KitMagics):
    """The magic `%asgi_stop`."""

    @magic("line")
    def asgi_stop(self, line: str) -> list[Service]:
        """
        Stop all servers of this notebook: streams and WebSockets end, ports are free again.

            %asgi_stop
        """
        self.read(self.asgi_stop, line, "%asgi_stop")
        return self.kit.stop()
