"""Figures of traffic: drawn where matplotlib is, with recorded text as text."""

import sys

import matplotlib
import pytest
from matplotlib import pyplot

matplotlib.use("Agg")


@pytest.fixture(autouse=True)
def _closed():
    yield
    pyplot.close("all")


@pytest.fixture
def shop(store, make_exchange):
    for number in range(30):
        exchange = make_exchange(500 if number % 7 == 0 else 200, path=f"/$x_{number % 12}^{{")
        exchange.started_at += number / 10
        store.add(exchange)
    return store


def test_latency_is_drawn_over_time_with_a_mark_for_what_failed(shop):
    ax = shop.plot_latency()
    ax.figure.canvas.draw()

    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert len(labels) == 11
    assert labels[-2:] == ["others", "failed"]
    assert sum(len(line.get_xdata()) for line in ax.lines) == 30 + 5


def test_the_rate_is_drawn_per_second(shop):
    ax = shop.plot_rate()
    ax.figure.canvas.draw()

    assert list(ax.lines[0].get_ydata()) == [10, 10, 10, 0]


def test_percentiles_are_drawn_by_route(shop):
    ax = shop.latency().plot()
    ax.figure.canvas.draw()

    assert [label.get_text() for label in ax.get_yticklabels()] == ["GET (no route)"]


def test_given_axes_are_drawn_on(shop):
    _, ax = pyplot.subplots()

    assert shop.where("status:500").plot_latency(ax) is ax


def test_no_traffic_is_drawn_as_an_empty_figure(store):
    for ax in (store.plot_latency(), store.plot_rate(), store.latency().plot()):
        ax.figure.canvas.draw()
        assert not [line for line in ax.lines if len(line.get_xdata())]


def test_without_matplotlib_a_figure_says_what_to_install(shop, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.delitem(sys.modules, "matplotlib.pyplot")

    with pytest.raises(
        ImportError, match=r"needs matplotlib, which is not installed; .* \.latency\(\) draws as text"
    ):
        shop.plot_latency()
