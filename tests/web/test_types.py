"""The lowest module names nothing of the toolkit."""

import ast
import inspect

from asgi_nb.web import types


def test_every_public_name_is_there():
    assert all(hasattr(types, name) for name in types.__all__)


def test_it_imports_nothing_of_the_toolkit():
    imported = [
        node.module
        for node in ast.walk(ast.parse(inspect.getsource(types)))
        if isinstance(node, ast.ImportFrom)
    ]

    assert not [name for name in imported if name.startswith("asgi_nb")]
