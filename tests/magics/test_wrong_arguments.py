"""What a cell gets for wrong arguments: one line that says what is expected, and none of our frames."""

import sqlite3

import pytest
from IPython.utils.capture import capture_output

PREPARED = """
import asgi_nb
asgi_nb.define_route("GET", "/a", "return 1")
asgi_nb.request("GET /a")
one = asgi_nb.traffic[-1]
"""

REPLAYS = [
    ("asgi_nb.replay(3)", "replay() takes an exchange, such as traffic[-1]; got int 3"),
    ("asgi_nb.replay('nope')", "got str 'nope'"),
    ("asgi_nb.replay(None)", "got None"),
    ("asgi_nb.replay(one, timeout='x')", "timeout is a number of seconds, such as 5; got str 'x'"),
    ("asgi_nb.replay(one, timeout=-1)", "timeout must be 0 seconds or more, got -1"),
    ("asgi_nb.replay(one, nope=1)", "nothing called 'nope' can be changed in a request"),
    ("asgi_nb.replay(one, path=3)", "path must be text that starts with '/', got 3"),
    ("asgi_nb.replay(one, json=object())", "json must be what JSON can say"),
    ("asgi_nb.replay(one, body=3)", "body must be str or bytes, got int"),
    ("asgi_nb.replay(one, headers=3)", "headers must be a mapping of names to values, got int"),
    ("asgi_nb.replay(one, query=[1])", "query must be text, a mapping or pairs, got list"),
    ("one.replay(nope=1)", "nothing called 'nope'"),
    ("one.edit(path='x')", "path must be text that starts with '/', got 'x'"),
    ("asgi_nb.replay_all(3)", "replay_all() takes exchanges, such as traffic; got int 3"),
    ("asgi_nb.replay_all([3])", "got int 3"),
    ("one.diff(3)", "an exchange is compared with another exchange, got int"),
    ("one.diff(one, ignore=3)", "ignore must be a collection of header names and JSON Pointers, got 3"),
    ("asgi_nb.define_mock(3)", "define_mock() takes an exchange, such as traffic[-1]; got int 3"),
    ("asgi_nb.define_mock(one, 3)", "route path must start with '/', got 3"),
    ("asgi_nb.mock(3)", "mock() takes exchanges, such as asgi_nb.traffic; got int 3"),
]

FILES = [
    ("asgi_nb.traffic.keep('nope/x')", "does its directory exist, and may you write there?"),
    ("asgi_nb.traffic.keep(3)", "traffic.keep() takes the path of a file, such as 'traffic.sqlite'; got int"),
    ("asgi_nb.traffic.keep('text.txt')", "it is no SQLite database; name another file"),
    ("asgi_nb.traffic.keep('other.sqlite')", "is a database, but none of traffic; name another file"),
    ("asgi_nb.traffic.keep('x.sqlite', max_bytes='many')", "max_bytes is a whole number from 1 on; got str"),
    ("asgi_nb.load(3)", "load() takes the path of a file that traffic.keep() has made; got int 3"),
    ("asgi_nb.load('text.txt', limit=-1)", "limit must be 0 or more, got -1"),
    ("asgi_nb.load('nope')", "there is no file 'nope'"),
    ("asgi_nb.load('text.txt')", "it is no SQLite database; name another file"),
    ("asgi_nb.load('other.sqlite')", "is a database, but none of traffic"),
    ("asgi_nb.load('nope', 'status>')", "expected a value right after 'status>'"),
    (
        "asgi_nb.load_har('nope')",
        "nope cannot be read: No such file or directory; give the path",
    ),
    ("asgi_nb.load_har('.')", ". cannot be read: Is a directory"),
    (
        "asgi_nb.load_har(3)",
        "takes the path of a .har file, or what json.load gave of one; got int 3",
    ),
    ("asgi_nb.load_har('text.txt')", "text.txt is no HTTP Archive, it is not JSON"),
    ("asgi_nb.load_har('other.sqlite')", "other.sqlite is no HTTP Archive, it is not JSON"),
    ("asgi_nb.load_har({})", "the value is no HTTP Archive"),
    ("one.save_har('nope/x.har')", "cannot be written: No such file or directory"),
    ("asgi_nb.traffic.save_har(3)", "save_har() takes the path of a file, such as 'traffic.har'; got int 3"),
]

SERVERS = [
    ("asgi_nb.serve(3)", "app must be an ASGI application, called with (scope, receive, send); got int 3"),
    ("asgi_nb.serve(port='x')", "port must be an integer from 0 to 65535, got 'x'"),
    ("asgi_nb.serve(host=3)", "host must be a name or an address, got 3"),
    ("asgi_nb.serve(nope=1)", "a server has no option 'nope'"),
    ("asgi_nb.stop('x')", "timeout is a number of seconds, such as 5; got str 'x'"),
    ("asgi_nb.stop(timeout=None)", "got None"),
    ("asgi_nb.request(3)", "expected METHOD /path, as in: GET /items/3?q=tea; got int"),
    ("asgi_nb.request('GET /a', headers=3)", "headers must be a mapping of names to values, got int"),
    ("asgi_nb.request('GET /a', headers={'a': 3})", "a header's name and value are text, got 'a': 3"),
    ("asgi_nb.request('GET /a', body=object())", "the body must be str, bytes, or what JSON can say"),
    ("asgi_nb.request('GET /a', timeout='x')", "timeout is a number of seconds"),
    ("asgi_nb.request('GET /a', timeout=-1)", "timeout must be 0 seconds or more, got -1"),
    ("asgi_nb.client.get('/a')", "nothing is served; run %asgi_serve"),
]

DEFINITIONS = [
    ("asgi_nb.define_route('GET', 3, 'return 1')", "route path must start with '/', got 3"),
    (
        "asgi_nb.define_route(3, '/x', 'return 1')",
        "'GET', 'GET,POST' or a list of such words, got 3",
    ),
    ("asgi_nb.define_route('GET', '/x', 3)", "source must be the text of a cell, got int"),
    ("asgi_nb.define_route('GET', '/x', 'return 1', name=3)", "a name is text, such as 'items', got 3"),
    ("asgi_nb.define_route('GET', '/x', 'return 1', try_=3)", "a sample is text"),
    ("asgi_nb.define_websocket(3, 'pass')", "route path must start with '/', got 3"),
    ("asgi_nb.define_middleware(3)", "source must be the text of a cell, got int"),
    ("asgi_nb.define_error(404, 3)", "source must be the text of a cell, got int"),
    ("asgi_nb.define_lifespan(3)", "source must be the text of a cell, got int"),
    ("asgi_nb.mount(3, asgi_nb.app)", "route path must start with '/', got 3"),
    ("asgi_nb.mount('/x', 3)", "cannot mount int; expected an ASGI app"),
    ("asgi_nb.remove(3)", "nothing is called 3"),
    ("asgi_nb.app.get('/x')(3)", "int is not an endpoint"),
    (
        "asgi_nb.app.route('/x', methods=3)(lambda: 1)",
        "must be a list of words, such as ['GET'], got 3",
    ),
    ("asgi_nb.app.route('/x', methods='GET')(lambda: 1)", "methods must be a list of words"),
    ("asgi_nb.app.url_path_for('nope')", 'No route exists for name "nope"'),
]

LOOKS = [
    ("asgi_nb.inspect(3)", "a filter is text, such as 'status>=400'; got int 3"),
    ("asgi_nb.inspect('status>')", "expected a value right after 'status>', found none"),
    ("asgi_nb.kitchen(3)", "kitchen() shows exchanges, such as a session, or the traffic; got int 3"),
    ("asgi_nb.kitchen(seconds='x')", "seconds is a number of seconds, such as 5; got str 'x'"),
    ("asgi_nb.kitchen(seconds=0)", "seconds must be from 0.1 to 600, got 0"),
    ("asgi_nb.hold(3)", "a filter is text"),
    ("asgi_nb.hold('status>')", "expected a value right after 'status>'"),
    ("asgi_nb.hold(timeout='x')", "timeout is a number of seconds"),
    ("asgi_nb.hold(times=0)", "times is a number from 1 on, or None for all; got 0"),
    ("asgi_nb.recording('x')", "max_exchanges is a whole number from 1 on; got str 'x'"),
    ("asgi_nb.recording(max_bytes=-1)", "max_bytes must be at least 1, got -1"),
    ("asgi_nb.explain(object())", "expected a name such as 'etag' or a number such as 422"),
    ("asgi_nb.explain('nope')", "nothing is known of 'nope'"),
    ("asgi_nb.traffic[99]", "no exchange at position 99: 1 are kept"),
    ("asgi_nb.traffic['nope']", "no exchange has the id 'nope'; 1 are kept; write '/path'"),
    ("asgi_nb.traffic[1.5]", "find an exchange by a position, an id or a path; got float 1.5"),
    ("asgi_nb.traffic.where(3)", "a filter is text"),
    ("asgi_nb.traffic.where('nope:1')", "unknown key 'nope'; did you mean 'note'?"),
    ("one.request.json()", "the request body of exchange 1 is empty, expected JSON"),
    ("one.as_curl(3)", 'shell must be "sh" or "cmd", got 3'),
    ("one.as_test(3)", "as_test() takes the app's place as 'package.module:name'; got int 3"),
]


@pytest.fixture
def files(tmp_path, monkeypatch):
    """A folder with files that are something else."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "text.txt").write_text("hello\n" * 1000)
    database = sqlite3.connect(tmp_path / "other.sqlite")
    database.execute("CREATE TABLE t (a)")
    database.close()


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize(
    "table",
    [
        pytest.param(REPLAYS, id="replays"),
        pytest.param(FILES, id="files"),
        pytest.param(SERVERS, id="servers"),
        pytest.param(DEFINITIONS, id="definitions"),
        pytest.param(LOOKS, id="looks"),
    ],
)
def test_a_wrong_argument_is_told_in_a_line(run, shell, table):
    run(PREPARED)

    for cell, words in table:
        with capture_output() as shown:
            result = shell.run_cell(cell)

        assert not result.success, cell
        assert words in shown.stdout, cell
        assert "/asgi_nb/" not in shown.stdout, f"{cell} shows our frames"
        assert "Traceback" not in shown.stdout, cell
