"""The shell scripts do what they say, without the network."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).parent.parent


def make_venv(folder: Path, *, python: str = "python3") -> subprocess.CompletedProcess[str]:
    """Call the scripts' function on `folder`, which stands in for `.venv`."""
    command = f"set -eu; . scripts/_venv.sh; make_venv {folder} --editable '.[lab]'"
    environment = {**os.environ, "PYTHON": python}
    return subprocess.run(
        ["sh", "-c", command], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=15
    )


@pytest.fixture
def installed(tmp_path):
    """A folder whose pip notes that it was called instead of installing."""
    venv = tmp_path / "venv"
    (venv / "bin").mkdir(parents=True)
    pip = venv / "bin" / "python"
    pip.write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/pip.log\n')
    pip.chmod(0o755)
    make_venv(venv)
    return venv


def test_a_second_start_installs_nothing(installed, tmp_path):
    again = make_venv(installed)

    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")
    assert (tmp_path / "pip.log").read_text().count("install") == 1


@pytest.mark.parametrize("name", ["lab", "test", "_venv.sh"])
def test_the_shell_accepts_each_script(name):
    shell = shutil.which("sh")
    assert shell is not None

    done = subprocess.run([shell, "-n", ROOT / "scripts" / name], capture_output=True, text=True, timeout=10)

    assert done.returncode == 0, done.stderr


@pytest.mark.kernel
@pytest.mark.timeout(90)
def test_the_check_fails_when_the_kernel_recorded_nothing(tmp_path):
    notebook = nbformat.read(ROOT / "notebooks" / "00_first_app.ipynb", as_version=4)
    for cell in notebook.cells:
        if cell.id == "imports":
            cell.source += "\nasgi_nb.traffic.recording = False"
        elif "traffic" in cell.id:
            cell.source = ""
    silent = tmp_path / "silent.ipynb"
    nbformat.write(notebook, silent)

    done = subprocess.run(
        [sys.executable, ROOT / "scripts" / "check_notebook.py", silent],
        capture_output=True,
        text=True,
        timeout=80,
    )

    assert done.returncode == 1
    assert "GET /hello/Grace 200: recorded []" in done.stderr
