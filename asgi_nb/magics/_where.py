"""What Tab offers in a filter, as in `.where("…")`: its keys, and the values that the traffic has."""

import re
from typing import NamedTuple

from asgi_nb.kit import default_kit
from asgi_nb.record.filters import complete

# An open quotation after `.where(` or `where=`, at the end of the line.
WHERE = re.compile(r"""(?:\.where\(\s*|\bwhere\s*=\s*)(["'])((?:(?!\1)[^\\])*)\Z""")


class Proposed(NamedTuple):
    """What is being typed, and what it may become."""

    fragment: str
    """The end of the line that is replaced."""
    texts: list[str]
    """What may stand in its place."""


def filter_proposals(text: str) -> Proposed:
    """Propose how a filter on a magic's own line goes on."""
    proposals = complete(text, len(text), default_kit().traffic)
    start = proposals[0].start if proposals else len(text)
    return Proposed(text[start:], [proposal.text for proposal in proposals])


def where_proposals(before: str) -> Proposed | None:
    """
    Propose how a filter goes on.

    Args:
        before: The line up to the cursor.

    Returns:
        None when the cursor stands in no filter.
    """
    found = WHERE.search(before)
    if found is None:
        return None
    quote, text = found[1], found[2]
    proposals = complete(text, len(text), default_kit().traffic)
    other = "'" if quote == '"' else '"'
    texts = []
    for proposal in proposals:
        # A quotation inside of Python's own takes the other sign.
        inner = proposal.text if proposal.text[:1] != '"' else f"{other}{proposal.text[1:-1]}{other}"
        if quote not in inner and "\\" not in inner:
            texts.append(inner)
    return Proposed(text[proposals[0].start :] if proposals else "", texts)
