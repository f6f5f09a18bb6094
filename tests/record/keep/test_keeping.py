"""Traffic is kept by a thread beside the server: all that has finished, also at exit and across kernels."""

import os
import signal
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing

import pytest

from asgi_nb.record.keep.errors import KeepError
from asgi_nb.record.keep.keeping import WAITING, close_all
from asgi_nb.record.recorder import Recorder
from asgi_nb.record.store import Store


@pytest.fixture
def path(tmp_path):
    yield tmp_path / "traffic.sqlite"
    close_all()


@pytest.fixture
def under_way(make_scope):
    """Begin an exchange: gives its recorder."""
    return lambda kind="http": Recorder(make_scope(kind), 0.0)


def test_what_is_there_and_what_comes_is_kept(store, make_exchange, path):
    store.add(make_exchange(path="/before"))
    keeping = store.keep(path)
    store.add(make_exchange(path="/after"))

    keeping.flush()

    assert [one.request.path for one in store.load(path)] == ["/before", "/after"]
    assert repr(keeping) == f"<Keeping in {str(path)!r}, running: 2 exchanges written>"


def test_the_thread_writes_by_itself(store, make_exchange, path):
    keeping = store.keep(path)
    written = threading.Event()
    keeping._connection.set_trace_callback(lambda statement: statement == "COMMIT" and written.set())
    store.add(make_exchange())

    assert written.wait(10)


def test_what_was_loaded_can_be_chosen_by_a_filter(store, make_exchange, path):
    for status in (200, 404, 500):
        store.add(make_exchange(status))
    store.keep(path).close()

    assert [one.status for one in store.load(path, "status>=400")] == [404, 500]
    assert [one.seq for one in store.load(path, limit=1)] == [3]
    assert len(store) == 3


def test_what_is_under_way_is_kept_when_it_has_finished(store, under_way, path):
    recorder = under_way()
    store.add(recorder.exchange)
    keeping = store.keep(path)
    keeping.flush()
    assert store.load(path) == []
    assert "1 under way" in repr(keeping)

    recorder.feed("send", {"type": "http.response.start", "status": 204}, 1)
    recorder.finish(2)
    keeping.flush()

    assert [one.status for one in store.load(path)] == [204]


def test_what_is_still_under_way_at_the_end_is_kept_as_it_stands(store, under_way, path):
    recorder = under_way("websocket")
    store.add(recorder.exchange)
    keeping = store.keep(path)
    recorder.feed("send", {"type": "websocket.accept"}, 1)

    keeping.close()

    assert [one.state for one in store.load(path)] == ["streaming"]
    assert not keeping.running


def test_what_the_store_drops_while_it_is_under_way_is_kept_all_the_same(under_way, make_exchange, path):
    store = Store(max_exchanges=2)
    recorder = under_way()
    store.add(recorder.exchange)
    keeping = store.keep(path)
    for _ in range(3):
        store.add(under_way().exchange)
    recorder.finish(9)
    keeping.flush()

    assert [one.seq for one in store.load(path)] == [1]


def test_what_had_gone_before_the_thread_came_is_counted(make_exchange, path):
    store = Store(max_exchanges=10)
    keeping = store.keep(path)
    with keeping._busy:
        for _ in range(25):
            store.add(make_exchange())
    keeping.close()

    assert keeping.written + keeping.dropped == 25
    assert len(store.load(path)) == keeping.written == 10
    assert "15 dropped" in repr(keeping)


def test_what_had_gone_before_it_was_asked_to_keep_is_not_counted(make_exchange, path):
    store = Store(max_exchanges=10)
    for _ in range(25):
        store.add(make_exchange())
    keeping = store.keep(path)
    keeping.close()

    assert (keeping.written, keeping.dropped) == (10, 0)


def test_what_is_waited_for_is_bounded(under_way, path):
    store = Store()
    keeping = store.keep(path)
    for _ in range(WAITING + 5):
        store.add(under_way().exchange)
    keeping.flush()

    assert (len(keeping._waiting), keeping.dropped) == (WAITING, 5)


def test_a_full_file_takes_no_more_and_says_so(store, make_exchange, path):
    keeping = store.keep(path, max_bytes=1)
    store.add(make_exchange())
    keeping.flush()

    assert (keeping.written, keeping.dropped) == (0, 1)
    with pytest.raises(ValueError, match="max_bytes must be at least 1, got 0"):
        store.keep(path.with_name("other"), max_bytes=0)


def test_secrets_are_written_only_when_asked(store, make_exchange, path):
    store.add(make_exchange(query_string=b"token=abc"))
    store.keep(path).close()
    other = path.with_name("with-secrets.sqlite")
    store.keep(other, secrets=True).close()

    assert store.load(path)[0].request.query_string == b"token=***"
    assert store.load(other)[0].request.query_string == b"token=abc"


def test_keeping_twice_is_keeping_once(store, path, monkeypatch):
    keeping = store.keep(path)

    monkeypatch.chdir(path.parent)
    assert store.keep(path.name) is keeping
    with pytest.raises(KeepError, match=r"written with secrets=False; end that first"):
        store.keep(path, secrets=True)


def test_a_file_can_be_kept_to_again_after_its_end(store, make_exchange, path):
    for _ in range(2):
        with store.keep(path):
            store.add(make_exchange())

    assert [one.seq for one in store.load(path)] == [1, 2]


def test_two_stores_keep_to_one_file(make_exchange, path):
    stores = [Store(), Store()]
    keepings = [store.keep(path) for store in stores]
    for store in stores:
        store.add(make_exchange())
    for keeping in keepings:
        keeping.flush()

    assert [one.seq for one in stores[0].load(path)] == [1, 1]


def test_a_file_that_is_locked_is_waited_for(store, make_exchange, path, monkeypatch):
    monkeypatch.setattr("asgi_nb.record.keep.file.BUSY_TIMEOUT", 0.01)
    keeping = store.keep(path)
    store.add(make_exchange())

    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(KeepError, match="is locked by another program; what is left is written later"):
            keeping.flush()
        other.execute("ROLLBACK")
    keeping.flush()

    assert (keeping.written, keeping.dropped) == (1, 0)


def test_a_file_that_fails_is_told_and_disturbs_nobody(store, make_exchange, path, caplog):
    keeping = store.keep(path)
    with closing(sqlite3.connect(path)) as other:
        other.execute("DROP TABLE exchanges")
    store.add(make_exchange())

    with pytest.raises(KeepError, match="cannot be written: no such table: exchanges"):
        keeping.flush()
    store.add(make_exchange())
    assert "failed" in repr(keeping)
    assert "no such table" in caplog.text
    assert not keeping.running


def test_one_exchange_that_cannot_be_written_costs_no_other(store, make_exchange, path, caplog):
    odd = make_exchange()
    odd.faults = [object()]
    keeping = store.keep(path)
    store.add(odd)
    store.add(make_exchange())
    keeping.flush()

    assert [one.seq for one in store.load(path)] == [2]
    assert keeping.dropped == 1
    assert "exchange 1 could not be kept" in caplog.text


def test_a_flush_after_the_end_is_told(store, make_exchange, path):
    keeping = store.keep(path)
    keeping.close()
    store.add(make_exchange())

    with pytest.raises(KeepError, match=r"is closed; traffic\.keep\(\) opens it again"):
        keeping.flush()


# Interpreters start slowly on a busy machine.
SLOW = pytest.mark.timeout(60)

PROGRAM = """
import os, signal, sys
from asgi_nb.record.keep import keeping as module
from asgi_nb.record.recorder import Recorder
from asgi_nb.record.store import Store

# A busy disk may take longer than a person's kernel should wait.
module.EXIT_TIMEOUT = 40
store = Store()
keeping = store.keep(sys.argv[1])
for number in range(100):
    recorder = Recorder({"type": "http", "path": f"/{number}", "headers": []}, float(number))
    store.add(recorder.exchange)
    recorder.finish(1)
"""


def run(program, *arguments):
    return subprocess.run(
        [sys.executable, "-c", program, *map(str, arguments)], capture_output=True, text=True, timeout=50
    )


@SLOW
def test_a_program_that_ends_has_written_everything(path):
    ended = run(PROGRAM, path)

    assert (ended.returncode, ended.stderr) == (0, "")
    assert len(Store().load(path)) == 100


@SLOW
def test_a_program_that_is_killed_leaves_a_file_with_what_was_written(path):
    ended = run(PROGRAM + "keeping.flush(); os.kill(os.getpid(), signal.SIGKILL)", path)

    assert ended.returncode == -signal.SIGKILL
    assert [one.request.path for one in Store().load(path)] == [f"/{number}" for number in range(100)]


@SLOW
def test_two_programs_write_to_one_file_at_the_same_time(path):
    programs = [subprocess.Popen([sys.executable, "-c", PROGRAM, str(path)]) for _ in range(2)]

    assert [program.wait(50) for program in programs] == [0, 0]
    assert len(Store().load(path)) == 200


def test_a_program_that_has_just_begun_to_write_is_waited_for(store, make_exchange, path):
    store.keep(path).close()
    with closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as other:
        # As a new file is, until the first of two programs has changed to the write-ahead log.
        other.execute("PRAGMA journal_mode = DELETE")
        other.execute("BEGIN IMMEDIATE")
        threading.Timer(0.3, other.execute, ["COMMIT"]).start()
        store.add(make_exchange(path="/tea"))
        store.keep(path).close()

    assert [one.request.path for one in store.load(path)] == ["/tea"]


@SLOW
@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_a_forked_child_leaves_the_file_to_its_parent(path):
    program = PROGRAM + "pid = os.fork()\nif pid: os.waitpid(pid, 0)\n"

    ended = run(program, path)

    assert ended.returncode == 0
    assert len(Store().load(path)) == 100
