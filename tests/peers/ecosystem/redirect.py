"""
Run a script of this folder's `apps` on a toolkit, and print what it got, as one line of JSON.

    python redirect.py asgi_nb.web fastapi_answers
    python redirect.py starlette fastapi_answers

With `asgi_nb.web` an import hook gives its modules to all who ask for Starlette's: the same module
object stands under both names. Nothing of Starlette itself may be loaded then; this is checked at the end.

A script has a function `answers()` that yields pairs: a name, and an HTTP response or anything JSON can say.
"""

import importlib
import importlib.util
import json
import sys
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path

OURS = "asgi_nb.web"
THEIRS = "starlette"


class Redirect(MetaPathFinder, Loader):
    """Import `asgi_nb.web.X` wherever `starlette.X` is asked for."""

    def find_spec(self, fullname, path, target=None):
        if fullname != THEIRS and not fullname.startswith(THEIRS + "."):
            return None
        name = OURS + fullname[len(THEIRS) :]
        if importlib.util.find_spec(name) is None:
            return None
        return ModuleSpec(fullname, self, loader_state=name)

    def create_module(self, spec):
        module = importlib.import_module(spec.loader_state)
        spec.loader_state = module.__spec__
        return module

    def exec_module(self, module):
        # It has run, under its own name; the import system has just put the alias's spec in place of its own.
        module.__spec__ = module.__spec__.loader_state


def home(toolkit):
    """The directory of a toolkit's files, found without importing it."""
    return Path(importlib.util.find_spec(toolkit).origin).parent


def modules_from(place):
    """The names of the modules that came from a directory."""
    files = {name: getattr(module, "__file__", None) for name, module in sys.modules.items()}
    return [name for name, file in files.items() if file and Path(file).is_relative_to(place)]


def false_names():
    """The modules under a name of Starlette that are not ours."""
    names = [name for name in sys.modules if name == THEIRS or name.startswith(THEIRS + ".")]
    return [name for name in names if sys.modules[name] is not sys.modules.get(OURS + name[len(THEIRS) :])]


def plain(value):
    """An answer as JSON can say it."""
    if not hasattr(value, "status_code"):
        return value
    headers = sorted([name, text] for name, text in value.headers.multi_items())
    for header in headers:
        if header[0] == "allow":
            # Starlette writes a set, in any order.
            header[1] = ", ".join(sorted(header[1].split(", ")))
    return {"status": value.status_code, "headers": headers, "text": value.text}


def main(toolkit, script):
    other = home(THEIRS if toolkit == OURS else OURS)
    if toolkit == OURS:
        sys.meta_path.insert(0, Redirect())
    sys.path.insert(0, str(Path(__file__).parent / "apps"))

    got = {}
    for name, value in importlib.import_module(script).answers():
        if name in got:
            raise ValueError(f"{script} has two answers named {name!r}")
        got[name] = plain(value)

    strays = modules_from(other)
    if toolkit == OURS:
        strays += false_names()
    sys.stdout.write("\n" + json.dumps({"answers": got, "strays": strays}) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
