"""Whatever Starlette offers by a public name is here by the same name, and is called in the same way."""

import ast
import enum
import importlib
import inspect
import pkgutil
import warnings

import pytest
import starlette

# Not needed, or done in another way. Name in a module -> why.
OMITTED = {
    "middleware.base.AsyncContentStream": "a type of the module's own",
    "middleware.base.BodyStreamGenerator": "the same",
    "middleware.body_limit.RequestBodyLimitResponder": "a part of how the middleware works",
    "middleware.errors.CENTER_LINE": "a part of Starlette's debug page; ours has other markup",
    "middleware.errors.FRAME_TEMPLATE": "the same",
    "middleware.errors.JS": "the same",
    "middleware.errors.LINE": "the same",
    "middleware.errors.STYLES": "the same",
    "middleware.errors.TEMPLATE": "the same",
    "middleware.gzip.unattached_send": "a part of how the responder works",
    "middleware.trustedhost.ENFORCE_DOMAIN_WILDCARD": "the text of an assertion",
    "middleware.wsgi.WSGIResponder": "a part of how the middleware works",
    "requests.SERVER_PUSH_HEADERS_TO_COPY": "a constant of one method",
    "routing.PARAM_REGEX": "a part of how paths are compiled",
    "routing.PARAM_FORMAT_REGEX": "the same",
    "testclient.ASGI2App": "a type of the module's own",
    "testclient.ASGI3App": "the same",
}

# The same for what classes and their instances have.
OMITTED_ATTRIBUTES = {
    "formparsers.FormParser.on_field_data": "for python-multipart, which urlencoded forms do not need",
    "formparsers.FormParser.on_field_end": "the same",
    "formparsers.FormParser.on_field_name": "the same",
    "formparsers.FormParser.on_field_start": "the same",
    "formparsers.MultiPartParser.on_end": "a callback that does nothing",
    "middleware.cors.CORSMiddleware.allow_explicit_origin": "a part of how the middleware works",
    "middleware.cors.CORSMiddleware.preflight_explicit_allow_origin": "the same",
    "middleware.cors.CORSMiddleware.preflight_headers": "the same",
    "middleware.cors.CORSMiddleware.send": "the same",
    "middleware.cors.CORSMiddleware.simple_headers": "the same",
    "middleware.cors.CORSMiddleware.simple_response": "the same",
    "middleware.errors.ServerErrorMiddleware.format_line": "a part of Starlette's debug page",
    "middleware.errors.ServerErrorMiddleware.generate_frame_html": "the same",
    "middleware.gzip.GZipResponder.compressor": "a part of how the responder works",
    "responses.FileResponse.generate_multipart": "a part of how the response works",
    "testclient.TestClient.async_backend": "a part of how the client works",
    "testclient.TestClient.lifespan": "the same",
    "testclient.TestClient.wait_shutdown": "the same",
    "testclient.TestClient.wait_startup": "the same",
}

# Public names of ours, by class; a subclass made for Starlette may use any other for something of its own.
MORE = {
    "applications.Starlette": {"errors_inside_middleware", "remove_middleware"},
    "background.BackgroundTask": {"around"},
    "background.BackgroundTasks": {"around"},
    "middleware.errors.ServerErrorMiddleware": {"answer", "handled", "is_plain", "run"},
    "middleware.exceptions.ExceptionMiddleware": {"answer", "handlers", "refuse", "router", "run"},
    "routing.BaseRoute": {"has_lifespan", "lifespan_state"},
    "routing.Host": {"has_lifespan", "lifespan_state"},
    "routing.Mount": {"child_scope", "has_lifespan", "lifespan_state"},
    "routing.Route": {"has_lifespan", "lifespan_state"},
    "routing.Router": {"insert_route", "move_route", "remove_route", "replace_route", "replace_routes"},
    "routing.WebSocketRoute": {"has_lifespan", "lifespan_state"},
}

# More than Starlette's, or less strict. Name -> the parameters that differ.
DIFFERENT = {
    "applications.Starlette": {"errors_inside_middleware"},
    "middleware.errors.ServerErrorMiddleware": {"inside"},
    "responses.JSONResponse": {"content"},  # may be left out: null
    "testclient.WebSocketTestSession": {"denial"},  # made by websocket_connect
}

# Called with the same arguments, but handed on unread.
HANDED_ON = {"testclient.TestClient.request"}


def modules():
    for module in pkgutil.walk_packages(starlette.__path__, "starlette."):
        if not any(part.startswith("_") for part in module.name.split(".")):
            yield module.name.removeprefix("starlette.")


MODULES = sorted(modules())


def load(root, name):
    with warnings.catch_warnings(action="ignore"):
        return importlib.import_module(f"{root}.{name}")


def names_of(module):
    """The public names that a module of Starlette defines itself."""
    found = {}
    for node in ast.parse(inspect.getsource(module)).body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            found[node.name] = node
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            found.update((target.id, node) for target in targets if isinstance(target, ast.Name))
    # Type variables are for the module alone.
    return [
        name
        for name in found
        if not name.startswith("_") and type(getattr(module, name)).__name__ not in ("TypeVar", "ParamSpec")
    ]


def pairs(name):
    """Each public name with what it is there and here."""
    theirs, ours = load("starlette", name), load("asgi_nb.web", name)
    for attribute in names_of(theirs):
        if f"{name}.{attribute}" not in OMITTED:
            yield f"{name}.{attribute}", getattr(theirs, attribute), getattr(ours, attribute)


def classes(name):
    return [(path, theirs, ours) for path, theirs, ours in pairs(name) if inspect.isclass(theirs)]


def methods(name):
    for path, theirs, ours in classes(name):
        for attribute in public(theirs):
            if f"{path}.{attribute}" in OMITTED_ATTRIBUTES:
                continue
            if inspect.isroutine(getattr(theirs, attribute)):
                yield f"{path}.{attribute}", getattr(theirs, attribute), getattr(ours, attribute)


def public(value):
    return {name for name in dir(value) if not name.startswith("_")}


def parameters(path, value):
    if isinstance(value, enum.EnumMeta):
        return None
    try:
        signature = inspect.signature(value)
    except ValueError:
        # Inherited from a built-in exception or container.
        return None
    ignored = DIFFERENT.get(path, set())
    return [
        (name if parameter.kind not in _GATHERED else "", parameter.kind, _plain(parameter.default))
        for name, parameter in signature.parameters.items()
        if name not in ignored
    ]


# *args and **kwargs: their names mean nothing to a caller.
_GATHERED = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)


def _plain(default):
    return default if isinstance(default, str | int | float | tuple | None) else type(default).__name__


@pytest.mark.parametrize("name", MODULES)
def test_every_public_name_is_there(name):
    theirs, ours = load("starlette", name), load("asgi_nb.web", name)

    missing = {f"{name}.{attribute}" for attribute in names_of(theirs) if not hasattr(ours, attribute)}

    assert missing == {path for path in OMITTED if path.rpartition(".")[0] == name}


@pytest.mark.parametrize("name", MODULES)
def test_every_class_has_the_same_attributes(name):
    missing = {
        f"{path}.{attribute}"
        for path, theirs, ours in classes(name)
        for attribute in public(theirs) - public(ours)
    }

    assert missing <= OMITTED_ATTRIBUTES.keys()


@pytest.mark.parametrize("name", MODULES)
def test_everything_is_called_with_the_same_arguments(name):
    calls = [*pairs(name), *methods(name)]

    different = {
        path: (theirs, ours)
        for path, theirs, ours in (
            (path, parameters(path, theirs), parameters(path, ours))
            for path, theirs, ours in calls
            if (inspect.isclass(theirs) or inspect.isroutine(theirs)) and path not in HANDED_ON
        )
        if theirs != ours
    }

    assert different == {}


@pytest.mark.parametrize("name", MODULES)
def test_what_is_awaited_is_the_same(name):
    different = [
        path
        for path, theirs, ours in [*pairs(name), *methods(name)]
        if inspect.isfunction(theirs)
        and inspect.isfunction(ours)
        and inspect.iscoroutinefunction(theirs) != inspect.iscoroutinefunction(ours)
    ]

    assert different == []


@pytest.mark.parametrize("name", MODULES)
def test_bases_are_the_same(name):
    def bases(cls, root):
        return {
            f"{base.__module__}.{base.__qualname__}".removeprefix(f"{root}.")
            for base in cls.__mro__[1:]
            if not base.__name__.startswith("_")
        }

    lacking = {
        path: missing
        for path, theirs, ours in classes(name)
        if (
            missing := {base.rpartition(".")[2] for base in bases(theirs, "starlette")}
            - {base.rpartition(".")[2] for base in bases(ours, "asgi_nb.web")}
        )
    }

    assert lacking == {}


async def endpoint(request):
    """An endpoint."""


class Inner:
    """A middleware."""

    def __init__(self, app):
        self.app = app


HTTP = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": [], "state": {}}
WEBSOCKET = {**HTTP, "type": "websocket"}

INSTANCES = {
    "applications.Starlette": lambda cls: cls(),
    "routing.Router": lambda cls: cls(),
    "routing.Route": lambda cls: cls("/", endpoint),
    "routing.WebSocketRoute": lambda cls: cls("/", endpoint),
    "routing.Mount": lambda cls: cls("/a", app=endpoint),
    "routing.Host": lambda cls: cls("example.org", app=endpoint),
    "requests.HTTPConnection": lambda cls: cls(HTTP),
    "requests.Request": lambda cls: cls(HTTP),
    "responses.Response": lambda cls: cls("text"),
    "responses.PlainTextResponse": lambda cls: cls("text"),
    "responses.HTMLResponse": lambda cls: cls("text"),
    "responses.JSONResponse": lambda cls: cls([]),
    "responses.RedirectResponse": lambda cls: cls("/"),
    "responses.StreamingResponse": lambda cls: cls([]),
    "responses.FileResponse": lambda cls: cls(__file__),
    "websockets.WebSocket": lambda cls: cls(WEBSOCKET, None, None),
    "websockets.WebSocketDisconnect": lambda cls: cls(),
    "websockets.WebSocketClose": lambda cls: cls(),
    "datastructures.URL": lambda cls: cls("http://host/"),
    "datastructures.URLPath": lambda cls: cls("/"),
    "datastructures.UploadFile": lambda cls: cls(None, headers=None),
    "datastructures.QueryParams": lambda cls: cls("a=1"),
    "datastructures.MultiDict": lambda cls: cls(),
    "datastructures.MutableHeaders": lambda cls: cls(),
    "background.BackgroundTask": lambda cls: cls(endpoint),
    "background.BackgroundTasks": lambda cls: cls(),
    "exceptions.HTTPException": lambda cls: cls(404),
    "exceptions.WebSocketException": lambda cls: cls(1000),
    "staticfiles.StaticFiles": lambda cls: cls(directory="."),
    "templating.Jinja2Templates": lambda cls: cls("."),
    "config.Config": lambda cls: cls(),
    "config.Environ": lambda cls: cls(),
    "schemas.SchemaGenerator": lambda cls: cls({}),
    "schemas.EndpointInfo": lambda cls: cls("/", "get", endpoint),
    "authentication.AuthCredentials": lambda cls: cls(),
    "authentication.SimpleUser": lambda cls: cls("ada"),
    "authentication.UnauthenticatedUser": lambda cls: cls(),
    "formparsers.FormParser": lambda cls: cls(None, None),
    "formparsers.MultiPartParser": lambda cls: cls({"content-type": "multipart/form-data; boundary=x"}, None),
    "endpoints.HTTPEndpoint": lambda cls: cls(HTTP, None, None),
    "endpoints.WebSocketEndpoint": lambda cls: cls(WEBSOCKET, None, None),
    "middleware.Middleware": lambda cls: cls(Inner),
    "middleware.base.BaseHTTPMiddleware": lambda cls: cls(endpoint),
    "middleware.body_limit.RequestBodyLimitMiddleware": lambda cls: cls(endpoint, max_body_size=1),
    "middleware.cors.CORSMiddleware": lambda cls: cls(endpoint),
    "middleware.errors.ServerErrorMiddleware": lambda cls: cls(endpoint),
    "middleware.exceptions.ExceptionMiddleware": lambda cls: cls(endpoint),
    "middleware.gzip.GZipMiddleware": lambda cls: cls(endpoint),
    "middleware.httpsredirect.HTTPSRedirectMiddleware": lambda cls: cls(endpoint),
    "middleware.sessions.SessionMiddleware": lambda cls: cls(endpoint, "secret"),
    "middleware.trustedhost.TrustedHostMiddleware": lambda cls: cls(endpoint),
    "middleware.wsgi.WSGIMiddleware": lambda cls: cls(endpoint),
    "testclient.TestClient": lambda cls: cls(endpoint),
}


@pytest.mark.parametrize("path", INSTANCES)
def test_every_instance_has_the_same_attributes(path):
    module, _, name = path.rpartition(".")
    make = INSTANCES[path]

    theirs = make(getattr(load("starlette", module), name))
    ours = make(getattr(load("asgi_nb.web", module), name))
    missing = {f"{path}.{attribute}" for attribute in public(theirs) - public(ours)}

    assert missing <= OMITTED_ATTRIBUTES.keys()


@pytest.mark.parametrize("path", INSTANCES)
def test_no_instance_has_a_public_attribute_that_is_not_said(path):
    module, _, name = path.rpartition(".")
    make = INSTANCES[path]
    theirs, ours = getattr(load("starlette", module), name), getattr(load("asgi_nb.web", module), name)

    more = public(make(ours)) | public(ours)

    assert more - public(make(theirs)) - public(theirs) == MORE.get(path, set())


@pytest.mark.parametrize("path", OMITTED_ATTRIBUTES)
def test_what_is_said_to_be_left_out_is(path):
    owner, _, attribute = path.rpartition(".")
    module, _, name = owner.rpartition(".")

    assert not hasattr(getattr(load("asgi_nb.web", module), name), attribute)


def test_a_deprecated_name_warns_where_starlettes_does():
    for formparsers in (load("starlette", "formparsers"), load("asgi_nb.web", "formparsers")):
        with pytest.warns(UserWarning, match="deprecated"):
            assert formparsers.FormMessage(5) is formparsers.FormMessage.END
