"""The house holds: imports point down, make no circle, and each package stays in its own wing."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent / "asgi_nb"

# Wing -> floor. A module may import its own wing and lower floors.
FLOORS = {
    "web": 0,
    "record": 1,
    "service": 2,
    "live": 3,
    "widgets": 4,
    "caller": 4,
    "replaying": 4,
    "reply": 4,
    "sending": 5,
    "kit": 6,
    "magics": 7,
    "extension": 8,
    "__init__": 9,
    "_version": -1,
}

# Package -> where it may be imported.
ONLY_IN = {
    "uvicorn": ("service/",),
    "websockets": ("service/",),
    "IPython": ("live/notebook.py", "magics/", "extension.py", "widgets/"),
    "ipykernel": ("live/notebook.py",),
    "anywidget": ("widgets/",),
    "traitlets": ("widgets/",),
    "ipywidgets": ("widgets/",),
    "httpx2": (
        "web/_test_transports.py",
        "web/testclient.py",
        "caller.py",
        "reply.py",
        "sending.py",
        "kit.py",
    ),
    "threading": (
        "service/",
        "record/guard.py",
        # Keeps traffic in a file, which needs no server: one thread per file, when asked for.
        "record/keep/keeping.py",
        "kit.py",
    ),
    "starlette": (),
    "nest_asyncio": (),
}

FILES = sorted(ROOT.rglob("*.py"))


def imports(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: relative import"
            assert node.module
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def module_of(file: Path) -> str:
    parts = file.relative_to(ROOT.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 2 else parts)


MODULES = {module_of(file): file for file in FILES}


def wing_of(module: str) -> str:
    return module.split(".")[1]


@pytest.mark.parametrize("file", FILES, ids=lambda f: str(f.relative_to(ROOT)))
def test_imports_point_down(file):
    here = FLOORS[wing_of(module_of(file))]

    upward = [
        name
        for name in imports(file)
        if name in MODULES and wing_of(name) != wing_of(module_of(file)) and FLOORS[wing_of(name)] >= here
    ]

    assert upward == []


@pytest.mark.parametrize("file", FILES, ids=lambda f: str(f.relative_to(ROOT)))
def test_a_package_is_imported_only_in_its_wing(file):
    place = file.relative_to(ROOT).as_posix()

    strays = [
        name
        for name in imports(file)
        if name.split(".")[0] in ONLY_IN and not place.startswith(ONLY_IN[name.split(".")[0]] or ("-",))
    ]

    assert strays == []


def test_no_file_imports_itself_through_others():
    arrows = {
        module: {n for n in imports(file) if n in MODULES and n != module} for module, file in MODULES.items()
    }

    def visit(module: str, path: tuple[str, ...]) -> None:
        assert module not in path, " -> ".join((*path[path.index(module) :], module))
        if module in done:
            return
        for target in arrows[module]:
            visit(target, (*path, module))
        done.add(module)

    done: set[str] = set()
    for module in arrows:
        visit(module, ())
    assert done == set(MODULES)
