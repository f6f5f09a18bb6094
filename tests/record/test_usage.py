"""Wrong arguments are refused with what was got, whatever that is; right ones of any kind of number pass."""

import math
from decimal import Decimal
from fractions import Fraction

import numpy
import pytest

from asgi_nb.record.usage import ArgumentError, ArgumentValueError, expect, expect_count, expect_seconds


class Loud:
    def __repr__(self):
        raise RuntimeError("not shown")


@pytest.mark.parametrize(
    ("value", "shown"),
    [(None, "None"), (3, "int 3"), ("tea", "str 'tea'"), (b"x" * 99, "bytes b'xxx"), (Loud(), "Loud")],
    ids=["none", "number", "text", "bytes", "object"],
)
def test_what_was_got_is_shown_shortly(value, shown):
    with pytest.raises(ArgumentError) as raised:
        expect(value, list, "a list is expected")

    assert str(raised.value).startswith(f"a list is expected; got {shown}")
    assert len(str(raised.value)) < 100
    assert raised.value._render_traceback_() == [f"ArgumentError: {raised.value}"]


@pytest.mark.parametrize("value", [0, 1, 0.5, math.inf, numpy.float32(2), numpy.int64(2), Fraction(1, 2)])
def test_seconds_are_any_real_number_from_0_on(value):
    expect_seconds(value, "timeout")


@pytest.mark.parametrize(
    ("value", "error"),
    [
        (-1, ArgumentValueError),
        (math.nan, ArgumentValueError),
        (True, ArgumentError),
        (Decimal(1), ArgumentError),
        ("1", ArgumentError),
    ],
)
def test_anything_else_is_no_time(value, error):
    with pytest.raises(error, match="timeout"):
        expect_seconds(value, "timeout")


@pytest.mark.parametrize(
    ("value", "error"),
    [(0, ArgumentValueError), (1.5, ArgumentError), (True, ArgumentError), (None, ArgumentError)],
)
def test_a_count_is_a_whole_number_from_1_on(value, error):
    expect_count(numpy.int64(1), "limit")

    with pytest.raises(error, match="limit"):
        expect_count(value, "limit")
