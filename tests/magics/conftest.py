"""A real IPython shell with the extension, and a kit of the test's own."""

import pytest

from asgi_nb import extension, kit


@pytest.fixture
def shell(bare_shell):
    """A shell with the extension."""
    extension.load_ipython_extension(bare_shell)
    yield bare_shell
    extension.unload_ipython_extension(bare_shell)
    kit.reset()


@pytest.fixture
def run(shell):
    """Run a cell, as typed; give its value, or raise what it raised."""

    def run(source, cell_id=None):
        result = shell.run_cell(source, store_history=True, cell_id=cell_id)
        result.raise_error()
        return result.result

    return run
