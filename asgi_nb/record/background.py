"""What an app did after its response: the background tasks, with their time and what they raised."""

from dataclasses import dataclass

from asgi_nb.record.masks import mask_text, visible


class BackgroundRun:
    """The notes of one background task while it runs. Times as `time.perf_counter_ns()` gives them."""

    __slots__ = ("end_ns", "error", "name", "start_ns")

    def __init__(self, name: str, start_ns: int) -> None:
        self.name = name
        self.start_ns = start_ns
        self.end_ns: int | None = None
        self.error: str | None = None


@dataclass(frozen=True, slots=True, repr=False)
class BackgroundRecord:
    """One task that ran after the response."""

    name: str
    """The qualified name of its function."""
    start_ns: int
    """Nanoseconds from the exchange's start."""
    end_ns: int | None
    """The same; None while it runs."""
    error: str | None
    """What it raised, as `"ValueError: no such item"`; None when it did not."""

    @property
    def duration(self) -> float | None:
        """Seconds; None while it runs."""
        return None if self.end_ns is None else (self.end_ns - self.start_ns) / 1e9

    def __repr__(self) -> str:
        took = "running" if self.duration is None else f"{self.duration * 1000:.1f} ms"
        raised = f", raised {visible(mask_text(self.error).text)}" if self.error else ""
        return f"<background {visible(self.name)}: {took}{raised}>"


def read_background(tasks: list[BackgroundRun] | tuple[()], clock_ns: int) -> list[BackgroundRecord]:
    """Make the records of a trace's tasks, for an exchange that began at `clock_ns`."""
    return [
        BackgroundRecord(
            task.name,
            task.start_ns - clock_ns,
            None if task.end_ns is None else task.end_ns - clock_ns,
            task.error,
        )
        for task in tuple(tasks)
    ]
