"""
What of a request a handler reads, as far as its own text says it.

Nothing is bound from a query or a body to the arguments of a handler: it asks the request, by names that
stand in its text, or in that of a function of the notebook which it hands the request to. A name that is made
at run time, or read further away, is not seen.
"""

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Place = Literal["query", "header", "json", "form"]
"""Where something is read."""

# Attribute or method of a request -> where what it gives is read.
ATTRIBUTES: Mapping[str, Place] = {"query_params": "query", "headers": "header"}
METHODS: Mapping[str, Place] = {"json": "json", "form": "form"}

# Called around what was read: its type.
TYPES = ("int", "float")

PLAIN = (str, int, float)
"""Types of what stands for itself in a query and in JSON."""


@dataclass(slots=True)
class Read:
    """One name that is read."""

    name: str
    kind: str = "str"
    """`int` or `float` when it is made one at once, else `str`."""
    required: bool = False
    """Whether it is read as `[name]`, which fails without it."""
    default: str | int | float | None = None
    """What stands in its place when it is not there."""


@dataclass(slots=True)
class Reads:
    """All that a handler reads."""

    names: dict[Place, dict[str, Read]] = field(default_factory=dict)
    """Where -> name -> what is known of it, in the order of the text."""
    body: Literal["", "json", "form", "text"] = ""
    """What the body is read as; "" when it is not."""
    model: Any = None
    """The class that the body is made of, when it is one that the handler's module knows."""

    def of(self, place: Place) -> dict[str, Read]:
        """Give what is read at a place."""
        return self.names.setdefault(place, {})


def reads_of(function: Callable[..., Any]) -> Reads:
    """
    Look through the text of a handler.

    Args:
        function: The handler itself, without what was put around it.

    Returns:
        What it reads; nothing when there is no text of it.
    """
    reads = Reads()
    tree = _tree(function)
    if tree is not None:
        _Reader(reads, _request_names(function), getattr(function, "__globals__", {})).read(tree)
    return reads


def _tree(function: Callable[..., Any]) -> ast.Module | None:
    try:
        return ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, TypeError, SyntaxError, ValueError):
        # Made by a program, or a lambda within an expression: it has no text that can be read alone.
        return None


def _request_names(function: Callable[..., Any]) -> set[str]:
    """Under which names a handler may have its request: `request`, or an argument that is given to it."""
    parameters = inspect.signature(function).parameters.values()
    return {"request", *(one.name for one in parameters if one.default is one.empty)}


class _Reader:
    def __init__(
        self, reads: Reads, requests: set[str], names: Mapping[str, Any], *, follows: bool = True
    ) -> None:
        self._reads = reads
        self._requests = requests
        self._globals = names
        self._follows = follows
        # Call of a function of the notebook -> where what it gives is read.
        self._followed: dict[ast.Call, Place | None] = {}
        # Name of a variable -> what it holds.
        self._held: dict[str, Place] = {}
        self._types: dict[ast.AST, str] = {}

    def read(self, tree: ast.AST) -> None:
        for node in _in_order(tree):
            match node:
                case ast.Assign(targets=[ast.Name(name)], value=value):
                    self._hold(name, value)
                case ast.AnnAssign(target=ast.Name(name), value=ast.expr() as value):
                    self._hold(name, value)
                case ast.NamedExpr(target=ast.Name(name), value=value):
                    self._hold(name, value)
                case ast.Call(func=ast.Name(name), args=[only], keywords=[]) if name in TYPES:
                    self._types[only] = name
                case ast.withitem(context_expr=value, optional_vars=ast.Name(name)):
                    self._hold(name, value)
            self._look_at(node)

    def _hold(self, name: str, value: ast.expr) -> None:
        place = self._place(value)
        if place is not None:
            self._held[name] = place

    def _look_at(self, node: ast.AST) -> None:
        match node:
            case ast.Subscript(value=holder, slice=ast.Constant(value=str(name)), ctx=ast.Load()):
                self._note(node, holder, name, required=True)
            case ast.Call(
                func=ast.Attribute(value=holder, attr="get" | "getlist"),
                args=[ast.Constant(value=str(name)), *others],
            ):
                given = others[0] if others else None
                default = given.value if isinstance(given, ast.Constant) else None
                self._note(node, holder, name, default=default if isinstance(default, PLAIN) else None)
            case ast.Compare(left=ast.Constant(value=str(name)), comparators=[holder]):
                self._note(node, holder, name)
            case ast.Call(func=ast.Attribute(value=value, attr="body" | "stream")) if self._is_request(value):
                self._reads.body = self._reads.body or "text"
        if isinstance(node, ast.Call):
            self._look_for_model(node)
            place = self._place(node)
            if place == "json" or place == "form":
                self._reads.body = place

    def _note(
        self,
        node: ast.AST,
        holder: ast.expr,
        name: str,
        *,
        required: bool = False,
        default: str | int | float | None = None,
    ) -> None:
        place = self._place(holder)
        if place is None:
            return
        read = self._reads.of(place).setdefault(name, Read(name))
        read.required = read.required or required
        read.default = default if read.default is None else read.default
        read.kind = self._types.get(node, read.kind)

    def _place(self, node: ast.expr) -> Place | None:
        match node:
            case ast.Name(name):
                return self._held.get(name)
            case ast.Attribute(value=value, attr=attribute) if self._is_request(value):
                return ATTRIBUTES.get(attribute)
            case ast.Await(value=value):
                return self._place(value)
            case ast.Call(func=ast.Attribute(value=value, attr=name)) if self._is_request(value):
                return METHODS.get(name)
            case ast.Call(func=ast.Name(name)) if self._follows:
                if node not in self._followed:
                    self._followed[node] = self._follow(node, self._globals.get(name))
                return self._followed[node]
        return None

    def _follow(self, call: ast.Call, function: Any) -> Place | None:
        """Read a function of the notebook that is given the request, or a part of it; say what it gives."""
        if not inspect.isfunction(function) or function.__globals__ is not self._globals:
            return None
        try:
            keywords = {one.arg: one.value for one in call.keywords if one.arg is not None}
            given = inspect.signature(function).bind_partial(*call.args, **keywords).arguments
        except TypeError:
            # The call itself will fail, and say so.
            return None
        nodes = {name: node for name, node in given.items() if isinstance(node, ast.expr)}
        requests = {name for name, node in nodes.items() if self._is_request(node)}
        held = {name: place for name, node in nodes.items() if (place := self._place(node)) is not None}
        tree = _tree(function) if requests or held else None
        if tree is None:
            return None
        reader = _Reader(self._reads, requests, self._globals, follows=False)
        reader._held.update(held)
        reader.read(tree)
        gives = (one.value for one in ast.walk(tree) if isinstance(one, ast.Return) and one.value is not None)
        return next((place for value in gives if (place := reader._place(value)) is not None), None)

    def _is_request(self, node: ast.expr) -> bool:
        match node:
            case ast.Name(name):
                return name in self._requests
            case ast.Attribute(attr="request"):
                return True
        return False

    def _look_for_model(self, node: ast.Call) -> None:
        """Find `Item(**data)`, `Item.model_validate(data)` and `Item.model_validate_json(octets)`."""
        match node.func:
            case ast.Name(name):
                found = any(self._place(one.value) == "json" for one in node.keywords if one.arg is None)
            case ast.Attribute(value=ast.Name(name), attr="model_validate"):
                found = any(self._place(one) == "json" for one in node.args)
            case ast.Attribute(value=ast.Name(name), attr="model_validate_json"):
                found = True
                self._reads.body = "json"
            case _:
                return
        known = self._globals.get(name)
        if found and isinstance(known, type):
            self._reads.model = known


def _in_order(tree: ast.AST) -> Iterator[ast.AST]:
    """Walk a tree as it is written: what stands around first, then from left to right."""
    yield tree
    for child in ast.iter_child_nodes(tree):
        yield from _in_order(child)
