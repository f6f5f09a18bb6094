"""Settings, schemas and WSGI environs are those of Starlette, for drawn input."""

import inspect
import warnings

import pytest
import starlette.authentication
import starlette.config
import starlette.routing
import starlette.schemas
from hypothesis import given
from hypothesis import strategies as st

import asgi_nb.web.authentication
import asgi_nb.web.config
import asgi_nb.web.routing
import asgi_nb.web.schemas

with warnings.catch_warnings(action="ignore"):
    import starlette.middleware.wsgi

    import asgi_nb.web.middleware.wsgi

LINES = st.lists(
    st.sampled_from(["A=1", "B='x y'", 'C="#"', "#D=1", " E = 5 ", "F", "A==2", "='", "G='", "H=\"'"])
    | st.text(alphabet="AB=#'\" ", max_size=8),
    max_size=6,
)


@given(lines=LINES)
def test_every_settings_file_is_read_alike(tmp_path_factory, lines):
    path = tmp_path_factory.getbasetemp() / "settings.env"
    path.write_text("\n".join(lines))

    ours = asgi_nb.web.config.Config(path, environ={})
    theirs = starlette.config.Config(path, environ={})

    assert ours.file_values == theirs.file_values


@given(
    text=st.sampled_from(["1", "0", "true", "False", "yes", "", "3.5", "-2", " 4 "]),
    cast=st.sampled_from([None, str, int, float, bool]),
)
def test_every_setting_is_cast_alike(text, cast):
    def read(module):
        try:
            return module.Config(environ={"X": text})("X", cast=cast)
        except ValueError as exc:
            return str(exc).partition(";")[0].rstrip(".")

    assert read(asgi_nb.web.config) == read(starlette.config)


PATHS = st.lists(st.sampled_from(["a", "root", "é", "☃", ""]), max_size=4).map(
    lambda parts: "/" + "/".join(parts)
)
HEADERS = st.lists(
    st.tuples(st.sampled_from([b"host", b"x-id", b"accept", b"content-type"]), st.binary(max_size=3)),
    max_size=5,
    unique_by=lambda pair: pair[0] if pair[0] == b"content-type" else object(),
)


@given(path=PATHS, root_path=PATHS.map(lambda path: path.rstrip("/")), headers=HEADERS, query=st.text("a=&%"))
def test_every_request_has_the_same_environ(path, root_path, headers, query):
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "GET",
        "path": path,
        "root_path": root_path,
        "query_string": query.encode(),
        "headers": headers,
        "server": ("testserver", 80),
        "client": ("192.0.2.1", 9),
    }

    ours = asgi_nb.web.middleware.wsgi.build_environ(scope, b"x")
    theirs = starlette.middleware.wsgi.build_environ(scope, b"x")

    # The port is a text by PEP 3333; the errors go where errors go.
    theirs["SERVER_PORT"] = str(theirs["SERVER_PORT"])
    for name in ("wsgi.input", "wsgi.errors"):
        del ours[name], theirs[name]
    assert {name: ours[name] for name in theirs} == theirs
    assert ours.keys() - theirs.keys() == {"REMOTE_PORT", "wsgi.input_terminated"}


def described(request):
    """
    Prose.
    ---
    responses: {200: {description: fine}}
    """


def undescribed(request):
    """Prose only."""


class Described:
    def get(self, request):
        """
        summary: Get it.
        """

    def query(self, request):
        """
        summary: Search it.
        """


def routes(toolkit):
    return [
        toolkit.Route("/a/{x:int}", described),
        toolkit.Route("/b", undescribed),
        toolkit.Route("/c", Described),
        toolkit.Route("/d", described, include_in_schema=False),
        toolkit.WebSocketRoute("/e", described),
        toolkit.Mount("/m/{y}", routes=[toolkit.Route("/f/{z:path}", described, methods=["POST"])]),
        toolkit.Host("{sub}.example.org", toolkit.Router([toolkit.Route("/g", described)])),
    ]


@pytest.mark.parametrize("version", ["3.0.0", "3.2.0", ""])
def test_the_same_routes_have_the_same_schema(version):
    base = {"openapi": version}

    ours = asgi_nb.web.schemas.SchemaGenerator(base).get_schema(routes(asgi_nb.web.routing))
    theirs = starlette.schemas.SchemaGenerator(base).get_schema(routes(starlette.routing))

    assert ours == theirs


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (asgi_nb.web.config.Config, starlette.config.Config),
        (asgi_nb.web.authentication.requires, starlette.authentication.requires),
        (asgi_nb.web.schemas.SchemaGenerator, starlette.schemas.SchemaGenerator),
        (asgi_nb.web.middleware.wsgi.WSGIMiddleware, starlette.middleware.wsgi.WSGIMiddleware),
    ],
    ids=lambda value: value.__module__,
)
def test_parameters_have_the_same_names_kinds_and_order(ours, theirs):
    def shape(obj):
        return [
            (p.name, p.kind, p.default is not p.empty) for p in inspect.signature(obj).parameters.values()
        ]

    assert shape(ours) == shape(theirs)


@pytest.mark.parametrize("name", ["staticfiles.StaticFiles", "templating.Jinja2Templates"])
def test_optional_and_large_classes_have_the_same_parameters(name):
    module, attribute = name.split(".")
    ours = getattr(__import__(f"asgi_nb.web.{module}", fromlist=["_"]), attribute)
    theirs = getattr(__import__(f"starlette.{module}", fromlist=["_"]), attribute)

    assert list(inspect.signature(ours).parameters) == list(inspect.signature(theirs).parameters)
