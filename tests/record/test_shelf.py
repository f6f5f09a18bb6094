"""A shelf reads as a store, of exchanges that stay with whoever keeps them."""

from asgi_nb.record.shelf import Shelf


def test_a_shelf_holds_what_was_put_on_it_by_number(make_exchange):
    first, second = make_exchange(), make_exchange()
    first.seq, second.seq = 4, 9

    shelf = Shelf([second, first])

    assert list(shelf) == [first, second]
    assert shelf.get(9) is second
    assert shelf.counts()["last_seq"] == 9
    assert shelf.recording is False


def test_exchanges_stay_with_their_keeper(store, make_exchange):
    exchange = make_exchange()
    store.add(exchange)

    Shelf(store)

    assert exchange.keeper is store


def test_of_two_with_one_number_the_other_is_counted(make_exchange):
    first, second = make_exchange(), make_exchange()
    first.seq = second.seq = 1

    shelf = Shelf([first, second])

    assert list(shelf) == [second]
    assert shelf.counts()["dropped"] == 1
