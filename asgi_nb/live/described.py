"""
What a person writes to ask an app that describes itself, as FastAPI does.

Source: OpenAPI Specification 3.1, "Operation Object", "Parameter Object", "Request Body Object".
"""

import functools
import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

from asgi_nb.live.asked import Asked, Input, Inputs

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")

KINDS = {"integer": "int", "number": "float"}
PATTERNS = {"int": "-?[0-9]+", "float": r"-?[0-9]+(?:\.[0-9]+)?"}
EMPTY: dict[str, Any] = {
    "string": "",
    "integer": 0,
    "number": 0.0,
    "boolean": False,
    "array": [],
    "null": None,
}

FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")

# Levels of objects within objects that are written out: a schema may hold itself.
DEPTH = 4


def described(app: Any, prefix: str, number: str, place: str) -> Iterator[Asked]:
    """
    List what can be asked of an app, in its own order; nothing of an app that does not describe itself.

    Args:
        app: Any app. One with a method `openapi()` that gives a dict describes itself.
        prefix: Where it is mounted.
        number: What tells it apart from others.
        place: The cell that mounts it.
    """
    describe = getattr(app, "openapi", None)
    schema = describe() if callable(describe) else None
    if not isinstance(schema, dict):
        return
    for path, item in schema.get("paths", {}).items():
        for method in METHODS:
            if method in item:
                yield Asked(
                    f"{number} {method} {path}",
                    method.upper(),
                    prefix.rstrip("/") + path,
                    place,
                    functools.partial(_inputs, schema, item, item[method]),
                )


def _inputs(schema: Mapping[str, Any], item: Mapping[str, Any], operation: Mapping[str, Any]) -> Inputs:
    found: dict[str, list[Input]] = {"path": [], "query": [], "header": []}
    for given in (*item.get("parameters", ()), *operation.get("parameters", ())):
        parameter = _resolved(schema, given)
        if parameter.get("in") in found:
            found[parameter["in"]].append(_input(schema, parameter))
    content = _resolved(schema, operation.get("requestBody", {})).get("content", {})
    parts = tuple(found["path"]), tuple(found["query"]), tuple(found["header"])
    for kind, media in content.items():
        value = skeleton(schema, media.get("schema", {}))
        if kind.partition(";")[0].endswith("json"):
            return Inputs(*parts, "json", json.dumps(value, indent=2, ensure_ascii=False))
        if kind == FORMS[0] and isinstance(value, dict):
            return Inputs(*parts, "form", urlencode(value))
    return Inputs(*parts, "text" if content else "")


def _input(schema: Mapping[str, Any], parameter: Mapping[str, Any]) -> Input:
    kind, default = "str", None
    for option in _options(schema, parameter.get("schema", {})):
        default = option.get("default", default)
        kind = "uuid" if option.get("format") == "uuid" else KINDS.get(str(option.get("type")), kind)
    in_path = parameter["in"] == "path"
    shown = "" if default is None or isinstance(default, dict | list) else str(default)
    return Input(
        str(parameter.get("name", "")),
        kind,
        bool(parameter.get("required", in_path)),
        shown,
        PATTERNS.get(kind, "") if in_path else "",
    )


def _resolved(schema: Mapping[str, Any], value: Mapping[str, Any]) -> Mapping[str, Any]:
    """Follow a reference to another place of the description. Source: OpenAPI 3.1, "Reference Object"."""
    reference = value.get("$ref")
    if not isinstance(reference, str) or not reference.startswith("#/"):
        return value
    found: Any = schema
    for name in reference[2:].split("/"):
        found = found.get(name.replace("~1", "/").replace("~0", "~"), {})
    return {**found, **{key: one for key, one in value.items() if key != "$ref"}}


def _options(schema: Mapping[str, Any], value: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Give a schema, and what it may be instead."""
    one = _resolved(schema, value)
    others = (*one.get("anyOf", ()), *one.get("oneOf", ()), *one.get("allOf", ()))
    return [one, *(_resolved(schema, other) for other in others)]


def skeleton(schema: Mapping[str, Any], value: Mapping[str, Any], depth: int = DEPTH) -> Any:
    """
    Write out an empty value of a JSON schema, with its defaults, examples and first choices.

    Args:
        schema: The description that references point into.
        value: The JSON schema.
        depth: Levels of objects that are written out.
    """
    options = _options(schema, value)
    for key in ("default", "const"):
        for one in options:
            if key in one:
                return one[key]
    for one in options:
        if one.get("enum"):
            return one["enum"][0]
    if any(one.get("type") == "null" for one in options):
        return None
    properties: dict[str, Any] = {}
    for one in options:
        properties |= one.get("properties", {})
    if properties:
        if depth == 0:
            return None
        return {name: skeleton(schema, one, depth - 1) for name, one in properties.items()}
    kind = next((str(one["type"]) for one in options if "type" in one), "")
    return {} if kind == "object" else EMPTY.get(kind)
