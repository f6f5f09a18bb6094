"""Notebooks for the tests of the live app: a plain one, and a real IPython shell."""

import pytest
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from asgi_nb.live.notebook import Cell, IPythonNotebook, PlainNotebook


@pytest.fixture
def notebook():
    """A notebook without IPython, in which `run_as` sets the running cell."""
    return PlainNotebook()


@pytest.fixture
def run_as(notebook):
    """Say which cell is running, and with what text below its magic line."""
    counts = iter(range(1, 10_000))

    def run(body: str, cell_id: str | None = "a", *, magic: str = "%%asgi_route GET /") -> str:
        notebook.current = Cell(cell_id, next(counts), f"{magic}\n{body}")
        return body

    return run


@pytest.fixture
def shell():
    """A real IPython shell that writes no history."""
    config = Config()
    config.HistoryManager.enabled = False
    made = InteractiveShell(config=config)
    yield made
    made.reset(new_session=False)
    InteractiveShell.clear_instance()


@pytest.fixture
def ipython(shell):
    """The notebook that stands for the shell."""
    return IPythonNotebook(shell)
