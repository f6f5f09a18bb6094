"""
Tell whether it is our Jupyter server that sits at the other end of a connection.

jupyter-server-proxy lets in whoever has logged in to Jupyter, and passes the browser's own Host
on. A header that says "I came through the proxy" proves nothing: a page can send it. Which
process holds the other end of the connection, the system knows, and no page can change it.
"""

import logging
from collections.abc import Mapping

from asgi_nb.service.addresses import Jupyter
from asgi_nb.service.log import ServiceLog
from asgi_nb.service.sockets import is_loopback


class JupyterProcess:
    """
    The process of the Jupyter server that started this kernel.

    Args:
        pid: Its process number; None when there is none, and then nobody is it.
        port: The port that is served.
        log: Is told when the system does not let us look.
    """

    def __init__(self, pid: int | None, port: int, log: ServiceLog) -> None:
        self._pid = pid
        self._port = port
        self._log = log

    def holds(self, client: tuple[str, int] | None) -> bool:
        """
        Whether the connection from `client` to the server belongs to that process.

        Takes 2 to 20 ms.

        Args:
            client: Address and port of the peer, as in the scope.
        """
        if self._pid is None or client is None or not is_loopback(client[0]):
            return False
        import psutil  # type: ignore[import-untyped]  # 20 ms, and ipykernel, which needs it, has mostly paid them

        try:
            opened = psutil.Process(self._pid).net_connections("tcp")
        except (psutil.Error, OSError) as exc:
            self._log.note(logging.WARNING, "the connections of the Jupyter server cannot be seen", exc)
            return False
        return any(
            one.raddr and one.raddr.port == self._port and tuple(one.laddr) == tuple(client) for one in opened
        )


def jupyter_pid(environ: Mapping[str, str], jupyter: Jupyter | None) -> int | None:
    """
    Give the process number of the Jupyter server that started this kernel.

    Other programs start kernels as well; the parent is believed only where a Jupyter server
    describes itself under that number, or on JupyterHub, where nothing else starts kernels.
    """
    parent = environ.get("JPY_PARENT_PID", "")
    if not parent.isdigit():
        return None
    known = jupyter is not None or "JUPYTERHUB_SERVICE_PREFIX" in environ
    return int(parent) if known else None
