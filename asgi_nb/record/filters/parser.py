"""
Read a filter: characters to tokens, tokens to a tree.

    filter = every { "or" every }
    every  = one { one }                         "and" may stand in between
    one    = ("-" | "not") one | "(" filter ")" | term
    term   = key op value | word | "quoted" | /regex/

Rule 1: a word that begins and ends with "/" is a regular expression, and holds no white space; after "=" and
        "!=" nothing is one.
Rule 2: a key that is not known is an error, so that a slip of the pen does not become a search for text.
"""

import re
from typing import NamedTuple

from asgi_nb.record.filters.errors import FilterError, suggest
from asgi_nb.record.filters.nodes import KEYWORDS, And, Literal, Node, Not, Or, Pattern, Term

# A page of conditions; what a person types is shorter than a line.
LENGTH_LIMIT = 2000
# Far below Python's recursion limit, and above what anyone can read.
DEPTH_LIMIT = 40

KEY = re.compile(r"([A-Za-z][\w-]*)(:?(?:>=|<=|!=|=|>|<)|:)")
# `http://…` and `ws://…` are text.
URL = re.compile(r"[A-Za-z][\w+.-]*://")
WORD = re.compile(r"[^\s()]+")
NAME = re.compile(r"""[^\s()"'<>=!:/]+""")
OPERATOR = re.compile(r":?(?:>=|<=|!=|=|>|<)|:")


class Token(NamedTuple):
    """A parenthesis, a keyword, a minus or a whole term."""

    sign: str
    """"(", ")", "or", "and", "-" or "term"."""
    start: int
    """Where it begins, in characters from 0."""
    end: int
    """Where it ends."""
    term: Term | None = None
    """What it says, for a term."""


class Vocabulary(NamedTuple):
    """Which keys there are."""

    names: dict[str, str]
    """Each key and each alias -> the key."""
    with_names: frozenset[str]
    """The keys whose value begins with a name: `header:x-key`."""


def parse(text: str, vocabulary: Vocabulary) -> Node:
    """
    Read a filter as a tree; an empty one is `And(())`, which everything meets.

    Raises:
        FilterError: It cannot be read.
    """
    if len(text) > LENGTH_LIMIT:
        raise FilterError(f"the filter has {len(text)} characters, expected at most {LENGTH_LIMIT}")
    parser = _Parser(text, tokenize(text, vocabulary))
    if not parser.tokens:
        return And(())
    node = parser.either(0)
    if parser.tokens:
        raise FilterError("this ')' closes nothing; leave it out", text, parser.tokens[0].start)
    return node


class _Parser:
    def __init__(self, text: str, tokens: list[Token]) -> None:
        self.text = text
        self.tokens = tokens

    def next_is(self, *signs: str) -> bool:
        return bool(self.tokens) and self.tokens[0].sign in signs

    def either(self, depth: int) -> Node:
        nodes = [self.every(depth)]
        while self.next_is("or"):
            self.tokens.pop(0)
            nodes.append(self.every(depth))
        flat = [inner for node in nodes for inner in (node.nodes if isinstance(node, Or) else (node,))]
        return nodes[0] if len(nodes) == 1 else Or(tuple(flat))

    def every(self, depth: int) -> Node:
        nodes = [self.one(depth)]
        while self.tokens and not self.next_is("or", ")"):
            if self.next_is("and"):
                self.tokens.pop(0)
            nodes.append(self.one(depth))
        flat = [inner for node in nodes for inner in (node.nodes if isinstance(node, And) else (node,))]
        return nodes[0] if len(nodes) == 1 else And(tuple(flat))

    def one(self, depth: int) -> Node:
        if not self.tokens or self.next_is("or", "and", ")"):
            start, end = self.tokens[0][1:3] if self.tokens else (len(self.text), None)
            got = f"got {self.text[start:end]!r}" if self.tokens else "the filter ends"
            raise FilterError(
                f"expected a condition, {got}; put the words 'or', 'and' and 'not' between quotes to "
                "search for them",
                self.text,
                start,
                end,
            )
        token = self.tokens.pop(0)
        if depth > DEPTH_LIMIT:
            raise FilterError(f"more than {DEPTH_LIMIT} levels of '(' and '-'", self.text, token.start)
        if token.term is not None:
            return token.term
        if token.sign == "-":
            return Not(self.one(depth + 1))
        node = self.either(depth + 1)
        if not self.next_is(")"):
            raise FilterError("this '(' is not closed; write a ')' after it", self.text, token.start)
        self.tokens.pop(0)
        return node


def tokenize(text: str, vocabulary: Vocabulary) -> list[Token]:
    """
    Cut a filter into tokens.

    Raises:
        FilterError: A quote is not closed, a key is not known, or a value is missing.
    """
    tokens = []
    index = 0
    while index < len(text):
        char = text[index]
        if char.isspace():
            index += 1
            continue
        if char in "()" or (char == "-" and index + 1 < len(text) and not text[index + 1].isspace()):
            token = Token(char, index, index + 1)
        elif char == "-":
            raise FilterError(
                "'-' stands right before what it negates, as in '-status:200'; put it between quotes to "
                "search for it",
                text,
                index,
            )
        else:
            token = _keyword(text, index) or _term(text, index, vocabulary)
        tokens.append(token)
        index = token.end
    return tokens


def _keyword(text: str, start: int) -> Token | None:
    word = WORD.match(text, start)
    if word is None or word[0].lower() not in KEYWORDS:
        return None
    sign = word[0].lower()
    return Token("-" if sign == "not" else sign, start, word.end())


def _term(text: str, start: int, vocabulary: Vocabulary) -> Token:
    head = None if URL.match(text, start) else KEY.match(text, start)
    if head is None:
        value, end = read_value(text, start)
        return Token("term", start, end, Term("", ":", value, "", start, start, end))
    key = vocabulary.names.get(head[1].lower())
    if key is None:
        word = WORD.match(text, start)
        whole = word[0] if word else head[0]
        raise FilterError(
            f"unknown key {head[1]!r}; {suggest(head[1], list(vocabulary.names))}; "
            f"put {whole} between quotes to search for it",
            text,
            start,
            head.end(1),
        )
    op, at = head[2], head.end()
    if key in vocabulary.with_names:
        if op != ":":
            raise FilterError(
                f"expected ':' after {key!r}, got {op!r}; write {key}:name, or {key}:name=value",
                text,
                head.end(1),
                at,
            )
        return _named(text, start, at, key)
    op = op.lstrip(":") or ":"
    value, end = read_value(text, at, f"{key}{op}", literal=op in ("=", "!="))
    return Token("term", start, end, Term(key, op, value, "", start, at, end))


def _named(text: str, start: int, at: int, key: str) -> Token:
    """Read `x-key`, `x-key=value`, or a value for any name: `/x-.*/`, `"two words"`."""
    name = NAME.match(text, at)
    if name is None:
        value, end = read_value(text, at, f"{key}:")
        return Token("term", start, end, Term(key, ":", value, "*", start, at, end))
    operator = OPERATOR.match(text, name.end())
    if operator is None:
        rest = WORD.match(text, name.end())
        if rest is not None:
            raise FilterError(
                f"expected an operator after {key}:{name[0]}, got {rest[0]!r}; write {key}:{name[0]}=value",
                text,
                name.end(),
                rest.end(),
            )
        return Token("term", start, name.end(), Term(key, ":", None, name[0].lower(), start, at, name.end()))
    op = operator[0].lstrip(":") or ":"
    at = operator.end()
    value, end = read_value(text, at, f"{key}:{name[0]}{op}", literal=op in ("=", "!="))
    return Token("term", start, end, Term(key, op, value, name[0].lower(), start, at, end))


def read_value(
    text: str, at: int, before: str = "", *, literal: bool = False
) -> tuple[Literal | Pattern, int]:
    """Read a word, a quotation or a regular expression; gives it and where it ends."""
    quote = text[at : at + 1]
    if quote in ('"', "'") and quote:
        return _quotation(text, at, quote)
    end = None if literal or quote != "/" else pattern_end(text, at)
    if end is not None:
        return Pattern(text[at + 1 : end - 1]), end
    word = WORD.match(text, at)
    if word is None:
        got = f"got {quote!r}" if quote and not quote.isspace() else "found none"
        hint = f"; write ({before}a or {before}b) for a choice" if quote == "(" else ""
        raise FilterError(f"expected a value right after {before!r}, {got}{hint}", text, at)
    if not literal and len(word[0]) > 1 and word[0][0] == word[0][-1] == "/":
        raise FilterError(
            "this regular expression has a '[' or '(' that is not closed, or a ')' too much; "
            "put the word between quotes to search for it as it is",
            text,
            at,
            word.end(),
        )
    return Literal(word[0]), word.end()


def _quotation(text: str, start: int, quote: str) -> tuple[Literal, int]:
    chars: list[str] = []
    index = start + 1
    while index < len(text):
        char = text[index]
        if char == quote:
            return Literal("".join(chars)), index + 1
        if char == "\\" and text[index + 1 : index + 2] in (quote, "\\"):
            index += 1
            char = text[index]
        chars.append(char)
        index += 1
    raise FilterError(
        f"the quotation is not closed; write {quote} at its end, or \\{quote} for a quote in the text",
        text,
        start,
        len(text),
    )


def pattern_end(text: str, start: int) -> int | None:
    """Find where the regular expression that begins with this "/" ends; None when it is a path."""
    depth, in_set = 0, False
    index = start + 1
    while index < len(text) and not text[index].isspace():
        char = text[index]
        if char == "\\":
            index += 1
        elif in_set:
            in_set = char != "]"
        elif char == "[":
            in_set = True
        elif char == "(":
            depth += 1
        elif char == ")":
            depth -= 1
            if depth < 0:
                return None
        elif char == "/" and depth == 0 and index > start + 1:
            after = text[index + 1 : index + 2]
            if not after or after.isspace() or after == ")":
                return index + 1
        index += 1
    return None
