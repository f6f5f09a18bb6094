"""Who holds a port is named as far as the system tells."""

import os
import re
import socket
import subprocess
import sys

import pytest

from asgi_nb.service.holders import holder_of

HOLD = """
import socket
sock = socket.create_server(("127.0.0.1", 0))
print(sock.getsockname()[1], flush=True)
input()
"""


def test_a_port_of_this_process_is_this_kernels():
    with socket.create_server(("127.0.0.1", 0)) as sock:
        assert holder_of(sock.getsockname()[1]) == "this kernel"


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        pytest.param(
            {"JPY_SESSION_NAME": "/home/ada/lessons/tea.ipynb"},
            "the kernel of tea.ipynb, process {}",
            id="kernel",
        ),
        pytest.param({}, r"process {}, python[\d.]*", id="program"),
    ],
)
def test_another_process_is_named(environment, expected):
    environment = {**{k: v for k, v in os.environ.items() if k != "JPY_SESSION_NAME"}, **environment}
    with subprocess.Popen(
        [sys.executable, "-c", HOLD],
        env=environment,
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as other:
        port = int(other.stdout.readline())

        found = holder_of(port)

        other.communicate("\n", timeout=10)
    assert re.fullmatch(expected.format(other.pid), found)


def test_a_port_that_nobody_holds_has_no_holder():
    with socket.create_server(("127.0.0.1", 0)) as sock:
        port = sock.getsockname()[1]

    assert holder_of(port) is None


def test_where_the_system_tells_nothing_there_is_no_holder(monkeypatch):
    import psutil

    def refuse(kind):
        raise psutil.AccessDenied

    monkeypatch.setattr(psutil, "net_connections", refuse)

    assert holder_of(80) is None
