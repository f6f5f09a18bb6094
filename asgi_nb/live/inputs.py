"""What a person writes to ask a route: the parameters of its path, and what its handler reads."""

import functools
import inspect
import json
from collections.abc import Iterable
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from asgi_nb.live.asked import Asked, Input, Inputs
from asgi_nb.live.definitions import PARAMETER, Definition, normal_path
from asgi_nb.live.described import described
from asgi_nb.live.reads import PLAIN, Place, Read, Reads, reads_of
from asgi_nb.web.convertors import CONVERTOR_TYPES, Convertor

# What a body is made of where only the type is known.
EMPTY: dict[Any, Any] = {str: "", int: 0, float: 0.0, bool: False, list: [], dict: {}, tuple: [], set: []}

# Levels of models within models that are written out; beyond them stands null, as a model may hold itself.
DEPTH = 4

# Sent by whoever sends the request, whatever a handler reads of them.
OWN_HEADERS = frozenset({"host", "content-length", "content-type", "connection", "transfer-encoding"})


def askable(definitions: Iterable[Definition]) -> list[Asked]:
    """
    List what can be asked for, what was defined last first.

    Of two routes with one method and path, the later one answers, and is the one that is listed. Of a mounted
    app that describes itself, its routes are.
    """
    found: dict[tuple[str, str], Asked] = {}
    for one in sorted(definitions, key=lambda one: (one.ahead, one.serial), reverse=True):
        if one.kind == "mount":
            for asked in described(
                getattr(one.built, "_base_app", None), one.path, str(one.serial), one.place
            ):
                found.setdefault((asked.method, asked.path), asked)
        if one.kind != "route":
            continue
        for method in ["GET"] if one.methods is None else one.shown_methods.split(","):
            inputs = functools.partial(inputs_of, one, method)
            asked = Asked(f"{one.serial} {method}", method, one.path, one.place, inputs)
            found.setdefault((method, normal_path(one.path)), asked)
    return list(found.values())


def inputs_of(definition: Definition, method: str) -> Inputs:
    """
    Say what a person writes to ask a route.

    Args:
        definition: The route.
        method: In which way it is asked: a class has a handler for each.
    """
    reads = _reads(definition, method)
    convertors = definition.built.param_convertors
    path = [
        _of_path(name, convertors.get(name))
        for name in (one[0].strip("{}").partition(":")[0] for one in PARAMETER.finditer(definition.path))
    ]
    headers = [one for one in _inputs(reads, "header") if one.name.lower() not in OWN_HEADERS]
    return Inputs(tuple(path), _inputs(reads, "query"), tuple(headers), reads.body, _skeleton(reads))


def _reads(definition: Definition, method: str) -> Reads:
    endpoint = inspect.unwrap(definition.built.endpoint)
    if inspect.isclass(endpoint):
        endpoint = getattr(endpoint, method.lower(), None)
    return reads_of(endpoint) if inspect.isroutine(endpoint) else Reads()


def _of_path(name: str, convertor: Convertor[Any] | None) -> Input:
    if convertor is None:
        return Input(name, "str", required=True)
    kind = next((kind for kind, known in CONVERTOR_TYPES.items() if known is convertor), "str")
    # A parameter that matches nothing at all may be left empty.
    return Input(name, kind, required=kind != "path", pattern=convertor.regex)


def _inputs(reads: Reads, place: Place) -> tuple[Input, ...]:
    return tuple(
        Input(one.name, one.kind, one.required, "" if one.default is None else str(one.default))
        for one in reads.of(place).values()
    )


def _skeleton(reads: Reads) -> str:
    """Write a body to begin with: its names, with empty values of their type."""
    if reads.body == "form":
        return "&".join(f"{one.name}={one.default or ''}" for one in reads.of("form").values())
    if reads.body != "json":
        return ""
    value = model_skeleton(reads.model) if reads.model is not None else None
    if not isinstance(value, dict):
        value = {one.name: _empty(one) for one in reads.of("json").values()}
    return json.dumps(value, indent=2, ensure_ascii=False)


def _empty(read: Read) -> Any:
    if read.default is not None:
        return read.default
    return {"int": 0, "float": 0.0}.get(read.kind, "")


def model_skeleton(model: Any, depth: int = DEPTH) -> Any:
    """
    Write out an empty value of a type: the fields of a pydantic model, a dataclass or an annotated class.

    Defaults that JSON can hold stand for themselves.
    """
    origin = get_origin(model)
    if origin in (Union, UnionType):
        options = [one for one in get_args(model) if one is not type(None)]
        return None if len(options) < len(get_args(model)) else model_skeleton(options[0], depth)
    if origin is Literal:
        return get_args(model)[0]
    if origin is Annotated:
        return model_skeleton(get_args(model)[0], depth)
    known = origin or model
    if known in EMPTY:
        return EMPTY[known]
    names = _annotations(known)
    if not names or depth == 0:
        return None
    defaults = _defaults(known)
    return {
        name: defaults[name] if name in defaults else model_skeleton(annotation, depth - 1)
        for name, annotation in names.items()
    }


def _annotations(model: Any) -> dict[str, Any]:
    """Give the fields of a class with their types; none for what has no fields."""
    fields = getattr(model, "model_fields", None)
    if isinstance(fields, dict):
        return {name: getattr(one, "annotation", None) for name, one in fields.items()}
    if not isinstance(model, type) or model.__module__ == "builtins":
        return {}
    try:
        return get_type_hints(model)
    except (NameError, SyntaxError, AttributeError, TypeError):
        # A type that is not there yet: the names are known all the same.
        return dict.fromkeys(inspect.get_annotations(model))


def _defaults(model: Any) -> dict[str, Any]:
    fields = getattr(model, "model_fields", None)
    if isinstance(fields, dict):
        given = {name: getattr(one, "default", None) for name, one in fields.items()}
    else:
        # Also a dataclass keeps a plain default as an attribute of the class.
        given = vars(model)
    return {name: value for name, value in given.items() if isinstance(value, PLAIN)}
