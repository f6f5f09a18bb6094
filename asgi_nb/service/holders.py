"""
Say who holds a port: a person who knows it is the notebook in the other tab knows what to do.

Only for the text of an error: what the system does not tell is left out.
"""

import os
from pathlib import PurePath


def holder_of(port: int) -> str | None:
    """
    Describe the process that listens on a TCP port, as far as the system tells.

    Args:
        port: The port.

    Returns:
        `"this kernel"`, `"the kernel of tea.ipynb, process 4711"`, `"process 4711, nginx"`; None when it is
        not to be seen, as are the processes of other people.
    """
    import psutil  # type: ignore[import-untyped]  # 20 ms, and ipykernel, which needs it, has mostly paid them

    try:
        opened = psutil.net_connections("tcp")
    except (psutil.Error, OSError):
        return None  # macOS tells the administrator alone.
    for one in opened:
        if one.status == psutil.CONN_LISTEN and one.laddr.port == port and one.pid is not None:
            return _describe(psutil, one.pid)
    return None


def _describe(psutil: object, pid: int) -> str | None:
    if pid == os.getpid():
        return "this kernel"
    try:
        process = psutil.Process(pid)  # type: ignore[attr-defined]
        # Set by the Jupyter server for each kernel that it starts.
        notebook = process.environ().get("JPY_SESSION_NAME")
        if notebook:
            return f"the kernel of {PurePath(notebook).name}, process {pid}"
        return f"process {pid}, {process.name()}"
    except psutil.Error:  # type: ignore[attr-defined]
        return f"process {pid}"
