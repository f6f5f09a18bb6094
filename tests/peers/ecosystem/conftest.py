"""Run the scripts of `apps` on either toolkit, each in a fresh interpreter."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

RUNNER = Path(__file__).parent / "redirect.py"

# Seconds; a script takes one to four when it has a core for itself.
LIMIT = 100


@pytest.fixture
def run_both():
    """A function of the name of a script: what it got on asgi_nb.web, and on Starlette."""
    processes = []

    def run(script):
        for toolkit in ("asgi_nb.web", "starlette"):
            command = [sys.executable, str(RUNNER), toolkit, script]
            process = subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8"
            )
            processes.append(process)
        return tuple(_result(process) for process in processes)

    yield run

    for process in processes:
        if process.poll() is None:
            process.kill()
            process.communicate()


def _result(process):
    out, err = process.communicate(timeout=LIMIT)
    assert process.returncode == 0, f"{process.args} failed\n{out}\n{err}"
    return json.loads(out.splitlines()[-1])
