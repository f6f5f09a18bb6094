"""Every public name says what it is, and every parameter what it takes."""

import ast
import importlib
import inspect
import itertools
import pkgutil
import warnings
from pathlib import Path

import pytest

import asgi_nb.web

ROOT = Path(asgi_nb.web.__file__).parent


def modules():
    with warnings.catch_warnings(action="ignore"):
        for found in pkgutil.walk_packages(asgi_nb.web.__path__, "asgi_nb.web."):
            if "._" not in found.name:
                yield importlib.import_module(found.name)


def constants_with_docstring():
    """The names that are assigned with a string under them."""
    for file in ROOT.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            for body in (getattr(node, "body", None), getattr(node, "orelse", None)):
                if isinstance(body, list):
                    yield from documented(body)


def documented(body):
    for statement, following in itertools.pairwise(body):
        is_docstring = (
            isinstance(following, ast.Expr)
            and isinstance(following.value, ast.Constant)
            and isinstance(following.value.value, str)
        )
        if is_docstring and isinstance(statement, ast.Assign | ast.AnnAssign):
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            yield from (target.id for target in targets if isinstance(target, ast.Name))


MODULES = {module.__name__.removeprefix("asgi_nb.web."): module for module in modules()}
CONSTANTS = set(constants_with_docstring())

# A status is a number with its name; the docstring of the module says where they are from.
NAMES = [
    pytest.param(getattr(module, name), id=f"{short}.{name}")
    for short, module in MODULES.items()
    for name in module.__all__
    if short != "status"
]


def own_members(cls):
    """The public methods and properties of a class, and whether they have or inherit a docstring."""
    for name, member in vars(cls).items():
        function = member.fget if isinstance(member, property) else getattr(member, "__func__", member)
        if not name.startswith("_") and inspect.isfunction(function):
            yield name, inspect.getdoc(getattr(cls, name))


@pytest.mark.parametrize("module", MODULES.values(), ids=MODULES)
def test_a_module_says_what_it_is_for_and_what_of_it_is_public(module):
    assert module.__doc__
    assert module.__all__


@pytest.mark.parametrize("value", NAMES)
def test_a_public_name_says_what_it_is(value, request):
    name = request.node.callspec.id.rpartition(".")[2]

    if inspect.isclass(value) or inspect.isfunction(value):
        assert vars(value).get("__doc__", value.__doc__)
        assert [member for member, text in own_members(value) if not text] == []
    else:
        assert name in CONSTANTS


def takes_arguments(value):
    """Whether it is a function, or a class that is not made as its base is."""
    return inspect.isfunction(value) or (inspect.isclass(value) and "__init__" in vars(value))


@pytest.mark.parametrize("value", [name for name in NAMES if takes_arguments(name.values[0])])
def test_a_public_name_says_what_each_parameter_takes(value):
    assert [name for name in inspect.signature(value).parameters if name not in value.__doc__] == []
