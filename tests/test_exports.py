"""The public names: complete, sorted, lazy, and each where it says."""

import subprocess
import sys

import pytest

import asgi_nb
from asgi_nb import kit

PUBLIC = [
    "CellError",
    "Exchange",
    "FilterError",
    "KeepError",
    "Kit",
    "LiveApp",
    "Reply",
    "RequestError",
    "Service",
    "ServiceError",
    "Store",
    "__version__",
    "app",
    "clear",
    "client",
    "define_error",
    "define_lifespan",
    "define_middleware",
    "define_mock",
    "define_route",
    "define_websocket",
    "explain",
    "hold",
    "holds",
    "inspect",
    "kitchen",
    "load",
    "load_har",
    "load_ipython_extension",
    "mock",
    "mount",
    "recording",
    "remove",
    "replay",
    "replay_all",
    "request",
    "routes",
    "serve",
    "services",
    "stop",
    "traffic",
    "unload_ipython_extension",
]


@pytest.fixture(autouse=True)
def _fresh():
    yield
    kit.reset()


def test_the_public_names_are_these():
    assert sorted(asgi_nb.__all__) == PUBLIC


@pytest.mark.parametrize("name", PUBLIC)
def test_a_public_name_resolves_and_is_listed(name):
    assert getattr(asgi_nb, name) is not None
    assert name in dir(asgi_nb)


def test_no_submodule_hides_a_public_name():
    """A submodule becomes an attribute of its package when it is imported, before any lazy name."""
    modules = [name.removeprefix("asgi_nb.") for name in sys.modules if name.startswith("asgi_nb.")]

    assert set(modules) & set(PUBLIC) == set()


def test_a_name_that_does_not_exist_is_an_attribute_error():
    with pytest.raises(AttributeError, match="module 'asgi_nb' has no attribute 'sevre'"):
        asgi_nb.sevre  # noqa: B018 - looking it up is the test
    with pytest.raises(AttributeError, match=r"module 'asgi_nb\.kit' has no attribute 'sevre'"):
        kit.sevre  # noqa: B018


@pytest.mark.parametrize("module", ["asgi_nb", "asgi_nb.web"])
def test_importing_the_package_imports_nothing_of_the_notebook(module):
    code = (
        f"import sys, {module}; "
        "print(sorted({'uvicorn', 'anywidget', 'IPython', 'httpx2', 'ipywidgets'} & set(sys.modules)))"
    )

    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=15)

    assert ended.stdout == "[]\n"
