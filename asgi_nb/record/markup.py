"""
Pieces of HTML for reprs: static, readable in light and dark, hostile text in, safe text out.

Rule 1: text becomes HTML in `text` and nowhere else.
Rule 2: no script, no link, no style from outside, no fixed colour: the output also shows in a saved notebook,
        on GitHub and in nbviewer.
"""

from collections.abc import Iterable, Sequence
from html import escape

from asgi_nb.record.masks import shorten, visible

# No colours but currentColor, which follows the page's theme.
STYLE_OF = {
    "table": "border-collapse:collapse;font-family:monospace;font-size:0.9em",
    "th": "text-align:start;padding:2px 8px;border-bottom:1px solid currentColor;vertical-align:top",
    "td": "text-align:start;padding:2px 8px;vertical-align:top;overflow-wrap:anywhere",
    "pre": "white-space:pre-wrap;overflow-wrap:anywhere;margin:4px 0;font-size:0.9em",
}


def text(value: object, limit: int = 300) -> str:
    """Escape at most `limit` characters of a value for HTML, with invisible characters made visible."""
    return escape(visible(shorten(str(value), limit)))


def block(value: str, limit: int = 4000) -> str:
    """Make a preformatted block of several lines of text."""
    return f'<pre style="{STYLE_OF["pre"]}">{escape(visible(shorten(value, limit), lines=True))}</pre>'


def table(head: Sequence[str], rows: Iterable[Sequence[object]], *, caption: str = "") -> str:
    """
    Make a table of plain values.

    Args:
        head: The columns' titles; without any, the first cell of each row is its title.
        rows: The cells; None shows as nothing.
        caption: What the table shows, for screen readers and people.
    """
    th, td = STYLE_OF["th"], STYLE_OF["td"]
    lines = [f'<table style="{STYLE_OF["table"]}">']
    if caption:
        lines.append(f'<caption style="text-align:start;caption-side:top">{text(caption)}</caption>')
    if head:
        titles = "".join(f'<th scope="col" style="{th}">{text(title)}</th>' for title in head)
        lines.append(f"<thead><tr>{titles}</tr></thead>")
    lines.append("<tbody>")
    for row in rows:
        cells = ["" if cell is None else text(cell) for cell in row]
        if head:
            lines.append("<tr>" + "".join(f'<td style="{td}">{cell}</td>' for cell in cells) + "</tr>")
        else:
            rest = "".join(f'<td style="{td}">{cell}</td>' for cell in cells[1:])
            lines.append(f'<tr><th scope="row" style="{td};font-weight:600">{cells[0]}</th>{rest}</tr>')
    lines.append("</tbody></table>")
    return "".join(lines)


def fold(title: str, content: str, *, opened: bool = False) -> str:
    """Put HTML under a title that opens and closes, without any script."""
    return (
        f"<details{' open' if opened else ''}>"
        f'<summary style="cursor:pointer">{text(title)}</summary>{content}</details>'
    )


def card(title: str, parts: Iterable[str]) -> str:
    """Put pieces of HTML under one heading."""
    return (
        '<div style="border-inline-start:3px solid currentColor;padding-inline-start:8px">'
        f'<div style="font-family:monospace"><strong>{text(title)}</strong></div>{"".join(parts)}</div>'
    )
