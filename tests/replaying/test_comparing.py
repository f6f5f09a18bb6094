"""Edit, run, compare: what a route's last requests are answered when its cell has run again."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from asgi_nb.kit import Kit
from asgi_nb.live.errors import CellError
from asgi_nb.live.notebook import Cell, PlainNotebook
from asgi_nb.record.export.errors import ExportError
from asgi_nb.record.export.har_reader import load_har
from asgi_nb.replaying import comparing
from asgi_nb.web.testclient import TestClient


@pytest.fixture
def run():
    """Run cells by their id, each of which defines one route."""

    class Run:
        def __init__(self):
            self.notebook = PlainNotebook()
            self.kit = Kit(self.notebook)
            self.count = 0

        def __call__(self, cell, methods, path, source, **options):
            self.count += 1
            self.notebook.current = Cell(cell, self.count, source)
            with self.kit.app.cell_run():
                card = self.kit.define_route(methods, path, source, **options)
            self.notebook.current = Cell()
            return card

    running = Run()
    yield running
    running.kit.close()


def test_a_route_that_answers_the_same_is_unchanged(run):
    run("a", "GET", "/x/{n:int}", "return {'n': n}")
    for n in (1, 2, 1):
        run.kit.request(f"GET /x/{n}")

    card = run("a", "GET", "/x/{n:int}", "return dict(n=n)", compare=True)

    assert card.comparison.same
    assert [one.title for one in card.comparison] == ["GET /x/2", "GET /x/1"]
    assert "2 requests sent again: 2 unchanged" in repr(card)
    assert "GET /x/1: unchanged" in card._repr_html_()


def test_all_cells_compare_when_the_app_is_told_to(run):
    run.kit.app.compare = True
    first = run("a", "GET", "/x", "return {'n': 1}")
    run.kit.request("GET /x")

    card = run("a", "GET", "/x", "return {'n': 2}")

    assert first.comparison is None
    assert "~ changed body /n: 1 → 2" in repr(card)


def test_an_app_that_was_told_nothing_compares_nothing(run):
    run("a", "GET", "/x", "return 1")
    run.kit.request("GET /x")

    assert run("a", "GET", "/x", "return 2").comparison is None
    assert len(run.kit.traffic) == 1


def test_unasked_nothing_is_sent_that_may_change_something(run):
    run.kit.app.compare = True
    run("a", "GET,POST", "/x", "return request.method")
    run.kit.request("POST /x")

    assert run("a", "GET,POST", "/x", "return request.method").comparison is None
    assert len(run.kit.traffic) == 1

    card = run("a", "GET,POST", "/x", "return request.method", compare=True, compare_unsafe=True)
    assert [one.title for one in card.comparison] == ["POST /x"]


def test_unasked_nothing_is_sent_that_took_long(run, monkeypatch):
    run.kit.app.compare = 1
    run("a", "GET", "/x", "return request.url.query")
    run.kit.request("GET /x?at-once")
    run.kit.request("GET /x?later")
    # As if it had taken as long, without the wait.
    monkeypatch.setattr(comparing, "UNASKED_TIMEOUT", 60.0)
    run.kit.traffic[-1].response_done_ns = 61 * 10**9

    card = run("a", "GET", "/x", "return request.url.query")

    assert [one.title for one in card.comparison] == ["GET /x?at-once"]


def test_a_cell_may_leave_itself_out_and_ask_for_another_number(run):
    run.kit.app.compare = True
    run("a", "GET", "/x", "return 1")
    for n in range(3):
        run.kit.request(f"GET /x?n={n}")

    assert run("a", "GET", "/x", "return 1", compare=0).comparison is None
    assert len(run("a", "GET", "/x", "return 1", compare=2).comparison) == 2


@pytest.mark.parametrize(("value", "error"), [("yes", TypeError), (-1, ValueError), (None, TypeError)])
def test_what_is_no_number_of_requests_is_refused(run, value, error):
    with pytest.raises(error, match="compare must be True, False or how many requests, got"):
        run.kit.app.compare = value

    assert run.kit.app.compare is False


def test_what_has_changed_is_shown(run):
    run("a", "GET", "/x", "return {'n': 1, 'at': 1}")
    run.kit.request("GET /x?token=secret")

    card = run("a", "GET", "/x", "return {'n': 2, 'at': 2}", compare=3, compare_ignore=["/at"])

    assert not card.comparison.same
    assert "GET /x?token=•••  1 difference (1 ignored)\n  ~ changed body /n: 1 → 2" in repr(card)


def test_what_a_person_changed_or_answered_is_not_compared(run):
    run("a", "GET", "/x/{n:int}", "return n")
    run.kit.request("GET /x/1")
    run.kit.hold(answer=503)
    run.kit.request("GET /x/2")
    hold = run.kit.hold()
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(run.kit.request, "GET /x/3")
        held = hold.wait(10)
        held.request.path = "/x/4"
        held.go()
        asked.result(10)

    card = run("a", "GET", "/x/{n:int}", "return n", compare=True)

    assert [one.title for one in card.comparison] == ["GET /x/1"]


def test_each_run_shows_what_that_run_has_changed(run):
    run("a", "GET", "/x", "return 'one'")
    run.kit.request("GET /x")
    first = run("a", "GET", "/x", "return 'two'", compare=True)
    second = run("a", "GET", "/x", "return 'two'", compare=True)

    assert "-one\n" in repr(first.comparison)
    assert second.comparison.same


def test_an_exception_is_a_change(run):
    run("a", "GET", "/x", "return 'one'")
    run.kit.request("GET /x")

    card = run("a", "GET", "/x", "return 1 / 0", compare=True)

    assert "~ changed status: 200 → 500" in repr(card)


def test_a_parameter_may_be_renamed_and_the_old_path_is_left_alone(run):
    run("a", "GET", "/x/{a}", "return a")
    run.kit.request("GET /x/1")

    renamed = run("a", "GET", "/x/{b}", "return b", compare=True)
    moved = run("a", "GET", "/y/{b}", "return b", compare=True)

    assert "1 request sent again: 1 unchanged" in repr(renamed)
    assert "nothing to compare with" in repr(moved)


def test_what_may_change_something_is_not_sent_unasked(run):
    run("a", "POST", "/x", "return (await request.json())['n']")
    run.kit.request("POST /x", body={"n": "1"})
    before = len(run.kit.traffic)

    safe = run("a", "POST", "/x", "return 'other'", compare=True)
    assert len(run.kit.traffic) == before
    unsafe = run("a", "POST", "/x", "return 'other'", compare=True, compare_unsafe=True)

    assert "skipped: POST may change something; --compare-unsafe" in repr(safe)
    assert "0 requests sent again: 1 skipped" in repr(safe)
    assert "1 requests" not in repr(unsafe)
    assert "1 request sent again: 1 changed" in repr(unsafe)


def test_only_as_many_as_were_asked_for_are_sent(run):
    run("a", "GET", "/x", "return 'x'")
    for n in range(8):
        run.kit.request(f"GET /x?n={n}")

    assert len(run("a", "GET", "/x", "return 'x'", compare=2).comparison) == 2
    assert len(run("a", "GET", "/x", "return 'x'", compare=True).comparison) == 5
    assert run("a", "GET", "/x", "return 'x'").comparison is None


def test_requests_of_another_route_are_left_alone(run):
    run("a", "GET", "/x", "return 'x'")
    run("b", "GET", "/y", "return 'y'")
    run.kit.request("GET /y")

    card = run("a", "GET", "/x", "return 'x'", compare=True)

    assert len(card.comparison) == 0
    assert "nothing to compare with: no request of this route is in the traffic" in repr(card)


# --- mocks


def test_a_captured_answer_can_be_pinned_as_a_route(run):
    run("a", "GET", "/x/{n}", "return {'n': n}")
    run.kit.request("GET /x/7?q=1")
    exchange = run.kit.traffic[-1]

    card = run.kit.define_mock(exchange)
    run("a", "GET", "/x/{n}", "return {'new': n}")

    assert run.kit.request("GET /x/7").json() == {"n": "7"}
    assert run.kit.request("GET /x/8").json() == {"new": "8"}
    assert f"MOCK {exchange.seq}" in repr(run.kit.routes())
    run.kit.remove(card)
    assert run.kit.request("GET /x/7").json() == {"new": "7"}


def test_a_mock_answers_also_when_its_own_path_is_defined_again(run):
    run("a", "GET", "/x", "return 'real'")
    run.kit.request("GET /x")
    run.kit.define_mock(run.kit.traffic[-1])

    run("a", "GET", "/x", "return 'new'")

    assert run.kit.request("GET /x").text == "real"


def test_a_mock_may_stand_at_another_path_and_replaces_the_one_before(run):
    run("a", "GET", "/x", "return 'one'")
    run.kit.request("GET /x")
    run("a", "GET", "/x", "return 'two'")
    run.kit.request("GET /x")

    run.kit.define_mock(run.kit.traffic[0], path="/y/{any}")
    assert run.kit.request("GET /y/1").text == "one"
    run.kit.define_mock(run.kit.traffic[1], path="/y/{any}")

    assert run.kit.request("GET /y/1").text == "two"


def test_what_cannot_be_pinned_is_refused(run):
    run("a", "GET", "/x/{n}", "return 'x'")
    run.kit.request("GET /x/%7Ba%7D")
    exchange = run.kit.traffic[-1]

    with pytest.raises(CellError, match="has braces, which a route takes for a parameter"):
        run.kit.define_mock(exchange)
    exchange.state = "streaming"
    with pytest.raises(ExportError, match="has no whole response"):
        run.kit.define_mock(exchange)


def test_recorded_traffic_is_a_file_a_mock_and_a_replay(run, tmp_path):
    run("a", "GET", "/x", "return {'n': 1}")
    run.kit.request("GET /x")

    path = run.kit.traffic.save_har(tmp_path / "x.har")
    read = load_har(path)

    with TestClient(read.to_mock()) as client:
        assert client.get("/x").json() == {"n": 1}
    assert run.kit.replay(read[0]).response.json() == {"n": 1}
    assert run.kit.replay_all(read).same


def test_a_copy_of_a_request_from_inside_leads_to_the_server_that_runs(run):
    run("a", "GET", "/x", "return 'x'")
    run.kit.request("GET /x")
    exchange = run.kit.traffic[-1]

    assert "# the request came over no socket, so the address is a guess" in exchange.as_curl()
    service = run.kit.serve()

    assert exchange.as_curl() == f"curl {service.local_url}x"
    assert service.local_url in exchange.as_httpx()
