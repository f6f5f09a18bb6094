"""Tables, figures and images of the real libraries as responses; each test needs its library installed."""

import io
import json

import pytest

from asgi_nb.web.results import to_response

PNG = b"\x89PNG\r\n\x1a\n"


def show_tea():
    """The endpoint of these tests."""


@pytest.fixture
def fetch():
    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    async def fetch(value, accept="*/*"):
        sent = []

        async def send(message):
            sent.append(message)

        scope = {"type": "http", "method": "GET", "path": "/", "headers": [(b"accept", accept.encode())]}
        await to_response(value, endpoint=show_tea)(scope, receive, send)
        headers = {name.decode(): text.decode() for name, text in sent[0]["headers"]}
        return headers["content-type"], sent[1]["body"]

    return fetch


@pytest.fixture
def teas():
    pandas = pytest.importorskip("pandas")
    return pandas.DataFrame({"tea": ["grün/1", "black", "black"], "minutes": [0.1 + 0.2, float("nan"), 3]})


@pytest.mark.anyio
async def test_a_dataframe_is_its_rows_as_objects(fetch, teas):
    kind, body = await fetch(teas)

    assert kind == "application/json"
    assert json.loads(body) == [
        {"tea": "grün/1", "minutes": 0.3},
        {"tea": "black", "minutes": None},
        {"tea": "black", "minutes": 3},
    ]


@pytest.mark.anyio
async def test_a_browser_gets_the_table_of_a_dataframe(fetch, teas):
    kind, body = await fetch(teas, "text/html,*/*;q=0.8")

    assert kind == "text/html; charset=utf-8"
    assert "<table" in body.decode()


@pytest.mark.anyio
async def test_an_index_with_a_name_is_a_column_and_any_other_is_left_out(fetch, teas):
    assert json.loads((await fetch(teas.groupby("tea").count()))[1]) == [
        {"tea": "black", "minutes": 1},
        {"tea": "grün/1", "minutes": 1},
    ]
    assert json.loads((await fetch(teas[teas.minutes > 1]))[1]) == [{"tea": "black", "minutes": 3}]


@pytest.mark.anyio
async def test_a_series_is_an_array_or_an_object_by_its_index(fetch, teas):
    assert json.loads((await fetch(teas.minutes))[1]) == [0.3, None, 3]
    assert json.loads((await fetch(teas.tea.value_counts()))[1]) == {"black": 2, "grün/1": 1}
    assert json.loads((await fetch(teas.iloc[1]))[1]) == {"tea": "black", "minutes": None}


@pytest.mark.anyio
async def test_dates_are_written_as_iso_8601(fetch):
    pandas = pytest.importorskip("pandas")

    _, body = await fetch(pandas.DataFrame({"at": pandas.to_datetime(["2026-02-03T04:05:06Z"])}))

    assert json.loads(body) == [{"at": "2026-02-03T04:05:06.000Z"}]


@pytest.mark.anyio
async def test_columns_of_one_name_are_an_error_that_says_so(fetch, teas):
    teas.columns = ["a", "a"]

    with pytest.raises(ValueError, match="columns must be unique"):
        await fetch(teas)


@pytest.mark.anyio
async def test_a_frame_and_a_series_of_polars_are_json_or_a_table(fetch):
    polars = pytest.importorskip("polars")
    frame = polars.DataFrame({"tea": ["grün", None], "minutes": [0.5, 3]})

    kind, body = await fetch(frame)
    assert (kind, json.loads(body)) == ("application/json", frame.to_dicts())
    assert json.loads((await fetch(frame["tea"]))[1]) == ["grün", None]
    assert "<table" in (await fetch(frame, "text/html"))[1].decode()
    assert "<table" in (await fetch(frame["tea"], "text/html"))[1].decode()


@pytest.mark.anyio
async def test_a_figure_of_matplotlib_is_drawn_as_asked(fetch):
    figure = pytest.importorskip("matplotlib.figure").Figure()
    figure.subplots().plot([1, 2, 4])

    assert (await fetch(figure))[0] == "image/png"
    assert (await fetch(figure))[1].startswith(PNG)
    assert (await fetch(figure, "image/svg+xml"))[1].startswith(b"<?xml")
    assert (await fetch(figure, "application/pdf"))[1].startswith(b"%PDF")


@pytest.mark.anyio
async def test_a_figure_of_plotly_is_a_whole_page_or_its_json(fetch):
    figure = pytest.importorskip("plotly.graph_objects").Figure({"data": [{"y": [1, 2]}]})

    kind, body = await fetch(figure)
    assert kind == "text/html; charset=utf-8"
    # The script is in the page and not at another host.
    assert b"<html>" in body[:100]
    assert len(body) > 1_000_000
    _, body = await fetch(figure, "application/vnd.plotly.v1+json")
    assert json.loads(body)["data"][0]["type"] == "scatter"


@pytest.mark.anyio
async def test_an_image_of_pillow_is_sent_as_asked(fetch):
    image = pytest.importorskip("PIL.Image")

    kind, body = await fetch(image.new("RGB", (3, 2)))

    assert kind == "image/png"
    assert image.open(io.BytesIO(body)).size == (3, 2)
    assert (await fetch(image.new("RGB", (3, 2)), "image/jpeg"))[1].startswith(b"\xff\xd8")
    # JPEG has no transparency.
    assert (await fetch(image.new("RGBA", (3, 2)), "image/jpeg, image/png;q=0.1"))[0] == "image/png"
