"""The stages of an exchange, from the request's arrival to the app's return."""

from dataclasses import dataclass, fields

from asgi_nb.record.markup import table

# Stage -> what a person reads.
WORDS = {
    "app_enter": "the request came in",
    "matched": "a route was called",
    "request_done": "the request's body was read",
    "endpoint_start": "the endpoint began",
    "endpoint_end": "the endpoint returned",
    "response_start": "the response began",
    "first_byte": "the first byte of the body was sent",
    "response_done": "the response was sent",
    "app_exit": "the app returned",
}


@dataclass(frozen=True, slots=True, repr=False)
class Timing:
    """When each stage was reached, in nanoseconds from the exchange's start; None: not, or not known."""

    app_enter: int | None = 0
    """The scope arrived: always 0."""
    request_done: int | None = None
    """The app had read the request's body to its end."""
    matched: int | None = None
    """A route was called. It may wait for a worker thread, or for the kernel, before its endpoint begins."""
    endpoint_start: int | None = None
    """The endpoint's code began to run."""
    endpoint_end: int | None = None
    """The endpoint had returned, and its value was a response."""
    response_start: int | None = None
    """The app sent the status and headers, or accepted the socket."""
    first_byte: int | None = None
    """The app sent the first part of the body that is not empty."""
    response_done: int | None = None
    """The app sent the end of the response, or the socket was closed."""
    app_exit: int | None = None
    """The app returned or raised; what lies between is the time of background tasks."""

    def stages(self) -> list[tuple[str, int]]:
        """Give the stages that were reached, in the order in which they were."""
        reached = [(one.name, getattr(self, one.name)) for one in fields(self)]
        return sorted(((name, at) for name, at in reached if at is not None), key=lambda one: one[1])

    def __repr__(self) -> str:
        stages = self.stages()
        width = max(len(name) for name, _ in stages)
        lines, before = [], 0
        for name, at in stages:
            lines.append(f"{name:<{width}} {at / 1e6:>10.3f} ms  (+{(at - before) / 1e6:.3f})")
            before = at
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        rows, before = [], 0
        for name, at in self.stages():
            rows.append((name, f"{at / 1e6:.3f} ms", f"+{(at - before) / 1e6:.3f} ms", WORDS[name]))
            before = at
        return table(["stage", "at", "after", "what happened"], rows, caption="Timing")
