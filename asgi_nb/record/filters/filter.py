"""A filter: read once, asked of many exchanges."""

from collections.abc import Iterable
from typing import Self

from asgi_nb.record.exchange import Exchange
from asgi_nb.record.filters.errors import FilterError
from asgi_nb.record.filters.keys import BY_NAME, FULL_TEXT, VOCABULARY
from asgi_nb.record.filters.kinds import Kind, Predicate
from asgi_nb.record.filters.nodes import And, Node, Not, Or, Term
from asgi_nb.record.filters.parser import parse
from asgi_nb.record.usage import expect


class Filter:
    """
    Says which exchanges to show. Made by `Filter.parse`.

    Two filters that mean the same by the same words are equal; `str()` gives that text.
    """

    __slots__ = ("_predicate", "node", "text", "timed")

    def __init__(self, node: Node, text: str = "") -> None:
        self.node = node
        """What it means, as a tree."""
        self.text = text or str(node)
        """What was typed."""
        self.timed = any(_kind(term).timed for term in _terms(node))
        """Whether time alone changes what meets it, as with `age<5m`: such a filter is asked again."""
        self._predicate = _compile(node, self.text)[1]

    @classmethod
    def parse(cls, text: str) -> Self:
        """
        Read a filter.

        Args:
            text: The filter; an empty one is met by everything. The package's docstring has the language.

        Raises:
            FilterError: It cannot be read; `position` and `end` say where.
            TypeError: It is no text.
        """
        __tracebackhide__ = True
        expect(text, str, "a filter is text, such as 'status>=400'")
        try:
            return cls(parse(text, VOCABULARY), text)
        except FilterError as exc:
            # Whose filter it is wants to see the filter, and not how it was read.
            raise exc.with_traceback(None) from None

    def matches(self, exchange: Exchange) -> bool:
        """
        Say whether an exchange meets the filter, as it is at this moment.

        Raises:
            FilterError: A regular expression would take too long on one of its texts.
        """
        return self._predicate(exchange)

    def select(self, exchanges: Iterable[Exchange]) -> list[Exchange]:
        """Give those that meet the filter, in their order. Raises FilterError as `matches` does."""
        predicate = self._predicate
        return [exchange for exchange in exchanges if predicate(exchange)]

    @property
    def terms(self) -> list[Term]:
        """Its conditions, in the order of the text."""
        return _terms(self.node)

    def __str__(self) -> str:
        return str(self.node)

    def __repr__(self) -> str:
        return f"<Filter {str(self)!r}>"

    def __eq__(self, other: object) -> bool:
        return self.node == other.node if isinstance(other, Filter) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.node)


def _kind(term: Term) -> Kind:
    return BY_NAME[term.key].kind if term.key else FULL_TEXT


def _terms(node: Node) -> list[Term]:
    if isinstance(node, Term):
        return [node]
    if isinstance(node, Not):
        return _terms(node.node)
    return [term for inner in node.nodes for term in _terms(inner)]


def _compile(node: Node, text: str) -> tuple[int, Predicate]:
    """Give what a node costs, and its condition."""
    if isinstance(node, Term):
        kind = _kind(node)
        return kind.cost, kind.compile(node, text)
    if isinstance(node, Not):
        cost, negated = _compile(node.node, text)
        return cost, lambda exchange: not negated(exchange)
    compiled = sorted((_compile(inner, text) for inner in node.nodes), key=lambda pair: pair[0])
    cost = max((cost for cost, _ in compiled), default=0)
    predicates = [predicate for _, predicate in compiled]
    if isinstance(node, Or):
        return cost, lambda exchange: any(predicate(exchange) for predicate in predicates)
    return cost, lambda exchange: all(predicate(exchange) for predicate in predicates)


EVERYTHING = Filter(And(()))
