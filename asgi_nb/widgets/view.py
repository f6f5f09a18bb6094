"""What the feed knows of one view: where it stands, what it looks through, and what it was not yet sent."""

import math
from collections import OrderedDict, deque
from dataclasses import dataclass, field

from asgi_nb.record.watch import Watch
from asgi_nb.widgets.lens import Lens


@dataclass(slots=True)
class View:
    """One view that listens."""

    id: str
    hello: int
    """The number of its hello: what answers an older one is not for it."""
    watch: Watch
    lens: Lens
    follows: bool
    """Whether it shows what the inspector's own filter says."""
    stirred: bool = True
    """Whether the watch may hold something."""
    backlog: deque[int] = field(default_factory=deque)
    """Numbers of the snapshot that were not sent yet, newest first."""
    waiting: OrderedDict[int, None] = field(default_factory=OrderedDict)
    """Numbers of what has changed and was not sent since; what goes next is last."""
    unseen: set[int] = field(default_factory=set)
    """Those of `waiting` of which the page has heard nothing."""
    going: set[int] = field(default_factory=set)
    """Numbers that the page shows as under way."""
    unanswered: deque[tuple[int, float]] = field(default_factory=deque)
    """(number, when it was sent) of batches without an acknowledgement."""
    next_batch: int = 0
    snapshot_due: bool = True
    high: int = 0
    """The newest exchange that it knows. New numbers come in order, so a gap above it is what it missed."""
    lost: int = 0
    """Exchanges that the page will not be sent, since the last batch: they came too fast."""
    matching: set[int] = field(default_factory=set)
    """Numbers that match the filter, when there is one."""
    problem: str = ""
    """What went wrong with the filter since the last batch."""
    stuck: bool = False
    """Whether the filter took too long on an exchange: it is asked no more, and shows what it has found."""
    refresh_at: float = math.inf
    """When to look at everything again, because time alone changes what a filter shows."""
    left: list[int] = field(default_factory=list)
    """Numbers that match no longer, since the last batch."""
    removals: int = 0
    """The store's, when the last snapshot began."""
    dropped: int = 0
    """The store's, when `matching` was last counted anew."""

    @property
    def has_news(self) -> bool:
        """Whether there is something to send."""
        return bool(self.stirred or self.snapshot_due or self.waiting or self.backlog)
