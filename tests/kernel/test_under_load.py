"""Requests from another process go on, whole and in time, whatever the cells do."""

import json
import sys

import httpx2
import pytest

pytestmark = [pytest.mark.kernel, pytest.mark.timeout(90)]

# An await in the middle: a request that began on one version must end on it.
VERSION = "%%asgi_route GET /version\nfirst = {0}\nawait asyncio.sleep(0)\nreturn [first, {0}]"
BATCH = 25
"""Cells that are sent at once: far fewer than the messages that a front end's socket keeps."""


def test_1000_redefinitions_under_load_break_no_request(kernel, url, load):
    kernel.ok("import asyncio")
    kernel.ok(VERSION.format(0), cell="version")
    going = load(url, "/version", connections=2)

    for first in range(1, 1001, BATCH):
        for request in [kernel.start(VERSION.format(n), "version") for n in range(first, first + BATCH)]:
            assert kernel.finish(request).error is None
    last = httpx2.get(url + "version", timeout=10).json()
    answers = going.answers()

    assert last == [1000, 1000]
    for connection in answers:
        assert [answer for answer in connection if answer[0] != 200] == []
        seen = [json.loads(body) for _, body, _ in connection]
        assert [pair for pair in seen if pair[0] != pair[1]] == []
        assert seen == sorted(seen), "an older version came back"
    assert len({body for connection in answers for _, body, _ in connection}) > 20


def test_500_requests_are_answered_while_a_cell_computes(kernel, url, load):
    kernel.ok("import threading\nrelease = threading.Event()")
    kernel.ok("%%asgi_route GET /during\nreturn 'yes'")
    kernel.ok("%%asgi_route GET /release\nrelease.set()\nreturn 'released'")

    busy = kernel.start("count = 0\nwhile not release.is_set():\n    count += 1\nprint('computed')")
    answers = load(url, "/during", count=500).answers()
    httpx2.get(url + "release", timeout=10)

    assert kernel.finish(busy).stdout == "computed\n"
    flat = [answer for connection in answers for answer in connection]
    assert len(flat) == 500
    assert {(status, body) for status, body, _ in flat} == {(200, "yes")}
    assert sorted(took for _, _, took in flat)[250] < 1


def test_100_restarts_leak_neither_threads_nor_files(kernel):
    if not sys.platform.startswith("linux"):
        pytest.skip("counts open files in /proc")
    kernel.ok("import os, threading\nfrom asgi_nb.web.responses import Response")
    kernel.ok(cell := "for _ in range(10):\n    asgi_nb.serve(Response())\nasgi_nb.stop();", timeout=40)
    count = "(threading.active_count(), len(os.listdir('/proc/self/fd')))"
    before = kernel.value(count)

    for _ in range(10):
        kernel.ok(cell, timeout=40)

    after = kernel.value(count)
    assert after[0] <= before[0]
    assert after[1] <= before[1] + 2
