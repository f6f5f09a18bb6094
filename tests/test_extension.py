"""Loading, reloading and unloading in a real shell, and the bracket around each cell."""

import subprocess
import sys

import pytest

from asgi_nb import extension, kit


@pytest.fixture
def shell(bare_shell):
    """A shell without the extension."""
    yield bare_shell
    extension.unload_ipython_extension(bare_shell)
    kit.reset()


def ok(shell, source, cell_id=None):
    shell.run_cell(source, store_history=True, cell_id=cell_id).raise_error()


def titles():
    return [definition.title for definition in kit.default_kit().app.definitions]


def state_of(shell):
    magics = shell.magics_manager
    return (
        {kind: set(names) for kind, names in magics.magics.items()},
        set(magics.registry),
        {event: list(callbacks) for event, callbacks in shell.events.callbacks.items()},
        list(shell.input_transformers_cleanup),
        list(shell.Completer.custom_matchers),
    )


def test_unloading_undoes_exactly_what_loading_did(shell):
    before = state_of(shell)

    extension.load_ipython_extension(shell)
    assert state_of(shell) != before
    extension.unload_ipython_extension(shell)

    assert state_of(shell) == before


def test_loading_twice_is_loading_once(shell):
    extension.load_ipython_extension(shell)
    once = state_of(shell)

    extension.load_ipython_extension(shell)

    assert state_of(shell) == once


def test_unloading_what_is_not_loaded_is_harmless(shell):
    extension.unload_ipython_extension(shell)


def test_unloading_stops_the_servers(shell):
    ok(shell, "%load_ext asgi_nb")
    service = kit.default_kit().serve()

    ok(shell, "%unload_ext asgi_nb")

    assert not service.running


def test_reloading_keeps_the_routes_and_the_brackets(shell):
    ok(shell, "%load_ext asgi_nb")
    ok(shell, "%%asgi_route GET /kept\nreturn 1", cell_id="a")

    ok(shell, "%reload_ext asgi_nb", cell_id="b")
    ok(shell, "%%asgi_route GET /moved\nreturn 1", cell_id="a")

    assert titles() == ["GET /moved"]


def test_what_the_loading_cell_itself_defines_belongs_to_it(shell):
    first = (
        "%load_ext asgi_nb\nimport asgi_nb\n"
        "@asgi_nb.app.get('/one')\ndef one(): return 1\n@asgi_nb.app.get('/two')\ndef two(): return 2"
    )
    ok(shell, first, cell_id="a")
    assert titles() == ["GET /one", "GET /two"]

    ok(shell, "import asgi_nb\n@asgi_nb.app.get('/three')\ndef three(): return 3", cell_id="a")

    assert titles() == ["GET /three"]


def test_a_cell_that_runs_other_cells_owns_what_they_define(shell):
    ok(shell, "%load_ext asgi_nb")

    ok(
        shell,
        "ip = get_ipython()\n"
        "for path in ('a', 'b'):\n"
        "    ip.run_cell(f'%%asgi_route GET /{path}\\nreturn 1').raise_error()",
        cell_id="outer",
    )
    assert titles() == ["GET /a", "GET /b"]

    ok(shell, "%%asgi_route GET /c\nreturn 1", cell_id="outer")
    assert titles() == ["GET /c"]


def test_a_cell_whose_end_is_never_told_does_not_own_the_next(shell):
    """ipykernel tells nothing when an interrupt hits between a cell and its end."""
    messages = iter(["m1", "m2", "m3"])
    current = {"header": {"msg_id": next(messages)}}
    shell.get_parent = lambda: current
    extension.load_ipython_extension(shell)
    loaded = extension._loaded[shell]
    lost = type("Info", (), {"cell_id": "lost"})

    loaded.begin(lost)
    current["header"]["msg_id"] = next(messages)
    ok(shell, "%%asgi_route GET /next\nreturn 1", cell_id="next")
    current["header"]["msg_id"] = next(messages)
    ok(shell, "%%asgi_route GET /again\nreturn 1", cell_id="next")

    assert titles() == ["GET /again"]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["%%asgi_request DELETE /x"], ["%%asgi_request DELETE /x\n", "\n"]),
        (["%%asgi_route GET /x\n"], ["%%asgi_route GET /x\n", "\n"]),
        (["%%asgi_route?\n"], ["%%asgi_route?\n"]),
        (["%%asgi_route GET /x\n", "return 1\n"], ["%%asgi_route GET /x\n", "return 1\n"]),
        (["%%time\n"], ["%%time\n"]),
        ([], []),
    ],
)
def test_only_an_empty_cell_of_ours_gets_a_line(lines, expected):
    assert extension.keep_empty_cell(lines) == expected


def test_loading_imports_no_server_no_widget_and_no_client():
    code = (
        "import sys; from asgi_nb import load_ipython_extension; "
        "print(sorted({'uvicorn', 'anywidget', 'ipywidgets', 'httpx2', 'websockets'} & set(sys.modules)))"
    )

    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=15)

    assert ended.stdout == "[]\n"
