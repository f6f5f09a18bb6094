"""Fixtures that every kind of test may use."""

import pytest


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request):
    """The event loop a test runs on: each async test of the toolkit runs on both."""
    return request.param
