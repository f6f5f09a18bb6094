"""Secrets that are put back into a text that was edited without them."""

import pytest

from asgi_nb.record.masks import MASK, mask_body_text, mask_query
from asgi_nb.record.unmask import restore


def test_a_text_that_was_left_alone_is_the_original():
    assert restore(f"Bearer {MASK}", f"Bearer {MASK}", "Bearer abc") == "Bearer abc"


def test_a_text_without_masks_is_what_was_written():
    assert restore("Bearer new", f"Bearer {MASK}", "Bearer abc") == "Bearer new"


def test_beside_a_secret_anything_can_be_edited():
    original = '{"password": "s3cret", "name": "tea", "token": "t0ken"}'
    shown = mask_body_text(original, "application/json").text

    assert restore(shown.replace("tea", "coffee"), shown, original) == original.replace("tea", "coffee")


def test_a_query_keeps_its_secret_while_another_value_changes():
    shown = mask_query("q=1&token=abc").text

    assert restore(shown.replace("q=1", "q=2"), shown, "q=1&token=abc") == "q=2&token=abc"


def test_a_mask_that_the_client_had_sent_stays():
    assert restore(f"a {MASK} b!", f"a {MASK} b", f"a {MASK} b") == f"a {MASK} b!"


@pytest.mark.parametrize(
    ("edited", "text"),
    [
        pytest.param(f"a={MASK}&b={MASK}&x", "2 hidden values", id="one-more"),
        pytest.param(f"{MASK}{MASK}{MASK}", "3 hidden values", id="many"),
    ],
)
def test_masks_that_stand_for_nothing_are_refused(edited, text):
    with pytest.raises(ValueError, match=text):
        restore(edited, f"a={MASK}", "a=secret")


def test_what_cannot_be_told_apart_is_refused():
    with pytest.raises(ValueError, match="cannot be put back"):
        restore(f"y{MASK}", f"\\x00{MASK}", "\x00secret")
