import pytest

from asgi_nb.record.output import DATA_LIMIT, RECORD_BYTES, RECORD_COUNT, TEXT_LIMIT, OutputRecord
from asgi_nb.record.store import Store


def written(text, stream="stdout", at_ns=0):
    return OutputRecord(at_ns, stream, text)


def texts(exchange):
    return [record.text for record in exchange.output]


def test_what_print_writes_in_two_pieces_is_one_record_from_its_first_moment(make_exchange):
    exchange = make_exchange()

    for at, text in enumerate(["tea", " ", "milk", "\n", "sugar", "\n"]):
        exchange.emit(written(text, at_ns=at))

    assert [(record.at_ns, record.text) for record in exchange.output] == [(0, "tea milk\n"), (4, "sugar\n")]


def test_streams_are_not_joined_with_one_another(make_exchange):
    exchange = make_exchange()

    exchange.emit(written("tea"))
    exchange.emit(written("milk", "stderr"))
    exchange.emit(written("one", "log"))
    exchange.emit(written("two", "log"))

    assert texts(exchange) == ["tea", "milk", "one", "two"]


def test_a_long_line_is_cut_and_counted_and_ends_all_the_same(make_exchange):
    exchange = make_exchange()

    exchange.emit(written("x" * (TEXT_LIMIT + 10)))
    exchange.emit(written("\n"))
    exchange.emit(written("next"))

    assert [len(text) for text in texts(exchange)] == [TEXT_LIMIT, 4]
    assert exchange.output[0].text.endswith("x\n")
    assert exchange.output[0].cut >= 10


def test_parts_of_a_bundle_that_do_not_fit_are_left_out_and_counted(make_exchange):
    exchange = make_exchange()
    data = {"text/plain": "a plot", "image/png": "x" * (DATA_LIMIT + 1)}

    exchange.emit(OutputRecord(0, "display", "a plot", data=data))

    assert exchange.output[0].data == {"text/plain": "a plot"}
    assert exchange.output[0].cut == DATA_LIMIT + 1


def test_the_last_records_are_kept_and_the_others_counted(make_exchange):
    exchange = make_exchange()

    for number in range(RECORD_COUNT + 5):
        exchange.emit(written(f"{number}\n"))

    assert len(exchange.output) == RECORD_COUNT
    assert exchange.output[0].text == "5\n"
    assert exchange.dropped_output == 5


def test_the_bytes_of_one_exchange_are_bounded(make_exchange):
    exchange = make_exchange()

    for _ in range(40):
        exchange.emit(written("x" * TEXT_LIMIT + "\n"))

    assert exchange.output_size <= RECORD_BYTES
    assert exchange.output_size == sum(record.size for record in exchange.output)
    assert exchange.dropped_output == 40 - len(exchange.output)


def test_the_store_counts_output_and_makes_room_for_it(make_exchange):
    store = Store(max_bytes=1 << 20)
    loud = [make_exchange() for _ in range(3)]
    for exchange in loud:
        store.add(exchange)

    for exchange in loud:
        for _ in range(8):
            exchange.emit(written("x" * TEXT_LIMIT + "\n"))

    counts = store.counts()
    assert counts["bytes"] <= 1 << 20
    assert counts["bytes"] == sum(exchange.charged + exchange.output_size for exchange in store)
    assert counts["dropped"] == 3 - len(store) > 0


def test_output_of_an_exchange_that_was_dropped_is_not_counted(store, make_exchange):
    exchange = make_exchange()
    store.add(exchange)
    store.clear()

    exchange.emit(written("late\n"))

    assert texts(exchange) == ["late\n"]
    assert store.counts()["bytes"] == 0


def test_output_wakes_who_watches(store, make_exchange):
    exchange = make_exchange()
    store.add(exchange)
    woken = []
    watch = store.watch(lambda: woken.append(True))

    exchange.emit(written("tea\n"))

    assert woken == [True]
    assert watch.take() == [exchange.seq]


def test_output_after_the_end_leaves_nothing_behind_but_itself(store, make_exchange):
    exchange = make_exchange()
    store.add(exchange)
    before = len(store._finished)

    for _ in range(10):
        exchange.emit(written("late\n"))

    assert len(store._finished) == before


@pytest.mark.parametrize(
    ("record", "shown"),
    [
        pytest.param(written("tea\n"), "<stdout: 'tea'>", id="print"),
        pytest.param(
            OutputRecord(0, "log", "gone", "WARNING", "shop"), "<log WARNING shop: 'gone'>", id="log"
        ),
        pytest.param(written("password=hunter2\n"), "<stdout: 'password=••••'>", id="secret"),
    ],
)
def test_a_record_shows_what_it_is_and_no_secret(record, shown):
    assert "hunter2" not in repr(record)
    assert repr(record).startswith(shown.partition("=")[0])


def test_the_card_of_an_exchange_shows_its_output_masked_and_escaped(make_exchange):
    exchange = make_exchange()

    exchange.emit(written("<b>password=hunter2</b>\n"))

    assert "&lt;b&gt;" in exchange._repr_html_()
    assert "hunter2" not in exchange._repr_html_()
    assert "Output (last 1 of 1)" in exchange._repr_html_()
