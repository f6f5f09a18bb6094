"""Messages are notes until somebody asks; the numbers are right whoever asks, and when."""

import threading

import pytest

from asgi_nb.record.ring import RECEIVED, RING_BYTES, RING_COUNT, SENT, TEXT, Ring


def text(number, payload="x", way=SENT):
    return number, way | TEXT, payload


@pytest.fixture
def ring():
    return Ring()


def test_counts_are_by_direction_and_in_bytes_of_utf_8(ring):
    for note in text(1, "tea"), text(2, "thé", RECEIVED), (3, RECEIVED, b"\xff"), text(4, "\ud83d", SENT):
        ring.notes += note

    assert (ring.sent_count, ring.sent_size) == (2, 6)
    assert (ring.received_count, ring.received_size) == (2, 5)
    assert ring.kept_size == 11


def test_a_payload_that_was_cut_counts_with_its_whole_size(ring):
    ring.notes += 1, SENT, (b"abc", 100, None)

    assert (ring.sent_size, ring.kept_size) == (100, 3)


def test_the_oldest_go_whatever_they_were(ring):
    ring.notes += (0, RECEIVED, b"abc", *text(1, "é"))
    for number in range(RING_COUNT):
        ring.notes += text(number)

    assert (ring.dropped_count, ring.kept_size, ring.sent_count) == (2, RING_COUNT, RING_COUNT + 1)
    assert [number for number, _ in ring.numbered()] == list(range(3, RING_COUNT + 3))


def test_bytes_are_bounded_before_the_count_is(ring):
    half = RING_BYTES // 2
    for number in range(5):
        ring.notes += number, SENT, b"y" * half

    assert (ring.dropped_count, ring.kept_size) == (3, RING_BYTES)
    assert [note[0] for _, note in ring.numbered()] == [3, 4]


def test_a_number_that_is_set_stays_and_later_notes_are_added_to_it(ring):
    ring.notes += text(1)

    ring.sent_count = 12
    ring.notes += text(2)

    assert ring.sent_count == 13


def test_what_it_weighs_is_told_as_what_came_since_the_last_time(ring):
    ring.notes += (*text(1, "abc"), *text(2, "abc"))

    assert [ring.grown(100), ring.grown(100)] == [206, 0]

    ring.notes += text(3, "ab")

    assert ring.grown(100) == 102


def test_what_is_dropped_makes_it_lighter(ring):
    ring.notes += 0, SENT, b"abc" * 100
    for number in range(RING_COUNT - 1):
        ring.notes += text(number)
    ring.grown(10)

    ring.notes += text(1)

    assert ring.grown(10) == 1 - 300


def test_readers_beside_the_writer_lose_no_message_and_count_none_twice(ring):
    total = 20_000
    is_over = threading.Event()
    wrong = []

    def read():
        while not is_over.is_set():
            numbers = [number for number, _ in ring.numbered()]
            if numbers != list(range(numbers[0], numbers[0] + len(numbers))) if numbers else False:
                wrong.append(numbers)
            # In this order: between the two, more may be sent.
            dropped = ring.dropped_count
            if ring.sent_count < dropped + min(RING_COUNT, len(numbers)):
                wrong.append("counts")

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    for number in range(total):
        ring.notes += text(number)
        if number % 200 == 0:
            ring.grown(100)
    is_over.set()
    for reader in readers:
        reader.join()

    assert wrong == []
    assert (ring.sent_count, ring.sent_size, ring.dropped_count) == (total, total, total - RING_COUNT)
    assert [note[0] for _, note in ring.numbered()] == list(range(total - RING_COUNT, total))


def test_a_number_from_elsewhere_stays_beside_those_that_are_counted(ring):
    ring.notes += (*text(1), 2, SENT | TEXT, (b"x", 1, 40), *text(3))

    assert [number for number, _ in ring.numbered()] == [1, 40, 3]


def test_the_class_itself_can_be_looked_at():
    assert not isinstance(Ring.sent_count, int)
