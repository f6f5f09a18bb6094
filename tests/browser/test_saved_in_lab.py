"""A notebook that was saved with an inspector in it, opened in JupyterLab by whoever has no kernel for it."""

import json

import httpx2
import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

NAME = "saved.ipynb"
LOGIN = {"authorization": "token for-tests-only"}
CELLS = {
    "load": "%load_ext asgi_nb\nimport asgi_nb",
    "tea": "%%asgi_route GET /tea\nreturn 'green'",
    "serve": "print(asgi_nb.serve().local_url)",
    "inspect": "%asgi_inspect",
    "kitchen": "%asgi_kitchen",
    "ask": "[asgi_nb.client.get(f'/tea?cup={cup}&token=s3cr3t').status_code for cup in range(3)]",
}

OPEN = """async (shouldStart) => {
    const kernelPreference = {shouldStart, canStart: true, autoStartDefault: shouldStart, name: "python3"};
    const options = {path: "saved.ipynb", factory: "Notebook", kernelPreference};
    const panel = await jupyterapp.commands.execute("docmanager:open", options);
    await panel.context.ready;
    await panel.context.sessionContext.ready;
}"""
CLOSE = """async () => {
    const panel = jupyterapp.shell.currentWidget;
    await panel.context.sessionContext.shutdown();
    await panel.context.revert();
    panel.dispose();
}"""


@pytest.fixture
def put(lab):
    """Write the notebook."""

    def put(content):
        body = {"type": "notebook", "format": "json", "content": content}
        httpx2.put(f"{lab}/api/contents/{NAME}", headers=LOGIN, json=body, timeout=20).raise_for_status()

    return put


@pytest.fixture
def opened(lab_page):
    """Open the notebook; gives its outputs, by the name of their cell."""

    def opened(*, with_kernel):
        lab_page.evaluate(OPEN, with_kernel)
        cells = lab_page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-Notebook .jp-Cell")
        return {name: cells.nth(index) for index, name in enumerate(CELLS)}

    yield opened
    if lab_page.evaluate("() => jupyterapp.shell.currentWidget?.context?.path === 'saved.ipynb'"):
        lab_page.evaluate(CLOSE)


@pytest.fixture
def written(lab, lab_page, put, opened):
    """The notebook as it was saved after some requests; gives its content."""
    cells = [
        {
            "cell_type": "code",
            "id": name,
            "source": source,
            "metadata": {},
            "outputs": [],
            "execution_count": None,
        }
        for name, source in CELLS.items()
    ]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    put({"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5})
    shown = opened(with_kernel=True)
    lab_page.evaluate("async () => { await jupyterapp.commands.execute('notebook:run-all-cells') }")
    rows = shown["inspect"].get_by_role("grid").first.locator("[data-key]")
    expect(rows).to_have_count(3)
    # The picture follows a moment later, and nobody sees it.
    table = shown["inspect"].locator("table", has_text="/tea?cup=2")
    expect(table).to_have_count(1)
    expect(table).to_be_hidden()
    expect(shown["kitchen"].get_by_text("Run the cell again")).to_be_hidden()
    lab_page.evaluate("async () => { await jupyterapp.shell.currentWidget.context.save() }")
    lab_page.evaluate(CLOSE)
    url = f"{lab}/api/contents/{NAME}"
    return httpx2.get(url, headers=LOGIN, timeout=20).json()["content"]


def sees_the_picture(shown):
    table = shown["inspect"].get_by_role("table")
    expect(table).to_contain_text("/tea?cup=2")
    expect(shown["inspect"]).to_contain_text("Run the cell again to see it live")
    expect(shown["kitchen"].get_by_role("img")).to_be_visible()


def test_who_opens_it_without_a_kernel_sees_the_last_requests(written, opened):
    sees_the_picture(opened(with_kernel=False))


def test_who_opens_it_with_a_new_kernel_sees_them_until_the_cell_runs_again(written, opened, lab_page):
    shown = opened(with_kernel=True)
    sees_the_picture(shown)

    lab_page.evaluate("async () => { await jupyterapp.commands.execute('notebook:run-all-cells') }")

    expect(shown["inspect"].get_by_role("grid").first.locator("[data-key]")).to_have_count(3)
    expect(shown["inspect"].get_by_role("table")).to_have_count(0)


@pytest.fixture
def with_widget_state(lab_page):
    """JupyterLab saves the state of widgets, too."""
    command = "@jupyter-widgets/jupyterlab-manager:saveWidgetState"
    switch = "async (command) => { await jupyterapp.commands.execute(command) }"
    lab_page.evaluate(switch, command)
    yield
    lab_page.evaluate(switch, command)


def test_who_saved_the_state_of_the_widgets_sees_them_too(with_widget_state, written, opened):
    assert "_esm" in str(written["metadata"]["widgets"])

    shown = opened(with_kernel=True)

    # The widgets come back, and know nothing.
    expect(shown["inspect"].get_by_role("grid").first).to_be_visible()
    sees_the_picture(shown)


def test_who_does_not_trust_it_sees_them_too(written, put, opened, lab_page):
    for cell in written["cells"]:
        cell["metadata"].pop("trusted", None)
    # A picture that nobody has signed.
    put(json.loads(json.dumps(written).replace("as this notebook has it", "as a stranger has it")))

    shown = opened(with_kernel=False)

    assert not lab_page.evaluate("() => jupyterapp.shell.currentWidget.content.widgets[3].model.trusted")
    sees_the_picture(shown)


def test_no_secret_is_in_the_file(written):
    assert "/tea?cup=2" in json.dumps(written)
    assert "s3cr3t" not in json.dumps([cell["outputs"] for cell in written["cells"]])
