"""Write a picture as PNG, with matplotlib: the same shapes as the SVG, in its light colours."""

from pathlib import Path
from typing import Any

from asgi_nb.record.drawing.picture import Box, Label, Mark, Picture
from asgi_nb.record.drawing.svg import COLOURS
from asgi_nb.record.masks import visible
from asgi_nb.record.optional import need

# Pixels per pixel of the picture: sharp on the screens that most people have.
SCALE = 2
DPI = 100

HATCHES = {"thread": "||||", "sending": "////", "background": "----", "held": "++++", "blocking": "xxxx"}


def write_png(picture: Picture, path: Path) -> None:
    """
    Write a picture into a file.

    Args:
        picture: The picture.
        path: The file.

    Raises:
        ImportError: matplotlib is not installed.
    """
    figures = need("matplotlib.figure", "timeline.png()", "; timeline.svg(path) needs nothing")
    figure = figures.Figure(figsize=(picture.width / DPI, picture.height / DPI), facecolor=_colour("paper"))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, picture.width), ylim=(picture.height, 0))
    axes.axis("off")
    for group in picture.groups:
        for shape in group.shapes:
            _draw(axes, shape)
    figure.savefig(path, format="png", dpi=SCALE * DPI)


def _colour(name: str) -> str:
    return COLOURS[name][0]


def _draw(axes: Any, shape: Box | Mark | Label) -> None:
    match shape:
        case Box(kind, x, y, width, height):
            axes.add_patch(_patch(kind, x, y, width, height))
        case Mark(kind, x, top, bottom):
            axes.plot(
                [x, x], [top, bottom], color=_colour("line" if kind == "grid" else "ink"), linewidth=0.8
            )
        case Label(kind, x, y, text):
            colour = {"error": "blocking", "axis": "soft"}.get(kind, "ink")
            weight = "bold" if kind in ("caption", "error") else "normal"
            # 72 points to the inch: 11 pixels of the picture. What was recorded is never a formula.
            axes.text(
                *(x, y, visible(text)), color=_colour(colour), fontsize=11 * 72 / DPI, fontweight=weight,
                family="monospace", va="baseline", parse_math=False,
            )  # fmt: skip


def _patch(kind: str, x: float, y: float, width: float, height: float) -> Any:
    patches = need("matplotlib.patches", "timeline.png()")
    at: Any = {"xy": (x, y), "width": width, "height": height}
    if kind == "band":
        return patches.Rectangle(**at, color=_colour("blocking"), alpha=0.1, linewidth=0)
    if kind in ("track", "awaiting", "unknown"):
        edge = _colour("line" if kind == "track" else "awaiting")
        style = "--" if kind == "unknown" else "-"
        return patches.Rectangle(
            **at, facecolor=_colour("paper"), edgecolor=edge, linestyle=style, linewidth=0.6
        )
    return patches.Rectangle(
        **at,
        facecolor=_colour(kind),
        edgecolor=_colour("paper"),
        hatch=HATCHES.get(kind),
        linewidth=0,
    )
