"""Helpers that the toolkit's modules share."""

import functools
from unittest.mock import AsyncMock

import anyio
import pytest

from asgi_nb.web._utils import (
    create_collapsing_task_group,
    get_route_path,
    is_async_callable,
    parse_host_header,
)


async def brew():
    """An async function."""


class Brewer:
    async def __call__(self):
        """An object with an async call."""

    async def brew(self):
        """An async method."""


def pour():
    """Not async."""


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param(brew, True, id="function"),
        pytest.param(functools.partial(functools.partial(brew)), True, id="partial"),
        pytest.param(Brewer(), True, id="object"),
        pytest.param(Brewer().brew, True, id="method"),
        pytest.param(functools.partial(Brewer()), True, id="partial-of-object"),
        pytest.param(AsyncMock(), True, id="mock"),
        pytest.param(Brewer, False, id="class"),
        pytest.param(pour, False, id="sync"),
        pytest.param(5, False, id="number"),
    ],
)
def test_what_gives_a_coroutine_is_known(value, expected):
    assert is_async_callable(value) is expected


@pytest.mark.parametrize(
    ("header", "host", "port"),
    [
        ("example.org", "example.org", None),
        ("EXAMPLE.org:8000", "EXAMPLE.org", "8000"),
        ("127.0.0.1:80", "127.0.0.1", "80"),
        ("[::1]", "[::1]", None),
        ("[2001:DB8::1]:443", "[2001:DB8::1]", "443"),
        ("[v1.a:b]", "[v1.a:b]", None),
        ("h:99999", "h", "99999"),
    ],
)
def test_a_host_header_comes_apart(header, host, port):
    parsed = parse_host_header(header)

    assert (parsed.host, parsed.port, parsed.authority) == (host, port, header)


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        ":80",
        "h:",
        "h:x",
        "a b",
        "a/b",
        "a?b",
        "a@b",
        "a\\b",
        "[::1",
        "[::g]",
        "[1]",
        "[V1.a]",
        "h:80\n",
        "\u017f",
        "h:٣",
        pytest.param("h" * 2000, id="too-long-to-be-kept"),
    ],
)
def test_a_malformed_host_header_is_none(header):
    assert parse_host_header(header) is None


@pytest.mark.parametrize(
    ("header", "valid"),
    [("h", True), ("h:0", True), ("h:65535", True), ("h:000080", True), ("h:65536", False)],
)
def test_a_port_is_valid_up_to_the_highest(header, valid):
    assert parse_host_header(header).is_valid_port is valid


@pytest.mark.parametrize(
    ("path", "root_path", "expected"),
    [
        ("/a/b", "", "/a/b"),
        ("/a/b", "/a", "/b"),
        ("/a", "/a", ""),
        ("/ab", "/a", "/ab"),
        ("/b", "/a", "/b"),
    ],
)
def test_a_route_path_is_what_follows_the_root_path(path, root_path, expected):
    assert get_route_path({"path": path, "root_path": root_path}) == expected


def test_a_scope_may_have_no_root_path():
    assert get_route_path({"path": "/a"}) == "/a"


@pytest.mark.anyio
async def test_a_lone_error_of_a_task_group_comes_out_as_itself():
    async def fail():
        raise ValueError("cold")

    with pytest.raises(ValueError, match="cold") as caught:
        async with create_collapsing_task_group() as group:
            group.start_soon(fail)

    assert caught.value.__cause__ is None


@pytest.mark.anyio
async def test_an_error_of_a_task_group_keeps_its_cause():
    cause = KeyError("pot")

    with pytest.raises(ValueError, match="cold") as caught:
        async with create_collapsing_task_group():
            raise ValueError("cold") from cause

    assert caught.value.__cause__ is cause


@pytest.mark.anyio
async def test_two_errors_of_a_task_group_stay_together():
    async def fail(*, task_status):
        task_status.started()
        try:
            await anyio.sleep_forever()
        finally:
            raise ValueError("cold")

    async def fail_twice():
        async with create_collapsing_task_group() as group:
            await group.start(fail)
            raise KeyError("pot")

    with pytest.raises(ExceptionGroup) as caught:
        await fail_twice()

    assert len(caught.value.exceptions) == 2


@pytest.mark.parametrize("host", ["[1:2]", "[::12345]", "[1::2::3]"])
def test_brackets_without_an_address_in_them_are_no_host(host):
    assert parse_host_header(host) is None
