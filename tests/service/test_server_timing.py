"""Responses say where the time went, if that is asked for."""

import re
import urllib.request

import pytest

from asgi_nb.live.tracing import TracedApp
from asgi_nb.record.store import Store
from asgi_nb.record.tap import Tap
from asgi_nb.service.errors import ServiceError
from asgi_nb.service.options import read_options


async def app(scope, receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
    await send({"type": "http.response.body"})


def metrics(service):
    with urllib.request.urlopen(service.local_url) as response:
        value = response.headers["server-timing"]
    return (value and [part.partition(";")[0] for part in value.split(", ")]), value


def test_a_response_says_nothing_by_default(serve):
    assert metrics(serve(app)) == (None, None)


def test_a_response_says_how_long_it_took(serve):
    names, value = metrics(serve(app, server_timing=True))

    assert names == ["total"]
    assert re.fullmatch(r'total;desc="[a-z ]+";dur=\d+\.\d{3}', value)


def test_a_recorded_response_says_what_the_endpoint_took(serve):
    names, value = metrics(serve(Tap(TracedApp(app, "demo"), Store()), server_timing=True))

    assert names == ["before", "endpoint", "after", "total"]
    parts = [float(part) for part in re.findall(r"dur=([\d.]+)", value)]
    assert sum(parts[:3]) == pytest.approx(parts[3], abs=0.01)


def test_the_option_is_yes_or_no():
    with pytest.raises(ServiceError, match="server_timing must be True or False, got 'yes'"):
        read_options({"server_timing": "yes"})
