"""
How fast the toolkits are behind a real server: uvicorn with uvloop and httptools, each in its own process.

What counts is the server's CPU time for a request, so that neither the client nor what else the machine
does has a part in it: the requests per second of a server that has a core for itself are the inverse of that.
"""

import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psutil
from _toolkit_cases import Case
from _toolkit_drive import Request

HERE = Path(__file__).parent

SERVER = """
import socket, sys, warnings
warnings.simplefilter("ignore")
sys.path.insert(0, sys.argv[1])
import uvicorn
from _toolkit_contestants import contestant
app = contestant(sys.argv[2]).apps["basic"]()
listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
config = uvicorn.Config(app, loop="uvloop", http="httptools", log_level="error", access_log=False)
uvicorn.Server(config).run(sockets=[listener])
"""

# Case -> the goal, as times faster than Starlette; None where nothing is promised.
SERVED = {"plaintext": 1.4, "json_small": None, "path_param": None, "mount": None}


class Server:
    """A toolkit behind uvicorn."""

    def __init__(self, process: subprocess.Popen[str], port: int) -> None:
        self._process = psutil.Process(process.pid)
        self._port = port

    def microseconds(self, path: str, seconds: float) -> float:
        """The CPU time that a request takes, while the server is asked for so many seconds."""
        began = self._cpu_seconds()
        command = [sys.executable, str(HERE / "_toolkit_client.py"), str(self._port), path, str(seconds)]
        run = subprocess.run(command, capture_output=True, text=True, check=False)
        if run.returncode:
            raise RuntimeError(f"the client failed:\n{run.stderr}")
        return (self._cpu_seconds() - began) / int(run.stdout) * 1e6

    def _cpu_seconds(self) -> float:
        times = self._process.cpu_times()
        return times.user + times.system


@contextmanager
def server(name: str) -> Iterator[Server]:
    """
    Serve the basic app of a contestant.

    Raises:
        RuntimeError: The server did not start.
    """
    command = [sys.executable, "-c", SERVER, str(HERE), name]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            port = process.stdout.readline()
            if not port:
                raise RuntimeError(f"{name} was not served; its error stands above")
            yield Server(process, int(port))
        finally:
            process.terminate()


def print_served(names: list[str], cases: list[Case], rounds: int, seconds: float) -> None:
    """
    Print the server's CPU time for a request, and how many times faster than Starlette that is.

    Args:
        names: The contestants, Starlette first.
        cases: Those of them that are in SERVED are run.
        rounds: How many turns each one gets for each case.
        seconds: How long a turn is.
    """
    others = [name for name in names if name != "starlette"]
    print(f"\n{'served, CPU per request':<24}{'starlette':>12}{'goal':>6}", end="")
    print("".join(f"{name:>24}" for name in others))
    with ExitStack() as stack:
        servers = {name: stack.enter_context(server(name)) for name in names}
        for case in cases:
            request = case.request
            if case.name not in SERVED or not isinstance(request, Request):
                continue
            goal = "" if SERVED[case.name] is None else f"{SERVED[case.name]:g}"
            times: dict[str, list[float]] = {name: [] for name in names}
            # One turn more, to get warm.
            for number in range(rounds + 1):
                for name, one in servers.items():
                    taken = one.microseconds(request.path, seconds if number else min(seconds, 0.3))
                    if number:
                        times[name].append(taken)
            base = times["starlette"]
            text = f"{case.name:<24}{statistics.median(base):>9.1f} us{goal:>5} "
            for name in others:
                ratios = [b / mine for b, mine in zip(base, times[name], strict=True)]
                text += f"{statistics.median(ratios):.2f} ({min(ratios):.2f}-{max(ratios):.2f})".rjust(24)
            print(text, flush=True)
