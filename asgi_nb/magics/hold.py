"""`%asgi_hold`: a breakpoint for requests."""

from typing import Any

from IPython.core.magic import magics_class
from IPython.core.magic_arguments import argument

from asgi_nb.live.holds import TIMEOUT, Hold, HoldList
from asgi_nb.magics._base import KitMagics, MagicError, magic
from asgi_nb.record.filters import FilterError

EXAMPLE = "%asgi_hold method:POST path:/items --timeout 60"


@magics_class
class HoldMagic(KitMagics):
    """The magic `%asgi_hold`."""

    @magic(
        "line",
        argument("--at", default="request", help="request, before the app sees it, or response."),
        argument("--times", default="1", help="How many requests, or all."),
        argument("--timeout", type=float, default=TIMEOUT, help="Seconds until each goes on by itself."),
        argument("--delay", type=float, help="Let each go on after so many seconds, without a question."),
        argument("--answer", type=int, help="Answer each with this status, without a question."),
        argument("--reset", action="store_true", help="Cut each one's connection, without an answer."),
        argument("--next", action="store_true", help="Hold the next request, whatever it is."),
        argument("--off", action="store_true", help="Let go of everything."),
    )
    def asgi_hold(self, line: str) -> HoldList | Hold:
        """
        Hold the next request that matches a filter, while the server answers all others.

        The filter stands first, the options behind it.

            %asgi_hold method:POST path:/items
            %asgi_hold status>=500 --at response
            %asgi_hold path:/slow --delay 2 --times all
            %asgi_hold
            %asgi_hold --off

        Then in another cell: `held = asgi_nb.holds()[0].wait()`, look at `held.request`, change it,
        and `held.go()` or `held.answer(503)`. It goes on by itself at the end of its time.
        """
        # A filter may hold words that begin with a dash, but with one only.
        where, dashes, options_line = line.strip().partition("--")
        given = self.read(self.asgi_hold, dashes + options_line, EXAMPLE)
        held = self.kit.holds()
        if given.off:
            held.cancel()
            return held
        if not where.strip() and not given.next:
            if dashes:
                raise MagicError(
                    f"%asgi_hold: expected a filter before the options, or --next for any request; "
                    f"got {line.strip()!r} alone; write for example: {EXAMPLE}"
                )
            return held
        options: dict[str, Any] = {
            "at": given.at,
            "times": _times(given.times),
            "timeout": given.timeout,
            "delay": given.delay,
            "answer": given.answer,
            "reset": given.reset,
        }
        try:
            return self.kit.hold(where.strip(), **options)
        except FilterError as exc:
            raise MagicError(f"%asgi_hold: {exc}") from None
        except ValueError as exc:
            raise MagicError(f"%asgi_hold: {exc}; write for example: {EXAMPLE}") from None


def _times(text: str) -> int | None:
    if text == "all":
        return None
    if not text.isdigit():
        raise MagicError(f"%asgi_hold: --times is a number or all, got {text!r}; for example: {EXAMPLE}")
    return int(text)
