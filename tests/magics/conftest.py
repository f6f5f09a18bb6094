"""A real IPython shell with the extension, and a kit of the test's own."""

import pytest
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from asgi_nb import extension, kit

# The file would be written at exit, when its folder has gone.
WITHOUT_HISTORY = Config(HistoryManager={"enabled": False})


@pytest.fixture
def shell(tmp_path, monkeypatch):
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    # There is one shell per process; another test may have left its own.
    InteractiveShell.clear_instance()
    shell = InteractiveShell.instance(config=WITHOUT_HISTORY)
    extension.load_ipython_extension(shell)
    yield shell
    extension.unload_ipython_extension(shell)
    kit.reset()
    InteractiveShell.clear_instance()


@pytest.fixture
def run(shell):
    """Run a cell, as typed; give its value, or raise what it raised."""

    def run(source, cell_id=None):
        result = shell.run_cell(source, store_history=True, cell_id=cell_id)
        result.raise_error()
        return result.result

    return run
