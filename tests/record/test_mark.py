"""Pins, notes, colours and tags: what a reader marks stays, and what a reader throws away is gone."""

import pytest

from asgi_nb.record.mark import Mark
from asgi_nb.record.store import Store
from asgi_nb.record.summary import summarize


def filled(store, make_exchange, count):
    exchanges = [make_exchange() for _ in range(count)]
    for exchange in exchanges:
        store.add(exchange)
    return exchanges


def test_a_pinned_exchange_outlives_eviction(make_exchange):
    store = Store(max_exchanges=3)
    first, *_ = filled(store, make_exchange, 2)
    first.pinned = True
    filled(store, make_exchange, 10)

    assert store[0] is first
    assert len(store) == 3


def test_an_exchange_whose_pin_was_taken_out_goes_like_any_other(make_exchange):
    store = Store(max_exchanges=3)
    first, *_ = filled(store, make_exchange, 2)
    first.pinned = True
    filled(store, make_exchange, 5)
    first.pinned = False
    filled(store, make_exchange, 5)

    assert first not in list(store)
    assert len(store) == 3


def test_the_newest_exchange_stays_though_all_others_are_pinned(make_exchange):
    store = Store(max_exchanges=2)
    for exchange in filled(store, make_exchange, 2):
        exchange.pinned = True
    newest = filled(store, make_exchange, 3)[-1]

    assert len(store) == 3
    assert store[-1] is newest


def test_clearing_leaves_the_pinned_ones_unless_asked(store, make_exchange):
    first, _second = filled(store, make_exchange, 2)
    first.pinned = True

    store.clear()
    left = list(store)
    size_left = store.counts()["bytes"]
    store.clear(pinned=True)

    assert left == [first]
    assert size_left == first.charged
    assert list(store) == []
    assert store.counts()["bytes"] == 0


def test_removing_takes_out_what_is_named_and_tells_who_watches(store, make_exchange):
    first, second, third = filled(store, make_exchange, 3)
    woken = []
    watch = store.watch(lambda: woken.append(True))
    before = store.removals

    assert store.remove(first, third, first, make_exchange()) == 2

    assert list(store) == [second]
    assert woken == [True]
    assert watch.take() == [3]
    assert store.removals == before + 1
    assert store.counts()["bytes"] == second.charged


def test_a_note_shows_in_the_row_with_its_secrets_hidden(store, make_exchange):
    (exchange,) = filled(store, make_exchange, 1)
    exchange.note = "sent with token=s3cr3t"

    row = summarize(exchange)

    assert "sent with token=" in row["note"]
    assert "s3cr3t" not in row["note"]
    assert row["masked"] == 1


def test_a_tag_shows_in_the_row_with_its_secrets_hidden(store, make_exchange):
    (exchange,) = filled(store, make_exchange, 1)
    exchange.tags = ["slow", "token=s3cr3t"]
    exchange.colour = "red"

    row = summarize(exchange)

    assert (row["colour"], row["tags"][0], row["masked"]) == ("red", "slow", 1)
    assert "s3cr3t" not in str(row["tags"])


def test_tags_are_words_each_once_and_marks_stand_beside_each_other(make_exchange):
    exchange = make_exchange()
    exchange.pinned = True
    exchange.note = "look here"
    exchange.colour = "blue"
    exchange.tags = iter([" slow ", "log  in", "slow"])

    assert exchange.mark == Mark(True, "look here", "blue", ("slow", "log in"))
    exchange.colour = ""
    exchange.tags = ()
    assert exchange.mark == Mark(True, "look here")


@pytest.mark.parametrize(
    ("value", "words"),
    [
        pytest.param("slow", "got one text, 'slow': write ['slow']", id="text"),
        pytest.param(3, "tags are words, such as ['slow', 'login']; got int 3", id="number"),
        pytest.param(["slow", 3], "tags are words, such as ['slow', 'login']; got int 3", id="a-number"),
        pytest.param(["  "], "a tag has 1 to 30 characters and no comma, got '  '", id="empty"),
        pytest.param(["a,b"], "a tag has 1 to 30 characters and no comma, got 'a,b'", id="comma"),
        pytest.param(["x" * 31], "a tag has 1 to 30 characters and no comma", id="long"),
        pytest.param(map(str, range(11)), "an exchange has at most 10 tags, got 11", id="many"),
    ],
)
def test_what_is_no_tag_is_refused_and_changes_nothing(make_exchange, value, words):
    exchange = make_exchange()
    exchange.tags = ["kept"]

    with pytest.raises((TypeError, ValueError)) as caught:
        exchange.tags = value

    assert words in str(caught.value)
    assert exchange.tags == ("kept",)


def test_a_colour_that_there_is_not_is_refused_with_those_that_there_are(make_exchange):
    with pytest.raises(ValueError, match="one of red, orange, yellow, green, blue, purple, or"):
        make_exchange().colour = "pink"


def test_a_mark_wakes_who_watches(store, make_exchange):
    (exchange,) = filled(store, make_exchange, 1)
    watch = store.watch(lambda: None)

    exchange.pinned = True
    pinned = watch.take()
    exchange.note = "look here"

    assert (pinned, watch.take()) == ([1], [1])


def test_marks_that_say_nothing_take_no_room(make_exchange):
    exchange = make_exchange()
    exchange.pinned = True
    exchange.pinned = False

    assert exchange.mark is None


def test_a_note_that_is_no_text_is_refused(make_exchange):
    exchange = make_exchange()

    with pytest.raises(TypeError, match="a note is text; got int 3"):
        exchange.note = 3
