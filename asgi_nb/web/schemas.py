"""An OpenAPI description of an app, from what stands as YAML in the docstrings of its endpoints."""

import inspect
import re
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

from asgi_nb.web.requests import Request
from asgi_nb.web.responses import Response
from asgi_nb.web.routing import BaseRoute, Host, Mount, Route

__all__ = ["BaseSchemaGenerator", "EndpointInfo", "OpenAPIResponse", "SchemaGenerator"]

_KIND_OF_PARAMETER = re.compile(r":\w+}")
_MAJOR_MINOR = re.compile(r"(\d+)\.(\d+)")

# What a class-based endpoint may have a method for, in the order they are shown.
_METHODS = ("get", "post", "put", "patch", "delete", "options", "query")


def _yaml(purpose: str) -> Any:
    try:
        import yaml
    except ModuleNotFoundError as exc:
        raise ImportError(f"{purpose} needs PyYAML, which is not installed; run: pip install pyyaml") from exc
    return yaml


class OpenAPIResponse(Response):
    """
    A description as YAML.

    Raises:
        TypeError: It is not a dict.
        ImportError: PyYAML is not installed.
    """

    media_type = "application/vnd.oai.openapi"

    def render(self, content: Any) -> bytes:
        if not isinstance(content, dict):
            raise TypeError(f"OpenAPIResponse takes the schema as a dict, got {type(content).__name__}")
        text: str = _yaml("OpenAPIResponse").dump(content, default_flow_style=False)
        return text.encode()


class EndpointInfo(NamedTuple):
    """One method of one path."""

    path: str
    """As OpenAPI writes it: parameters without their kinds."""
    http_method: str
    """In lower case."""
    func: Callable[..., Any]
    """The function whose docstring describes it."""


class BaseSchemaGenerator:
    """What schema generators have in common. Subclasses say in `get_schema` what the schema looks like."""

    def get_schema(self, routes: list[BaseRoute]) -> dict[str, Any]:
        """The description of these routes."""
        raise NotImplementedError(f"{type(self).__name__} needs a method get_schema(routes)")

    def get_endpoints(self, routes: Sequence[BaseRoute]) -> list[EndpointInfo]:
        """
        The endpoints of these routes and of those mounted below, in order.

        Routes with `include_in_schema=False`, WebSockets and HEAD are left out.
        """
        found: list[EndpointInfo] = []
        for route in routes:
            if isinstance(route, Mount | Host):
                prefix = self._remove_converter(route.path) if isinstance(route, Mount) else ""
                inner = self.get_endpoints(route.routes or [])
                found += [info._replace(path=prefix + info.path) for info in inner]
            elif isinstance(route, Route) and route.include_in_schema:
                path = self._remove_converter(route.path)
                found += [EndpointInfo(path, method, func) for method, func in _methods(route)]
        return found

    def _remove_converter(self, path: str) -> str:
        return _KIND_OF_PARAMETER.sub("}", path)

    def parse_docstring(self, func_or_method: Callable[..., Any]) -> dict[str, Any]:
        """
        The YAML mapping in a docstring: all of it, or what stands after the last `---`.

        Empty for a docstring that is text only.

        Raises:
            ValueError: What stands after a `---` is not YAML.
            ImportError: PyYAML is not installed.
        """
        docstring = func_or_method.__doc__
        if not docstring:
            return {}
        yaml = _yaml("a schema from docstrings")
        _, marker, description = docstring.rpartition("---")
        try:
            parsed = yaml.safe_load(description)
        except yaml.YAMLError as exc:
            if not marker:
                # Prose happens not to be YAML.
                return {}
            name = getattr(func_or_method, "__qualname__", repr(func_or_method))
            raise ValueError(f"the docstring of {name} is not YAML after its '---': {exc}") from exc
        return parsed if isinstance(parsed, dict) else {}

    def OpenAPIResponse(self, request: Request[Any]) -> Response:
        """The description of the app that handles this request, as a response."""
        return OpenAPIResponse(self.get_schema(routes=request.app.routes))


class SchemaGenerator(BaseSchemaGenerator):
    """
    Describe the endpoints whose docstrings hold YAML.

    Args:
        base_schema: What the description begins with: `{"openapi": "3.0.0", "info": {...}}`.

    Source: OpenAPI Specification 3.2.0, "Paths Object"; the method QUERY is described from 3.2 on.
    """

    def __init__(self, base_schema: dict[str, Any]) -> None:
        self.base_schema = base_schema

    def get_schema(self, routes: list[BaseRoute]) -> dict[str, Any]:
        version = _MAJOR_MINOR.match(str(self.base_schema.get("openapi", "")))
        knows_query = version is not None and (int(version[1]), int(version[2])) >= (3, 2)
        paths = {path: dict(methods) for path, methods in self.base_schema.get("paths", {}).items()}
        for path, method, func in self.get_endpoints(routes):
            if method == "query" and not knows_query:
                continue
            described = self.parse_docstring(func)
            if described:
                paths.setdefault(path, {})[method] = described
        return {**self.base_schema, "paths": paths}


def _methods(route: Route) -> list[tuple[str, Callable[..., Any]]]:
    endpoint: Any = route.endpoint
    while isinstance(endpoint, partial):
        endpoint = endpoint.func
    if inspect.isfunction(endpoint) or inspect.ismethod(endpoint):
        methods = sorted(route.methods or {"GET"})
        return [(method.lower(), endpoint) for method in methods if method != "HEAD"]
    return [(method, getattr(endpoint, method)) for method in _METHODS if hasattr(endpoint, method)]
