"""The address for the browser, by table."""

import json

import pytest

from asgi_nb.service.addresses import Jupyter, browser_url, find_jupyter, proxy_prefix

LOCAL = "http://127.0.0.1:8000/"
HUB = {"JUPYTERHUB_SERVICE_PREFIX": "/user/ada/"}


@pytest.mark.parametrize(
    ("environ", "jupyter", "expected"),
    [
        pytest.param({}, None, "http://127.0.0.1:8000/", id="no-jupyter-or-vs-code"),
        pytest.param({}, Jupyter("/", "localhost"), "http://127.0.0.1:8000/", id="lab-on-a-laptop"),
        pytest.param({}, Jupyter("/", "127.0.0.1"), "http://127.0.0.1:8000/", id="lab-by-address"),
        pytest.param({}, Jupyter("/", "0.0.0.0"), "/proxy/8000/", id="lab-in-a-container"),
        pytest.param({}, Jupyter("/", ""), "/proxy/8000/", id="lab-on-every-network"),
        pytest.param({}, Jupyter("/lab/1/", "localhost"), "/lab/1/proxy/8000/", id="lab-below-a-path"),
        pytest.param(HUB, None, "/user/ada/proxy/8000/", id="hub"),
        pytest.param(HUB, Jupyter("/", "127.0.0.1"), "/user/ada/proxy/8000/", id="hub-before-jupyter"),
        pytest.param({"JUPYTERHUB_SERVICE_PREFIX": "/"}, None, "/proxy/8000/", id="hub-at-the-root"),
        pytest.param(
            {**HUB, "JUPYTERHUB_PUBLIC_URL": "https://hub.example/user/ada/"},
            None,
            "https://hub.example/user/ada/proxy/8000/",
            id="hub-that-knows-its-name",
        ),
        pytest.param(
            {**HUB, "JUPYTERHUB_PUBLIC_URL": "https://else.example/"},
            None,
            "/user/ada/proxy/8000/",
            id="hub-whose-name-is-for-something-else",
        ),
    ],
)
def test_the_browser_is_sent_where_it_can_get(environ, jupyter, expected):
    assert browser_url(LOCAL, 8000, environ, jupyter) == expected


@pytest.mark.parametrize(
    ("environ", "jupyter", "expected"),
    [
        pytest.param({}, None, None, id="no-jupyter"),
        pytest.param({}, Jupyter("/", "localhost"), "/proxy/8000", id="lab"),
        pytest.param(HUB, None, "/user/ada/proxy/8000", id="hub"),
    ],
)
def test_the_prefix_of_the_proxy_is_known_even_where_the_browser_goes_direct(environ, jupyter, expected):
    assert proxy_prefix(8000, environ, jupyter) == expected


def describe(folder, pid, **described):
    (folder / f"jpserver-{pid}.json").write_text(json.dumps({"pid": pid, **described}))


def test_the_jupyter_server_is_the_one_that_started_this_kernel(tmp_path):
    describe(tmp_path, 11, base_url="/other/", hostname="localhost")
    describe(tmp_path, 22, base_url="/mine/", hostname="127.0.0.1")

    assert find_jupyter({"JPY_PARENT_PID": "22"}, tmp_path) == Jupyter("/mine/", "127.0.0.1")


@pytest.mark.parametrize("environ", [{}, {"JPY_PARENT_PID": ""}, {"JPY_PARENT_PID": "33"}], ids=str)
def test_without_a_parent_that_describes_itself_there_is_no_jupyter(tmp_path, environ):
    describe(tmp_path, 22, base_url="/", hostname="localhost")

    assert find_jupyter(environ, tmp_path) is None


@pytest.mark.parametrize("text", ["", "{", "[]", '{"pid": "22"}'], ids=repr)
def test_a_file_that_describes_nothing_is_passed_over(tmp_path, text):
    (tmp_path / "jpserver-1.json").write_text(text)
    describe(tmp_path, 22, base_url="/", hostname="localhost")

    assert find_jupyter({"JPY_PARENT_PID": "22"}, tmp_path) == Jupyter("/", "localhost")


def test_without_a_runtime_folder_there_is_no_jupyter(tmp_path):
    assert find_jupyter({"JPY_PARENT_PID": "22"}, None) is None
    assert find_jupyter({"JPY_PARENT_PID": "22"}, tmp_path / "missing") is None
