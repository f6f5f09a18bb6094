"""What a removal says of itself."""

from asgi_nb.live.removed import Removed


def test_it_names_what_went_away():
    assert repr(Removed(["GET /a", "middleware timer"])) == "removed GET /a\nremoved middleware timer"


def test_it_says_when_there_was_nothing():
    assert repr(Removed([])) == "there was nothing to remove"


def test_it_counts_the_exchanges():
    assert repr(Removed(["GET /a"], 1)) == "removed GET /a\nforgot 1 exchange"
    assert repr(Removed([], 2)) == "there was nothing to remove\nforgot 2 exchanges"
