"""
Choose among media types by what a request accepts.

Source: RFC 9110 section 12.5.1.
"""

import re
from collections.abc import Iterable
from typing import NamedTuple

__all__ = ["MediaRange", "acceptable", "media_type_of", "parse_accept"]

# Source: RFC 9110 section 5.6.2, with the quoted strings of section 5.6.4 and the weights of 12.4.2.
TOKEN = r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
QUOTED = r'"(?:[^"\\]|\\.)*"'
# A quote that is not closed goes to the end: to look for its end again and again would take a square of time.
ITEM = re.compile(r'(?:"(?:[^"\\]|\\.)*(?:"|\\?\Z)|[^,"])+', re.DOTALL)
RANGE = re.compile(rf"\s*({TOKEN})/({TOKEN})\s*(;.*)?", re.DOTALL)
PARAMETER = re.compile(rf";\s*(?:({TOKEN})=({TOKEN}|{QUOTED})\s*)?")
WEIGHT = re.compile(r"0(?:\.\d{0,3})?|1(?:\.0{0,3})?")


class MediaRange(NamedTuple):
    """One item of an Accept header: `text/*;q=0.5`."""

    type: str
    subtype: str
    parameters: frozenset[tuple[str, str]]
    """Without the weight; names and values in lower case."""
    weight: float
    """0 for not acceptable, up to 1."""

    @property
    def specificity(self) -> tuple[bool, bool, int]:
        """Sorts `*/*` before `text/*` before `text/html` before `text/html;level=1`."""
        return self.type != "*", self.subtype != "*", len(self.parameters)

    def matches(self, offer: "MediaRange") -> bool:
        """Whether a media type, which has no wildcard, lies in the range."""
        return (
            self.type in ("*", offer.type)
            and self.subtype in ("*", offer.subtype)
            and self.parameters <= offer.parameters
        )


def parse_accept(header: str) -> list[MediaRange]:
    """
    Read an Accept header. What is no media range is left out, as a client's mistake is no reason to fail.

    Args:
        header: Its value; several headers are joined by commas.
    """
    ranges = (_parse(item) for item in ITEM.findall(header))
    return [found for found in ranges if found is not None]


def acceptable(offers: Iterable[str], header: str) -> list[str]:
    """
    Sort media types by the weight that a client gives them; those it refuses are left out.

    Args:
        offers: Media types such as `text/html; charset=utf-8`, the best first: that order decides between
            types of the same weight.
        header: The value of Accept. A header without a media range accepts everything.
    """
    ranges = sorted(parse_accept(header), key=lambda accepted: accepted.specificity, reverse=True)
    if not ranges:
        return list(offers)
    weights: dict[str, float] = {}
    for offer in offers:
        parsed = _parse(offer)
        if parsed is None:
            continue
        weights[offer] = next((accepted.weight for accepted in ranges if accepted.matches(parsed)), 0.0)
    return sorted((offer for offer in weights if weights[offer] > 0), key=lambda offer: -weights[offer])


def media_type_of(content_type: str) -> str:
    """Give a content type without its parameters, in lower case."""
    return content_type.partition(";")[0].strip().lower()


def _parse(item: str) -> MediaRange | None:
    found = RANGE.fullmatch(item)
    if found is None or (found[1] == "*" and found[2] != "*"):
        return None
    weight = 1.0
    parameters: set[tuple[str, str]] = set()
    at, text = 0, found[3] or ""
    while at < len(text):
        parameter = PARAMETER.match(text, at)
        if parameter is None:
            return None
        at = parameter.end()
        if parameter[1] is None:
            continue
        name, value = parameter[1].lower(), parameter[2]
        if name == "q":
            if WEIGHT.fullmatch(value) is None:
                return None
            weight = float(value)
        else:
            parameters.add((name, value.strip('"').lower()))
    return MediaRange(found[1].lower(), found[2].lower(), frozenset(parameters), weight)
