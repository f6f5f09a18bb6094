"""What a person does with an exchange in a notebook: copy, replay, compare, save, mock."""

import subprocess

import pytest

pytestmark = pytest.mark.kernel


def test_a_copied_command_reaches_the_server_of_the_kernel(kernel, url):
    kernel.ok("%%asgi_route GET /copied\nreturn {'q': request.query_params['q']}", cell="copied")
    kernel.ok("%asgi_request GET /copied?q=tea")

    shown = kernel.ok("asgi_nb.traffic[-1].as_curl()")
    ended = subprocess.run(["bash", "-c", shown.text], capture_output=True, text=True, timeout=15)

    assert f"{url}copied?q=tea" in shown.text
    assert ended.stdout == '{"q":"tea"}'
    assert "curl" in shown.html


def test_the_text_of_a_request_is_the_text_of_a_cell(kernel, url):
    kernel.ok("%%asgi_route POST /again\nreturn await request.json()", cell="again")
    kernel.ok('%%asgi_request POST /again\n\n{"name": "tea"}')

    text = kernel.value("str(asgi_nb.traffic[-1].as_http())")
    run = kernel.ok(f"%%asgi_request {text}")

    assert '"name": "tea"' in run.text


def test_running_a_cell_again_shows_what_it_changed(kernel, url):
    kernel.ok("%%asgi_route GET /changed\nreturn {'n': 1}", cell="changed")
    kernel.ok("%asgi_request GET /changed")

    run = kernel.ok("%%asgi_route GET /changed --compare\nreturn {'n': 2}", cell="changed")
    same = kernel.ok("%%asgi_route GET /changed --compare 3\nreturn {'n': 2}", cell="changed")

    assert "1 request sent again: 1 changed" in run.text
    assert "~ changed body /n: 1 → 2" in run.text
    assert "~ changed" in run.html
    assert "1 request sent again: 1 unchanged" in same.text


@pytest.mark.parametrize(
    ("line", "error"),
    [
        pytest.param(
            "GET /x --compare many", "argument --compare: invalid int value: 'many'", id="no-number"
        ),
        pytest.param("GET /x --compare -1", "--compare", id="negative"),
        pytest.param(
            "--compare GET /x", "argument --compare: invalid int value: 'GET'", id="before-the-path"
        ),
    ],
)
def test_an_option_that_cannot_be_read_is_an_error_of_the_line(kernel, line, error):
    run = kernel.run(f"%%asgi_route {line}\nreturn 1", cell="wrong")

    assert run.error.startswith("UsageError: %%asgi_route: ")
    assert error in run.error


def test_a_route_on_the_kernels_loop_is_replayed_from_a_cell(kernel, url):
    kernel.ok("%%asgi_route GET /here --on kernel\nreturn 'here'", cell="here")
    kernel.ok("%asgi_request GET /here")

    assert kernel.value("asgi_nb.traffic[-1].replay().response.text") == "here"
    run = kernel.ok("%%asgi_route GET /here --on kernel --compare\nreturn 'there'", cell="here")
    assert "-here" in run.text


def test_a_file_outlives_its_traffic(kernel, url, tmp_path):
    kernel.ok("%%asgi_route GET /kept\nreturn 'kept'", cell="kept")
    kernel.ok("%%asgi_request GET /kept\nauthorization: Bearer hunter2")
    path = tmp_path / "kept.har"

    kernel.ok(f"asgi_nb.traffic[-1].save_har({str(path)!r})\nkept = asgi_nb.load_har({str(path)!r})[0]")

    assert "hunter2" not in path.read_text()
    assert kernel.run("kept.replay()").error.startswith("ReplayError: the header 'authorization' of exchange")
    given = "kept.replay(headers={'authorization': None}).response.text"
    assert kernel.value(given) == "kept"


def test_a_mock_is_a_definition_of_its_cell(kernel, url):
    kernel.ok("%%asgi_route GET /real/{n}\nreturn n", cell="real")
    kernel.ok("%asgi_request GET /real/1")
    kernel.ok("pinned = asgi_nb.traffic[-1]\n%asgi_request GET /real/2")

    kernel.ok("asgi_nb.define_mock(pinned, path='/real/{any}')", cell="pin")
    assert "MOCK" in kernel.ok("%asgi_routes").text
    assert kernel.value("asgi_nb.client.get('/real/2').text") == "1"
    kernel.ok("None", cell="pin")

    assert kernel.value("asgi_nb.client.get('/real/2').text") == "2"
