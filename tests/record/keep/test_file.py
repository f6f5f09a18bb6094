"""The file: read back equal, refused where it is not ours, and told where it is damaged."""

import functools
import sqlite3
from contextlib import closing
from types import SimpleNamespace

import pytest

from asgi_nb.record.filters import FilterError
from asgi_nb.record.keep.errors import KeepError
from asgi_nb.record.keep.file import load, open_for_writing, prepare, size_of, write


@pytest.fixture
def path(tmp_path):
    return tmp_path / "traffic 100%.sqlite"


def save(path, *exchanges, run="run", secrets=True):
    with closing(open_for_writing(path)) as connection:
        write(connection, [prepare(one, run, secrets=secrets) for one in exchanges])


def execute(path, *statements):
    with closing(sqlite3.connect(path)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


def test_an_exchange_comes_back_from_the_file_field_by_field(path, full, plain):
    save(path, full)

    (back,) = load(path)

    assert plain(back) == plain(full)


def test_exchanges_come_back_in_the_order_they_began_across_kernels(path, make_exchange):
    exchanges = [make_exchange(path=f"/{number}") for number in range(4)]
    for number, exchange in enumerate(exchanges):
        exchange.started_at, exchange.seq = float(number), number // 2
    save(path, *exchanges[::2], run="one")
    save(path, *exchanges[1::2], run="two")

    assert [one.request.path for one in load(path)] == ["/0", "/1", "/2", "/3"]
    assert [one.request.path for one in load(path, "-path:/3", limit=2)] == ["/1", "/2"]
    assert load(path, limit=0) == []


def test_an_exchange_that_is_written_again_replaces_itself_and_its_bytes(path, make_exchange):
    exchange = make_exchange(body=b"x" * 1000)
    save(path, exchange)
    exchange.response.body.feed(b"y" * 1000)
    save(path, exchange)

    (back,) = load(path)
    assert back.response.body.data == b"x" * 1000 + b"y" * 1000
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT count(*) FROM blobs").fetchone() == (1,)


def test_the_columns_can_be_read_by_other_programs(path, full):
    save(path, full)

    with closing(sqlite3.connect(path)) as connection:
        row = connection.execute(
            "SELECT run, seq, id, kind, method, path, route, status, state, masked FROM exchanges"
        ).fetchone()
    assert row == (
        "run", 7, "0badcafe", "websocket", "WS", "/items/\\udcff", "/items/{id}", 404, "error", 0,
    )  # fmt: skip


def test_a_file_says_how_much_was_masked_in_it(path, make_exchange):
    save(path, make_exchange(query_string=b"token=abc"), secrets=False)

    assert b"abc" not in path.read_bytes()
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT masked FROM exchanges").fetchone() == (1,)


def test_a_batch_is_written_whole_or_not_at_all(path, make_exchange):
    good = prepare(make_exchange(), "run", secrets=True)
    with closing(open_for_writing(path)) as connection, pytest.raises(sqlite3.Error):
        write(connection, [good, good._replace(row=(None, *good.row[1:]))])

    assert load(path) == []


def test_the_size_of_a_file_is_known(path):
    with closing(open_for_writing(path)) as connection:
        assert 4096 <= size_of(connection) < 100_000


# --- files that are none


def test_a_file_that_is_not_there_is_told(path):
    with pytest.raises(KeepError, match=r"there is no file '.*traffic 100%\.sqlite'; traffic\.keep\("):
        load(path)
    assert not path.exists()


@pytest.mark.parametrize("use", [load, open_for_writing], ids=["load", "keep"])
def test_a_file_that_is_no_database_is_told_and_left_alone(path, use):
    path.write_text("a shopping list: " * 100)

    with pytest.raises(KeepError, match="it is no SQLite database; name another file"):
        use(path)
    assert path.read_text().startswith("a shopping list")


@pytest.mark.parametrize("use", [load, open_for_writing], ids=["load", "keep"])
def test_a_foreign_database_is_told_and_left_alone(path, use):
    execute(path, "CREATE TABLE tea (name)")

    with pytest.raises(KeepError, match="is a database, but none of traffic; name another file"):
        use(path)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("tea",)]


@pytest.mark.parametrize("use", [load, open_for_writing], ids=["load", "keep"])
def test_a_file_of_a_newer_format_is_told(path, use, make_exchange):
    save(path, make_exchange())
    execute(path, "PRAGMA user_version = 3")

    with pytest.raises(
        KeepError, match="written by a newer asgi_nb: it has format 3, this one reads up to 2"
    ):
        use(path)


@pytest.mark.parametrize("use", [load, open_for_writing], ids=["load", "keep"])
def test_a_file_of_no_format_is_told(path, use, make_exchange):
    save(path, make_exchange())
    execute(path, "PRAGMA user_version = 0")

    with pytest.raises(KeepError, match="has format 0, which was never written; name another file"):
        use(path)


@pytest.fixture
def first_format(path, make_exchange):
    """A file as format 1 had it, with one exchange."""
    save(path, make_exchange(path="/old"))
    execute(path, "ALTER TABLE exchanges DROP COLUMN trace", "PRAGMA user_version = 1")
    return path


def test_a_file_of_the_first_format_is_read_and_left_as_it_is(first_format):
    before = first_format.read_bytes()

    (back,) = load(first_format)

    assert (back.request.path, back.trace) == ("/old", None)
    assert first_format.read_bytes() == before


def test_a_file_of_the_first_format_is_brought_up_to_be_written(first_format, make_exchange):
    save(first_format, make_exchange(path="/new"), run="new")
    save(first_format, make_exchange(path="/newer"), run="newer")

    assert sorted(one.request.path for one in load(first_format)) == ["/new", "/newer", "/old"]
    with closing(sqlite3.connect(first_format)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (2,)


def test_a_file_without_our_tables_is_told(path, make_exchange):
    save(path, make_exchange())
    execute(path, "ALTER TABLE exchanges DROP COLUMN trace")

    with pytest.raises(
        KeepError, match="no such column: trace; it was not written by asgi_nb, or is damaged"
    ):
        load(path)


def test_an_empty_file_becomes_one_of_traffic(path, make_exchange):
    path.touch()

    with pytest.raises(KeepError, match="none of traffic"):
        load(path)
    save(path, make_exchange())
    assert len(load(path)) == 1


def test_a_damaged_file_is_told(path, make_exchange):
    save(path, *(make_exchange(body=bytes(2000)) for _ in range(50)))
    data = bytearray(path.read_bytes())
    data[4096:] = b"\xff" * (len(data) - 4096)
    path.write_bytes(data)

    with pytest.raises(KeepError, match=r"cannot be read: it is damaged; .* may save what is left"):
        load(path)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE exchanges SET record = '{'",
        "UPDATE exchanges SET record = '{}'",
        "UPDATE exchanges SET record = '[1]'",
        "UPDATE exchanges SET record = json_set(record, '$.request.body.data', 9)",
        'UPDATE exchanges SET record = json_set(record, \'$.path_params\', json(\'{"a": {"uuid": "x"}}\'))',
        "UPDATE exchanges SET record = json_set(record, '$.path_params.a', json('{\"decimal\": \"x\"}'))",
        "UPDATE exchanges SET record = json_set(record, '$.path_params', json('{\"a\": {}}'))",
        "UPDATE exchanges SET record = json_set(record, '$.started_at', 1e300)",
        "UPDATE exchanges SET record = json_set(record, '$.seq', 'x')",
        "UPDATE exchanges SET record = CAST(x'ff' AS BLOB)",
        "UPDATE exchanges SET record = replace(hex(zeroblob(50000)), '00', '[')",
        "UPDATE exchanges SET trace = '{'",
        "UPDATE exchanges SET trace = '[]'",
        "UPDATE exchanges SET trace = '{\"runs\": [[1]]}'",
        "UPDATE exchanges SET trace = '{\"spans\": [{}]}'",
        "UPDATE exchanges SET trace = 3",
        "DELETE FROM blobs",
    ],
)
def test_a_row_that_cannot_be_read_is_told(path, full, statement):
    save(path, full)
    execute(path, statement)

    with pytest.raises(KeepError, match="is damaged: row 1 of its exchanges cannot be read"):
        load(path)


def test_a_directory_that_is_not_there_is_told(tmp_path):
    with pytest.raises(KeepError, match="does its directory exist, and may you write there"):
        open_for_writing(tmp_path / "nowhere" / "traffic.sqlite")


def test_a_wrong_filter_or_limit_is_told_before_the_file_is_read(path):
    with pytest.raises(FilterError):
        load(path, "statsu:1")
    with pytest.raises(ValueError, match="limit must be 0 or more, got -1"):
        load(path, limit=-1)


def test_a_file_that_another_kernel_makes_meanwhile_is_one_of_traffic(tmp_path, monkeypatch):
    path, made = tmp_path / "traffic.sqlite", []

    class Meanwhile(sqlite3.Connection):
        """Has the file made by somebody else after the first question."""

        def execute(self, *args):
            answer = super().execute(*args)
            if made:
                return answer
            row = answer.fetchone()
            answer.close()
            made.append(path)
            open_for_writing(path).close()
            return SimpleNamespace(fetchone=lambda: row)

    monkeypatch.setattr("sqlite3.connect", functools.partial(sqlite3.connect, factory=Meanwhile))
    with closing(open_for_writing(path)) as connection:
        assert connection.execute("SELECT count(*) FROM exchanges").fetchone() == (0,)

    assert made == [path]
