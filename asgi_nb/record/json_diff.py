"""
What differs between two JSON values, by place.

Source: RFC 8259; RFC 6901 for the places.
"""

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Literal

Kind = Literal["changed", "added", "removed"]

# Longer lists are compared item by item: aligning takes time with the square of the length.
ALIGNED = 1000


@dataclass(frozen=True, slots=True)
class Change:
    """One place where two values differ."""

    kind: Kind
    """"changed", "added" or "removed"."""
    pointer: str
    """The place as a JSON Pointer, "" for the whole; of what was added, in the new value, else in the old."""
    old: Any = None
    """What was there; None for what was added."""
    new: Any = None
    """What is there; None for what was removed."""


def compare(old: Any, new: Any, pointer: str = "") -> Iterator[Change]:
    """
    Give what differs, in the order of the old value.

    Items of a list are aligned, so that one more at the front is one change and not as many as there are.
    Numbers are compared by value: 1 is 1.0, but not true.

    Args:
        old: A value as `json.loads` gives it.
        new: Another one.
        pointer: Where they stand.
    """
    if isinstance(old, dict) and isinstance(new, dict):
        for key, value in old.items():
            place = f"{pointer}/{escape(key)}"
            if key in new:
                yield from compare(value, new[key], place)
            else:
                yield Change("removed", place, old=value)
        for key, value in new.items():
            if key not in old:
                yield Change("added", f"{pointer}/{escape(key)}", new=value)
    elif isinstance(old, list) and isinstance(new, list):
        yield from _lists(old, new, pointer)
    elif isinstance(old, bool) != isinstance(new, bool) or old != new:
        yield Change("changed", pointer, old, new)


def _lists(old: list[Any], new: list[Any], pointer: str) -> Iterator[Change]:
    for tag, old_from, old_to, new_from, new_to in _aligned(old, new):
        if tag == "equal":
            continue
        both = min(old_to - old_from, new_to - new_from)
        for step in range(both):
            yield from compare(old[old_from + step], new[new_from + step], f"{pointer}/{old_from + step}")
        for index in range(old_from + both, old_to):
            yield Change("removed", f"{pointer}/{index}", old=old[index])
        for index in range(new_from + both, new_to):
            yield Change("added", f"{pointer}/{index}", new=new[index])


def _aligned(old: list[Any], new: list[Any]) -> Sequence[tuple[str, int, int, int, int]]:
    if len(old) == len(new) or max(len(old), len(new)) > ALIGNED:
        return [("replace", 0, len(old), 0, len(new))]
    matcher = SequenceMatcher(
        None, [_canonical(item) for item in old], [_canonical(item) for item in new], False
    )
    return matcher.get_opcodes()


def _canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


def escape(key: str) -> str:
    """Write a key as a part of a JSON Pointer. Source: RFC 6901 section 3."""
    return key.replace("~", "~0").replace("/", "~1")


def is_ignored(pointer: str, ignore: Collection[str]) -> bool:
    """
    Say whether a place is one of those to ignore, or below one.

    Args:
        pointer: A JSON Pointer.
        ignore: JSON Pointers, in which "*" stands for any key or index.
    """
    parts = pointer.split("/")
    for pattern in ignore:
        wanted = pattern.split("/")
        if len(wanted) <= len(parts) and all(
            want in ("*", part) for want, part in zip(wanted, parts, strict=False)
        ):
            return True
    return False
