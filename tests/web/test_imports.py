"""What an app does not use is not loaded for it."""

import json
import subprocess
import sys

import pytest

SCRIPT = """
import json, sys
before = set(sys.modules)
import asgi_nb.web.applications, asgi_nb.web.responses, asgi_nb.web.routing
app = asgi_nb.web.applications.App()
json.dump(sorted(set(sys.modules) - before), sys.stdout)
"""


@pytest.fixture(scope="module")
def loaded():
    run = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True)
    return set(json.loads(run.stdout))


def test_an_app_loads_no_part_of_the_toolkit_that_few_apps_use(loaded):
    rare = {"_debug_page", "_file_response", "_models", "_rich", "formparsers", "results", "staticfiles"}

    assert {name.rpartition(".")[2] for name in loaded} & rare == set()


def test_an_app_loads_no_part_of_the_standard_library_that_few_apps_use(loaded):
    rare = {"datetime", "decimal", "difflib", "email", "hashlib", "html", "mimetypes", "shlex", "uuid"}

    assert loaded & rare == set()


def test_a_name_that_is_loaded_late_stands_in_its_module():
    from asgi_nb.web import responses

    assert "FileResponse" in dir(responses)
    assert responses.FileResponse.__name__ == "FileResponse"
    with pytest.raises(AttributeError, match="has no attribute 'FilesResponse'"):
        _ = responses.FilesResponse
