"""The picture of a timeline in all of its forms: whole, honest, and safe from what was recorded."""

import sys
from xml.etree import ElementTree

import pytest

from asgi_nb.record.runs import new_run
from asgi_nb.record.samples import Sample
from asgi_nb.record.selection import Selection
from asgi_nb.record.session import Session
from asgi_nb.record.timeline import Timeline
from asgi_nb.record.trace import Trace

MS = 1_000_000
ZERO = 1000 * MS
SVG = "{http://www.w3.org/2000/svg}"

HOSTILE = [
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "</title></desc><script>alert(1)</script>",
    "]]><script>alert(1)</script>",
    "&lt;script&gt; & $\\frac{1}{0}$",
    "\x1b[31mred\x00\x07",
    "\u202egnp.exe\u2066",
]


@pytest.fixture
def kitchen(make_exchange):
    """Three requests: one holds the loop for 300 ms, one waits for it, one runs in a thread."""

    def make(path="/items", text="time.sleep(0.3)"):
        found = []
        plan = [
            ("server", 10, 310, 10, 310),
            ("server", 0, 320, 0, 1, 311, 312),
            ("thread", 20, 200, 25, 190),
        ]
        for number, (place, began, ended, *times) in enumerate(plan, 1):
            exchange = make_exchange(path=path)
            exchange.seq, exchange.clock_ns = number, ZERO + began * MS
            exchange.started_at = 1_700_000_000 + began / 1000
            exchange.response_done_ns = exchange.app_exit_ns = (ended - began) * MS
            exchange.trace = Trace()
            run = new_run(place, "endpoint", "demo", ZERO + began * MS, ZERO + times[0] * MS)
            exchange.trace.runs.append([*run, *(ZERO + time * MS for time in times[1:])])
            if number == 1:
                exchange.trace.samples = [Sample(ZERO + 10 * MS, "Cell In[3]", 2, "demo", text, True)]
            found.append(exchange)
        return Selection(found)

    return make


def test_a_store_a_session_and_a_selection_have_timelines(kitchen, store):
    assert len(kitchen().timeline().lanes) == 3
    assert store.timeline().lanes == ()
    assert Session(store).timeline().lanes == ()


def test_the_text_shows_each_request_and_who_held_the_loop(kitchen):
    lines = repr(kitchen().timeline()).splitlines()

    assert lines[0] == "Timeline: 3 requests in 320 ms; the loop was held 1 time, 300 ms in all"
    assert lines[1].startswith("the server's loop")
    assert "X" * 50 in lines[1]
    assert "=" * 20 in lines[4]
    assert "Cell In[3], line 2: time.sleep(0.3); 1 other had to wait" in lines[6]
    assert lines[7].strip() == "Write await asyncio.sleep(…) in place of time.sleep(…)."
    assert max(map(len, lines[:5])) <= 100


def test_the_svg_stands_alone_and_tells_screen_readers_what_it_shows(kitchen):
    root = ElementTree.fromstring(kitchen().timeline()._repr_svg_())

    assert root.get("role") == "img"
    assert root.find(f"{SVG}title").text.startswith("Timeline: 3 requests")
    assert "GET /items held the server's loop for 300 ms" in root.find(f"{SVG}desc").text
    assert "prefers-color-scheme:dark" in root.find(f"{SVG}style").text
    kinds = {rect.get("class") for rect in root.iter(f"{SVG}rect")}
    assert {"blocking", "thread", "running", "awaiting", "band"} <= kinds
    names = {name for element in root.iter() for name in element.attrib}
    assert not {name for name in names if name.startswith("on") or "href" in name or name == "src"}


def test_everything_lies_inside_of_the_picture(kitchen):
    root = ElementTree.fromstring(kitchen().timeline(seconds=0.1)._repr_svg_())
    width, height = float(root.get("width")), float(root.get("height"))

    groups = [rect for group in root.iter(f"{SVG}g") for rect in group.iter(f"{SVG}rect")]
    assert groups
    for rect in groups:
        x, y = float(rect.get("x")), float(rect.get("y"))
        assert 0 <= x
        assert x + float(rect.get("width")) <= width
        assert 0 <= y
        assert y + float(rect.get("height")) <= height


@pytest.mark.parametrize("text", HOSTILE)
def test_recorded_text_stays_text_in_every_form(kitchen, text):
    timeline = kitchen("/" + text, text).timeline()

    root = ElementTree.fromstring(timeline._repr_svg_())
    tags = {element.tag.removeprefix(SVG) for element in root.iter()}
    assert tags <= {"svg", "title", "desc", "style", "defs", "pattern", "rect", "path", "g", "line", "text"}
    html = timeline._repr_html_()
    assert not any(bad in html for bad in ("<script", "<svg", "<img src=x"))
    for form in (repr(timeline), "".join(root.itertext()), html):
        assert not {"\x00", "\x07", "\x1b", "\u202e", "\u2066"} & set(form)


def test_secrets_are_in_no_form(kitchen):
    timeline = kitchen(text="login(password='hush-hush')").timeline()

    assert "hush-hush" not in timeline._repr_svg_() + repr(timeline) + timeline._repr_html_()


def test_the_html_holds_the_picture_as_an_image_and_the_blocks_as_a_table(kitchen):
    html = kitchen().timeline()._repr_html_()

    assert html.startswith('<img alt="Timeline: 3 requests in 320 ms; the loop was held 1 time')
    assert "<td" in html
    assert "await asyncio.sleep" in html


def test_a_picture_holds_no_more_shapes_than_it_has_places_for(make_exchange):
    exchange = make_exchange()
    exchange.clock_ns, exchange.response_done_ns = ZERO, 10_000 * MS
    exchange.app_exit_ns = exchange.response_done_ns
    exchange.trace = Trace()
    for start in range(20):
        run = new_run("server", "stream", "demo", ZERO, ZERO + start * 500 * MS)
        times = [ZERO + start * 500 * MS + at * MS for at in range(1, 480)]
        exchange.trace.runs.append([*run, *times])

    svg = Timeline([exchange])._repr_svg_()

    assert svg.count("<rect") < 2 * 960


def test_an_empty_timeline_says_so():
    timeline = Timeline([])

    assert repr(timeline) == "Timeline: no requests"
    assert "no requests" in timeline._repr_svg_()


def test_a_picture_is_written_to_a_file(kitchen, tmp_path):
    timeline = kitchen("/$x^2$/ça").timeline()

    assert timeline.svg(tmp_path / "a.svg").read_text("utf-8") == timeline.svg()
    assert timeline.png(tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")


def test_without_matplotlib_the_error_names_it_and_the_other_way(kitchen, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)

    with pytest.raises(ImportError, match=r"timeline\.png\(\) needs matplotlib.*pip install.*svg\(path\)"):
        kitchen().timeline().png(tmp_path / "a.png")
