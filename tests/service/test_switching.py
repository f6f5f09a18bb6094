"""The interpreter switches threads faster while there is a server, and only then."""

import sys

import pytest

from asgi_nb.service.service import start


@pytest.fixture
def interval():
    """Set Python's own interval for the test; give the function that reads it."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(0.005)
    yield sys.getswitchinterval
    sys.setswitchinterval(before)


def test_it_is_short_from_the_first_start_to_the_last_stop(interval, demo_app):
    one, other = start(demo_app), start(demo_app)
    while_both = interval()
    one.stop()
    while_one = interval()
    other.stop()

    assert (while_both, while_one, interval()) == pytest.approx((0.001, 0.001, 0.005))


def test_a_shorter_one_of_the_persons_is_left_alone(interval, demo_app):
    sys.setswitchinterval(0.0002)

    service = start(demo_app)
    assert interval() == pytest.approx(0.0002)
    service.stop()

    assert interval() == pytest.approx(0.0002)


def test_one_that_the_person_sets_while_serving_is_kept(interval, demo_app):
    service = start(demo_app)
    sys.setswitchinterval(0.01)
    service.stop()

    assert interval() == pytest.approx(0.01)


def test_a_start_that_fails_changes_nothing(interval):
    async def failing(scope, receive, send):
        await receive()
        await send({"type": "lifespan.startup.failed", "message": "no"})

    with pytest.raises(RuntimeError, match="startup failed"):
        start(failing)

    assert interval() == pytest.approx(0.005)
