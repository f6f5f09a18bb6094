"""What Binder reads is accepted by the program that Binder builds with."""

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.mark.timeout(120)
def test_repo2docker_accepts_the_binder_folder():
    command = [sys.executable, "-m", "repo2docker", "--no-build", "--debug", str(ROOT)]

    done = subprocess.run(command, capture_output=True, text=True, timeout=100)

    assert done.returncode == 0, done.stderr
    dockerfile = done.stdout + done.stderr
    assert "binder/requirements.txt" in dockerfile
    assert "binder/postBuild" in dockerfile
    assert "3.12" in dockerfile


def test_binder_installs_the_package_jupyterlab_the_proxy_and_what_lessons_import():
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]

    names = " ".join([*extras["binder"], *extras["lab"]])

    assert (ROOT / "binder" / "requirements.txt").read_text().split() == [".[binder]"]
    assert "jupyterlab" in names
    assert "jupyter-server-proxy" in names
    assert "pandas" in names


def test_post_build_can_run_and_its_shell_accepts_it():
    script = ROOT / "binder" / "postBuild"
    bash = shutil.which("bash")
    assert bash is not None

    done = subprocess.run([bash, "-n", str(script)], capture_output=True, text=True, timeout=10)

    assert os.access(script, os.X_OK)
    assert done.returncode == 0, done.stderr
