"""Write a timeline as text for a terminal: a line for each request, a letter for each stretch of time."""

from asgi_nb.record.drawing.picture import WORDS, caption_of
from asgi_nb.record.lanes import Bar, Lanes
from asgi_nb.record.masks import shorten

# Letters: a terminal has 100, of which the names take the rest.
PLOT = 64
NAME = 30
# Lines: what two screens show.
ROWS = 60
SAID = 10

# Kind -> its letter. A later one is written over an earlier one.
LETTERS = {
    "unknown": "?",
    "awaiting": "·",
    "sending": ">",
    "background": "~",
    "held": "H",
    "thread": "=",
    "running": "#",
    "blocking": "X",
}


def write_text(lanes: Lanes) -> str:
    """Write a timeline in lines of at most 100 letters, and below who held the loop and what to do."""
    bars = lanes.bars
    lines = [caption_of(lanes)]
    for loop in lanes.loops:
        spans = [("running", s.start_ns, s.end_ns) for b in bars for s in b.segments if s.loop == loop]
        spans += [("blocking", b.start_ns, b.end_ns) for b in lanes.blocks if b.loop == loop]
        lines.append(_line(f"the {loop}'s loop", spans, lanes.length_ns))
    for bar in bars[:ROWS]:
        held = [("blocking", one.start_ns, one.end_ns) for one in lanes.blocks if one.seq == bar.seq]
        spans = [(one.kind, one.start_ns, one.end_ns) for one in bar.segments]
        lines.append(_line(_name(bar), spans + held, lanes.length_ns))
    if len(bars) > ROWS:
        lines.append(f"and {len(bars) - ROWS} more requests")
    used = {one.kind for bar in bars for one in bar.segments} | ({"blocking"} if lanes.blocks else set())
    if used:
        lines.append("  ".join(f"{letter} {WORDS[kind]}" for kind, letter in LETTERS.items() if kind in used))
    longest = sorted(lanes.blocks, key=lambda one: one.start_ns - one.end_ns)
    for block in longest[:SAID]:
        lines += [block.words, f"   {block.remedy}"]
    if len(longest) > SAID:
        lines.append(f"and {len(longest) - SAID} more times")
    return "\n".join(lines)


def _name(bar: Bar) -> str:
    return f"{bar.seq:>3} {bar.title} → {bar.result}"


def _line(name: str, spans: list[tuple[str, int, int]], length_ns: int) -> str:
    letters = [" "] * PLOT
    for wanted, letter in LETTERS.items():
        for kind, start, end in spans:
            if kind == wanted and end >= 0:
                first = min(PLOT - 1, max(0, int(start / length_ns * PLOT)))
                last = min(PLOT, max(first + 1, round(end / length_ns * PLOT)))
                letters[first:last] = letter * (last - first)
    return f"{shorten(name, NAME):<{NAME}} |{''.join(letters)}|"
