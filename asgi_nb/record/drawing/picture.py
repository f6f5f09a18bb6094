"""
Where everything of a timeline's picture lies: lanes in, plain shapes out. Each form has a writer beside.

Rule 1: a picture holds no more shapes than it has places for: what is narrower than a pixel joins its
        neighbour.
Rule 2: text is in `Label` and `Group.title` only, and a writer escapes it there.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from asgi_nb.record.lanes import Bar, Lanes, LoopBlock, milliseconds
from asgi_nb.record.masks import shorten
from asgi_nb.record.segments import KINDS

# Pixels. 960 is a JupyterLab cell in a window of 1400.
WIDTH = 960
MARGIN = 12
PLOT = WIDTH - 2 * MARGIN
AXIS_TOP = 34
LOOP_HEIGHT = 34
LANE_HEIGHT = 28
BAR_HEIGHT = 10
LOOP_BAR = 14
LINE = 17
# What a letter of the 11 pixel monospace face takes; a little more, so that no label runs into the next bar.
LETTER = 6.8
LETTER_LIMIT = 60

# Blocks in words below the picture.
SAID = 5

WORDS = {**KINDS, "blocking": "held the loop"}

# What the legend leaves out unless there is some of it.
RARE = frozenset({"held", "unknown", "blocking", "background", "sending"})


class Box(NamedTuple):
    """A rectangle."""

    kind: str
    """A key of WORDS, "band" for the time in which a loop was held, or "track" for a lane's ground."""
    x: float
    y: float
    width: float
    height: float


class Mark(NamedTuple):
    """An upright line: "grid" or a WebSocket message, "receive" or "send"."""

    kind: str
    x: float
    top: float
    bottom: float


class Label(NamedTuple):
    """One line of text; `y` is its base line."""

    kind: str
    """"caption", "axis", "name", "error" or "note"."""
    x: float
    y: float
    text: str


class Group(NamedTuple):
    """Shapes that are one thing, with what they are in words."""

    title: str
    shapes: tuple[Box | Mark | Label, ...]


class Picture(NamedTuple):
    """All of a picture, back to front."""

    width: float
    height: float
    title: str
    """One line."""
    description: str
    """What the picture shows, in words: a line for each request, and for each time a loop was held."""
    groups: tuple[Group, ...]


def caption_of(lanes: Lanes) -> str:
    """Say in one line what a timeline shows."""
    count = sum(map(len, lanes.lanes))
    if not count:
        return "Timeline: no requests"
    parts = [f"Timeline: {count} request{'s' * (count != 1)} in {milliseconds(lanes.length_ns)}"]
    held = sum(one.end_ns - one.start_ns for one in lanes.blocks)
    times = len(lanes.blocks)
    if times:
        parts.append(f"the loop was held {times} time{'s' * (times != 1)}, {milliseconds(held)} in all")
    else:
        parts.append("nobody held the loop")
    return "; ".join([*parts, *([lanes.left_out] if lanes.left_out else [])])


def draw(lanes: Lanes) -> Picture:
    """Lay out the picture of a timeline."""
    scale = PLOT / lanes.length_ns
    loops, blocks = lanes.loops, lanes.blocks
    top = AXIS_TOP + 14
    lanes_top = top + LOOP_HEIGHT * len(loops) + 4
    bottom = lanes_top + LANE_HEIGHT * len(lanes.lanes)
    caption = caption_of(lanes)
    groups = [Group("", tuple(_axis(lanes.length_ns, scale, bottom)))]
    for block in blocks:
        left, right = _place(block.start_ns, block.end_ns, scale)
        # Who had to wait meanwhile lies under it.
        groups.append(Group("", (Box("band", left, top, right - left, bottom - top),)))
    for row, loop in enumerate(loops):
        groups += _loop(loop, lanes, top + row * LOOP_HEIGHT, scale)
    blocked = {seq: [one for one in blocks if one.seq == seq] for seq in {one.seq for one in blocks}}
    for row, lane in enumerate(lanes.lanes):
        y = lanes_top + row * LANE_HEIGHT
        for index, bar in enumerate(lane):
            after = lane[index + 1].start_ns if index + 1 < len(lane) else lanes.length_ns
            groups.append(_bar(bar, after, blocked.get(bar.seq, ()), y, scale))
    y = bottom + LINE
    groups.append(Group("", tuple(_legend(lanes, y))))
    for line in _said(lanes):
        y += LINE
        # No longer than the picture is wide.
        text = shorten(line, int(PLOT / LETTER))
        groups.append(Group(line, (Label("note", MARGIN, y, text),)))
    groups.append(Group("", (Label("caption", MARGIN, 18, shorten(caption, int(PLOT / (LETTER * 1.1)))),)))
    said = [f"{one.words}. {one.remedy}" for one in blocks]
    description = "\n".join([*said, *(bar.words for bar in lanes.bars)])
    return Picture(WIDTH, y + MARGIN, caption, description, tuple(groups))


def _said(lanes: Lanes) -> Iterator[str]:
    longest = sorted(lanes.blocks, key=lambda one: one.start_ns - one.end_ns)
    for block in longest[:SAID]:
        yield block.words
    if len(longest) > SAID:
        yield f"and {len(longest) - SAID} more times"


def _place(start_ns: int, end_ns: int, scale: float) -> tuple[float, float]:
    """Where a stretch of time lies, cut at the picture's edges, and never narrower than a pixel."""
    left = MARGIN + min(max(0.0, start_ns * scale), PLOT - 1)
    return left, min(MARGIN + PLOT, max(left + 1, MARGIN + end_ns * scale))


def _axis(length_ns: int, scale: float, bottom: float) -> Iterator[Mark | Label]:
    step = nice_step(length_ns)
    for at in range(0, length_ns + 1, step):
        x = MARGIN + at * scale
        yield Mark("grid", x, AXIS_TOP + 6, bottom)
        text = f"{at / 1e9:g} s" if step >= 100_000_000 else f"{at / 1e6:g} ms"
        if x + len(text) * LETTER <= WIDTH:
            yield Label("axis", x + 2, AXIS_TOP + 4, text)


def nice_step(length_ns: int, most: int = 9) -> int:
    """Give a step of 1, 2 or 5 by a power of ten, of which at most so many lie in a length."""
    step = 1
    while True:
        for factor in (1, 2, 5):
            if length_ns <= step * factor * most:
                return step * factor
        step *= 10


def _loop(loop: str, lanes: Lanes, y: float, scale: float) -> Iterator[Group]:
    """The loop's own lane: who ran on it, and who held it too long."""
    ran = sorted(
        (one.start_ns, one.end_ns)
        for bar in lanes.bars
        for one in bar.segments
        if one.loop == loop and one.end_ns >= 0
    )
    strip = y + 16
    shapes: list[Box | Mark | Label] = [
        Label("name", MARGIN, y + 12, f"the {loop}'s loop"),
        Box("track", MARGIN, strip, PLOT, LOOP_BAR),
        *_boxes("running", ran, strip, LOOP_BAR, scale),
    ]
    yield Group(f"the {loop}'s loop", tuple(shapes))
    for block in lanes.blocks:
        if block.loop == loop:
            left, right = _place(block.start_ns, block.end_ns, scale)
            box = Box("blocking", left, strip, right - left, LOOP_BAR)
            yield Group(f"{block.words}. {block.remedy}", (box,))


def _boxes(
    kind: str, spans: Sequence[tuple[int, int]], y: float, height: float, scale: float
) -> Iterator[Box]:
    """Make boxes of stretches in order; what lies closer together than half a pixel is one."""
    open_: tuple[float, float] | None = None
    for start, end in spans:
        left, right = _place(start, end, scale)
        if open_ is not None and left - open_[1] < 0.5:
            open_ = open_[0], max(open_[1], right)
            continue
        if open_ is not None:
            yield Box(kind, open_[0], y, open_[1] - open_[0], height)
        open_ = left, right
    if open_ is not None:
        yield Box(kind, open_[0], y, open_[1] - open_[0], height)


def _bar(bar: Bar, after_ns: int, blocks: Sequence[LoopBlock], y: float, scale: float) -> Group:
    left, right = _place(bar.start_ns, bar.end_ns, scale)
    top = y + LANE_HEIGHT - BAR_HEIGHT - 3
    room = int((_place(after_ns, after_ns, scale)[0] - left) / LETTER)
    if after_ns == bar.end_ns or room < 4:
        room = max(room, int((MARGIN + PLOT - left) / LETTER) if after_ns >= bar.end_ns else 0)
    name = f"{bar.title} → {bar.result}"
    shapes: list[Box | Mark | Label] = []
    if room >= 4:
        text = shorten(name, min(room, LETTER_LIMIT))
        shapes.append(Label("error" if bar.is_error else "name", left, top - 3, text))
    kinds = {one.kind for one in bar.segments}
    shapes.append(Box("unknown" if kinds == {"unknown"} else "awaiting", left, top, right - left, BAR_HEIGHT))
    # Running last: however short, it is seen.
    for kind in ("held", "background", "sending", "thread", "running"):
        spans = [(one.start_ns, one.end_ns) for one in bar.segments if one.kind == kind and one.end_ns >= 0]
        shapes += _boxes(kind, spans, top, BAR_HEIGHT, scale)
    shapes += _boxes("blocking", [(one.start_ns, one.end_ns) for one in blocks], top, BAR_HEIGHT, scale)
    for tick in bar.ticks:
        if tick.at_ns >= 0:
            x = MARGIN + min(PLOT - 1, tick.at_ns * scale)
            # From the client above, to the client below.
            half = top + BAR_HEIGHT / 2
            ends = (top - 2, half) if tick.direction == "receive" else (half, top + BAR_HEIGHT + 2)
            shapes.append(Mark(tick.direction, x, *ends))
    return Group(bar.words, tuple(shapes))


def _legend(lanes: Lanes, y: float) -> Iterator[Box | Label]:
    used = {one.kind for bar in lanes.bars for one in bar.segments}
    if lanes.blocks:
        used.add("blocking")
    x = float(MARGIN)
    for kind, words in WORDS.items():
        if kind in RARE and kind not in used:
            continue
        yield Box(kind, x, y - 9, 18, BAR_HEIGHT)
        yield Label("axis", x + 23, y, words)
        x += 23 + len(words) * LETTER + 14
