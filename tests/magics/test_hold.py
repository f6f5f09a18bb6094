"""`%asgi_hold` in a real shell, with requests from another thread."""

from concurrent.futures import ThreadPoolExecutor

import httpx2
import pytest

import asgi_nb
from asgi_nb.live.held import HoldError
from asgi_nb.magics._base import MagicError

ROUTE = "%%asgi_route GET,POST /items/{id:int}\nreturn {'id': id, 'say': request.headers.get('x-say')}"


@pytest.fixture
def ask(run):
    run(ROUTE)
    url = run("%asgi_serve").local_url
    with ThreadPoolExecutor(4) as pool:
        yield lambda method, path, **options: pool.submit(
            httpx2.request, method, url + path, timeout=20, **options
        )
        asgi_nb.holds().cancel()


def test_a_request_is_held_changed_and_let_go_from_the_next_cell(run, ask):
    hold = run("%asgi_hold method:POST path:/items --timeout 60")
    assert hold.timeout == 60.0
    assert ask("GET", "items/1").result(10).json() == {"id": 1, "say": None}
    asked = ask("POST", "items/2")

    held = asgi_nb.holds()[0].wait(10)
    held.request.headers["x-say"] = "hello"
    held.go()

    assert asked.result(10).json() == {"id": 2, "say": "hello"}
    exchange = asgi_nb.traffic[-1]
    assert exchange.state == "done"
    assert exchange.holds[0].changes == ("header x-say added: hello",)
    assert exchange.origin.execution_count == 1


def test_a_filter_may_begin_with_a_dash_and_hold_spaces(run, ask):
    hold = run('%asgi_hold -method:POST path:"/items/1" --times all --at response')

    assert (hold.where, hold.at, hold.times) == ('-method:POST path:"/items/1"', "response", None)


def test_a_connection_is_reset_from_the_magic(run, ask):
    run("%asgi_hold path:/items --reset")

    with pytest.raises(httpx2.TransportError):
        ask("GET", "items/1").result(10)
    assert ask("GET", "items/2").result(10).json()["id"] == 2


def test_without_a_filter_the_magic_lists_and_next_holds_anything(run, ask):
    assert repr(run("%asgi_hold")).startswith("nothing is held")
    hold = run("%asgi_hold --next")

    assert run("%asgi_hold") == [hold]
    assert repr(run("%asgi_hold")) == "<Hold '' at the request: waiting for the next>"


def test_off_and_a_reset_and_a_stop_let_go(run, ask):
    for magic in ("%asgi_hold --off", "%asgi_reset", "%asgi_stop"):
        run("%asgi_hold --next --times all")
        run(magic)
        assert asgi_nb.holds() == []


def test_answers_and_delays_come_from_the_line(run, ask):
    run("%asgi_hold path:/items/1 --answer 503")
    run("%asgi_hold path:/items/2 --delay 0.01")

    assert ask("GET", "items/1").result(10).status_code == 503
    assert ask("GET", "items/2").result(10).status_code == 200


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("status:404", "use at='response'"),
        ("--next --times none", "--times is a number or all, got 'none'"),
        ("--next --at end", "at is 'request' or 'response', got 'end'"),
        ("--next --tims 2", "unrecognized arguments: --tims"),
        (
            "--times 2",
            "expected a filter before the options, or --next for any request; got '--times 2' alone",
        ),
        ("methd:POST", r"did you mean 'method'.*\n  methd:POST\n  \^+$"),
    ],
)
def test_a_wrong_line_says_what_is_wrong(run, line, message):
    with pytest.raises(MagicError, match=message):
        run(f"%asgi_hold {line}")
    assert asgi_nb.holds() == []


def test_a_handler_cannot_wait_for_a_held_request(run, ask):
    run("import asgi_nb\n%asgi_hold path:/items/9")
    run("%%asgi_route GET /waits --on server\nreturn repr(asgi_nb.holds()[0].wait(1))")

    assert ask("GET", "waits").result(10).status_code == 500
    assert isinstance(asgi_nb.traffic[-1].error.type, str)
    assert HoldError.__name__ in asgi_nb.traffic[-1].error.type
