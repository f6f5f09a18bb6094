"""Exchanges become bars of segments, in as few lanes as can be; blocks know whom they kept waiting."""

import pytest

from asgi_nb.record.background import BackgroundRun
from asgi_nb.record.hold import HoldRecord
from asgi_nb.record.lanes import BAR_LIMIT, TICK_LIMIT, lay_out, pack
from asgi_nb.record.runs import new_run
from asgi_nb.record.samples import Sample
from asgi_nb.record.segments import segments_of
from asgi_nb.record.trace import Trace

MS = 1_000_000
# Not 0, which is the clock of what comes from a file.
ZERO = 1000 * MS


@pytest.fixture
def ran(make_exchange):
    """An exchange from one moment to another, with its runs of code, all in ms."""
    numbers = iter(range(1, 10_000))

    def make(began, ended, *times, place="server", samples=(), **scope):
        exchange = make_exchange(**scope)
        exchange.seq = next(numbers)
        exchange.clock_ns = ZERO + began * MS
        exchange.started_at = 1_700_000_000 + began / 1000
        exchange.response_start_ns = exchange.response_done_ns = exchange.app_exit_ns = (ended - began) * MS
        exchange.trace = Trace()
        if times:
            run = new_run(place, "endpoint", "demo", ZERO + times[0] * MS, ZERO + times[0] * MS)
            run.extend(ZERO + time * MS for time in times[1:])
            exchange.trace.runs.append(run)
        exchange.trace.samples = [
            Sample(ZERO + at * MS, "Cell In[3]", 2, "demo", text, True) for at, text in samples
        ]
        return exchange

    return make


def spans(exchange, end):
    return [(one.kind, one.start_ns // MS, one.end_ns // MS) for one in segments_of(exchange, end * MS)]


def test_what_is_not_running_is_awaiting(ran):
    exchange = ran(100, 150, 110, 112, 140, 150)

    assert spans(exchange, 50) == [
        ("awaiting", 0, 10),
        ("running", 10, 12),
        ("awaiting", 12, 40),
        ("running", 40, 50),
    ]


def test_the_time_after_the_last_step_and_before_the_end_of_the_response_is_sending(ran):
    exchange = ran(0, 50, 0, 10)
    exchange.response_start_ns = 10 * MS

    assert spans(exchange, 50) == [("running", 0, 10), ("sending", 10, 50)]


def test_a_background_task_and_a_hold_have_kinds_of_their_own(ran):
    exchange = ran(0, 20, 10, 20)
    exchange.holds = (HoldRecord(0, 10 * MS, "request", "", "went on"),)
    task = BackgroundRun("mail", ZERO + 20 * MS)
    task.end_ns = ZERO + 60 * MS
    exchange.trace.tasks = [task]

    assert spans(exchange, 60) == [("held", 0, 10), ("running", 10, 20), ("background", 20, 60)]


def test_a_step_of_layers_that_contains_the_endpoint_s_is_one_stretch(ran):
    exchange = ran(0, 50, 10, 20)
    outer = new_run("server", "layers", "middleware", ZERO + 5 * MS, ZERO + 5 * MS)
    exchange.trace.runs.append([*outer, ZERO + 50 * MS])

    assert spans(exchange, 50) == [("awaiting", 0, 5), ("running", 5, 50)]


def test_a_run_that_goes_on_reaches_to_the_end(ran):
    assert spans(ran(0, 50, 10), 30) == [("awaiting", 0, 10), ("running", 10, 30)]


def test_a_thread_is_not_the_loop(ran):
    assert spans(ran(0, 50, 0, 50, place="thread"), 50) == [("thread", 0, 50)]
    assert lay_out([ran(0, 50, 0, 50, place="thread")]).loops == []


def test_an_exchange_without_notes_is_not_known(make_exchange):
    assert [one.kind for one in segments_of(make_exchange(), 5)] == ["unknown"]


def test_bars_that_do_not_overlap_share_a_lane(ran):
    lanes = lay_out([ran(0, 10), ran(5, 30), ran(10, 20), ran(21, 40), ran(22, 23)])

    assert [[bar.seq for bar in lane] for lane in lanes.lanes] == [[1, 3, 4], [2], [5]]


def test_what_finds_no_lane_is_counted(ran):
    bars = lay_out([ran(0, 10) for _ in range(5)]).bars

    lanes, crowded = pack(bars, limit=3)

    assert (len(lanes), crowded) == (3, 2)


def test_more_exchanges_than_can_be_drawn_are_counted(ran):
    lanes = lay_out([ran(index, index + 1) for index in range(BAR_LIMIT + 7)])

    assert lanes.older == 7
    assert "7 older requests are left out" in lanes.left_out
    assert lanes.bars[0].seq == 8


def test_times_count_from_the_first_exchange(ran):
    lanes = lay_out([ran(100, 150), ran(300, 400)])

    assert [(bar.start_ns // MS, bar.end_ns // MS) for bar in lanes.bars] == [(0, 50), (200, 300)]
    assert lanes.length_ns == 300 * MS
    assert lanes.started_at == pytest.approx(1_700_000_000.1)


def test_the_last_seconds_are_those_before_the_last_thing_that_happened(ran):
    lanes = lay_out([ran(0, 100), ran(0, 950), ran(900, 1000)], seconds=0.2)

    assert [(bar.seq, bar.start_ns // MS) for bar in lanes.bars] == [(2, -800), (3, 100)]
    assert lanes.length_ns == 200 * MS
    assert lanes.started_at == pytest.approx(1_700_000_000.8)


def test_one_that_goes_on_ends_at_the_moment_of_the_picture(ran):
    exchange = ran(0, 1, 0, 1)
    exchange.app_exit_ns = exchange.response_done_ns = None

    [bar] = lay_out([exchange], now_ns=ZERO + 70 * MS).bars

    assert (bar.end_ns // MS, bar.is_open) == (70, True)
    assert "so far" in bar.words


def test_what_comes_from_a_file_lies_by_the_wall_clock(ran):
    exchanges = [ran(0, 10), ran(500, 510)]
    for exchange in exchanges:
        exchange.clock_ns = 0
        exchange.trace = None

    assert [bar.start_ns // MS for bar in lay_out(exchanges).bars] == [0, 500]


def test_a_block_names_the_line_the_remedy_and_who_waited(ran):
    blocking = ran(20, 330, 20, 320, samples=[(20, "time.sleep(0.3)")])
    sleeping, busy = ran(10, 340, 10, 11, 321, 322), ran(400, 410, 400, 410)

    [block] = lay_out([blocking, sleeping, busy]).blocks

    assert (block.seq, block.place, block.text) == (1, "Cell In[3], line 2", "time.sleep(0.3)")
    assert "await asyncio.sleep" in block.remedy
    assert [seq for seq, _ in block.waiters] == [2]
    assert "1 other had to wait" in block.words


def test_who_waits_through_blocks_in_a_row_waits_for_each(ran):
    first, second = ran(20, 150, 20, 150), ran(30, 301, 151, 301)
    waiting = ran(10, 310, 10, 11, 302, 303)

    blocks = lay_out([first, second, waiting]).blocks

    assert [[seq for seq, _ in block.waiters] for block in blocks] == [[3, 2], [3]]


def test_secrets_are_masked_in_titles_and_lines(ran):
    exchange = ran(
        0, 300, 0, 300, samples=[(0, "sleep(token='hush-hush')")], query_string=b"api_key=hush-hush"
    )

    lanes = lay_out([exchange])

    assert "hush-hush" not in repr(lanes)
    assert "api_key" in lanes.bars[0].title


def test_messages_of_a_socket_are_ticks_and_the_rest_is_counted(play, make_scope):
    script = [("receive", {"type": "websocket.connect"}), ("send", {"type": "websocket.accept"})]
    script += [("send", {"type": "websocket.send", "text": "tea"})] * (TICK_LIMIT + 5)
    script += [("receive", {"type": "websocket.receive", "text": "toast"})]

    [bar] = lay_out([play(*script, scope=make_scope("websocket"))]).bars

    assert (len(bar.ticks), bar.more_ticks, bar.ticks[-1].direction) == (TICK_LIMIT, 6, "receive")


def test_of_nothing_there_are_no_lanes():
    lanes = lay_out([])

    assert (lanes.lanes, lanes.blocks, lanes.loops) == ((), (), [])


@pytest.mark.parametrize("seconds", [0, -1, float("nan")])
def test_seconds_must_be_above_0(seconds):
    with pytest.raises(ValueError, match="seconds must be above 0, got"):
        lay_out([], seconds)
