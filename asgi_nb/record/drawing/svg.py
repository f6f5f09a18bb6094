"""
Write a picture as SVG: one file that needs nothing else, in light and in dark.

Rule 1: text becomes SVG in `_text` and nowhere else. No script, no link, nothing from outside.
Rule 2: no kind is told by its colour alone: each has a pattern or an outline of its own.
Source: SVG 2, sections 5.8 (title, desc) and 14.3 (patterns).
"""

from html import escape

from asgi_nb.record.drawing.picture import Box, Label, Mark, Picture
from asgi_nb.record.masks import visible

# Name -> light, dark. Each keeps 3:1 against the paper, and text 4.5:1.
COLOURS = {
    "ink": ("#1f2328", "#e6e6e6"),
    "soft": ("#59636e", "#a8b0b8"),
    "paper": ("#ffffff", "#1e1e1e"),
    "line": ("#d0d7de", "#3d444d"),
    "running": ("#0b62c4", "#5aa9ff"),
    "thread": ("#137a39", "#4cc274"),
    "awaiting": ("#6f7a85", "#8d97a1"),
    "sending": ("#8250df", "#b392f0"),
    "background": ("#8a6100", "#d9a520"),
    "held": ("#b35900", "#ff9d4d"),
    "blocking": ("#c81e2b", "#ff6b73"),
}

# Kind -> size of the pattern's tile, and the path in it; drawn over the kind's colour in the paper's.
PATTERNS = {
    "thread": (4, "M1 0V4"),
    "sending": (6, "M0 6L6 0"),
    "background": (4, "M0 1H4"),
    "held": (6, "M0 3H6M3 0V6"),
    "blocking": (6, "M0 0L6 6M0 6L6 0"),
}


def write_svg(picture: Picture) -> str:
    """Write a picture as the text of an SVG file."""
    width, height = f"{picture.width:g}", f"{picture.height:g}"
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="asgi-nb-timeline" role="img" '
        f'width="{width}" height="{height}" viewBox="0 0 {width} {height}">',
        f"<title>{_text(picture.title)}</title>",
        f"<desc>{_text(picture.description)}</desc>",
        f"<style>{_style()}</style>",
        "<defs>",
        *(_pattern(kind, size, path) for kind, (size, path) in PATTERNS.items()),
        "</defs>",
        f'<rect class="paper" width="{width}" height="{height}"/>',
    ]
    for group in picture.groups:
        lines.append("<g>")
        if group.title:
            lines.append(f"<title>{_text(group.title)}</title>")
        lines += [_shape(shape) for shape in group.shapes]
        lines.append("</g>")
    lines.append("</svg>\n")
    return "\n".join(lines)


def _text(text: str) -> str:
    return escape(visible(text, lines=True))


def _style() -> str:
    light, dark = ("".join(f"--{name}:{pair[index]};" for name, pair in COLOURS.items()) for index in (0, 1))
    own = ".asgi-nb-timeline"
    fills = "".join(
        f"{own} .{kind}{{fill:{f'url(#asgi-nb-{kind})' if kind in PATTERNS else f'var(--{kind})'}}}"
        for kind in ("running", *PATTERNS)
    )
    return (
        f"{own}{{{light}font:11px ui-monospace,monospace}}"
        f"@media(prefers-color-scheme:dark){{{own}{{{dark}}}}}"
        f"{own} .paper{{fill:var(--paper)}}{own} text{{fill:var(--ink)}}"
        f"{own} .caption{{font-weight:600;font-size:12px}}{own} .axis{{fill:var(--soft)}}"
        f"{own} text.error{{fill:var(--blocking);font-weight:600}}"
        f"{own} .grid{{stroke:var(--line)}}{own} .receive,{own} .send{{stroke:var(--ink);stroke-width:1.5}}"
        f"{own} .track{{fill:none;stroke:var(--line)}}"
        f"{own} .band{{fill:var(--blocking);opacity:.1}}"
        f"{own} .awaiting{{fill:var(--paper);stroke:var(--awaiting);stroke-width:.8}}"
        f"{own} .unknown{{fill:none;stroke:var(--awaiting);stroke-dasharray:3 2}}{fills}"
    )


def _pattern(kind: str, size: int, path: str) -> str:
    return (
        f'<pattern id="asgi-nb-{kind}" width="{size}" height="{size}" patternUnits="userSpaceOnUse">'
        f'<rect width="{size}" height="{size}" style="fill:var(--{kind})"/>'
        f'<path d="{path}" style="stroke:var(--paper);stroke-width:.8;fill:none"/></pattern>'
    )


def _shape(shape: Box | Mark | Label) -> str:
    match shape:
        case Box(kind, x, y, width, height):
            return f'<rect class="{kind}" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:g}"/>'
        case Mark(kind, x, top, bottom):
            return f'<line class="{kind}" x1="{x:.1f}" x2="{x:.1f}" y1="{top:.1f}" y2="{bottom:.1f}"/>'
        case Label(kind, x, y, text):
            return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}">{_text(text)}</text>'
