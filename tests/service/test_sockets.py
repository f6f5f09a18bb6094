"""Binding: what is given, and what is said when it cannot be."""

import errno
import os
import socket
import sys

import pytest

from asgi_nb.service.errors import ServiceError
from asgi_nb.service.sockets import is_loopback, listen


@pytest.fixture
def listening():
    sockets = []

    def listening(host="127.0.0.1", port=0):
        sockets.append(listen(host, port))
        return sockets[-1]

    yield listening
    for sock in sockets:
        sock.close()


def test_port_zero_gives_a_port_that_the_system_chose(listening):
    assert listening().getsockname()[1] > 0


def test_a_socket_says_that_it_is_tcp_so_that_asyncio_turns_delays_off(listening):
    assert listening().proto == socket.IPPROTO_TCP


def test_a_name_with_two_families_gives_its_first_address(listening):
    assert listening("localhost").family == socket.AF_INET


def test_a_child_process_inherits_no_listening_socket(listening):
    assert not listening().get_inheritable()


@pytest.mark.parametrize("port", [-1, 65536, "80", 80.0, True, None], ids=repr)
def test_what_is_no_port_is_refused_with_the_range(port):
    with pytest.raises(ServiceError, match=r"port must be an integer from 0 to 65535, got .*; 0 lets"):
        listen("127.0.0.1", port)


def test_a_busy_port_is_refused_with_the_remedy(listening):
    port = listening().getsockname()[1]

    with pytest.raises(
        ServiceError, match=rf"port {port} is in use on 127\.0\.0\.1 by this kernel; .*port=0"
    ) as caught:
        listen("127.0.0.1", port)

    assert caught.value.__cause__.errno == errno.EADDRINUSE


@pytest.mark.parametrize(
    ("host", "words"),
    [
        pytest.param("no.such.host.invalid", "is no name or address of this machine", id="unresolvable"),
        pytest.param("192.0.2.1", "is not an address of this machine", id="another-machine"),
        pytest.param("x" * 64, "is no name or address of this machine", id="label-too-long"),
        pytest.param("", "host must be a name or an address", id="empty"),
        pytest.param(None, "host must be a name or an address", id="none"),
    ],
)
def test_a_host_that_is_not_this_machine_is_refused(host, words):
    with pytest.raises(ServiceError, match=words):
        listen(host, 0)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no privileged ports")
def test_a_port_without_the_rights_for_it_is_refused_with_the_remedy(monkeypatch):
    def bind(self, address):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    # The tests may run as root, who has the rights.
    monkeypatch.setattr(socket.socket, "bind", bind)

    with pytest.raises(
        ServiceError, match="port 80 needs rights that this process has not; pass a port from 1024"
    ):
        listen("127.0.0.1", 80)


@pytest.mark.parametrize(
    ("address", "expected"),
    [("127.0.0.1", True), ("127.9.9.9", True), ("::1", True), ("10.0.0.1", False), ("unix:x", False)],
)
def test_loopback_is_told_from_the_rest(address, expected):
    assert is_loopback(address) is expected
