"""Traffic as a user asks for it in a notebook: filters, sessions, tables, and what outlives the kernel."""

import pytest

pytestmark = pytest.mark.kernel

ROUTES = """
from asgi_nb import app, client, traffic

@app.get("/items/{id:int}")
async def item(request):
    return {"id": request.path_params["id"], "token": "s3cret"}

@app.get("/boom")
async def boom(request):
    raise ValueError("no such tea")

service = asgi_nb.serve()
"""


@pytest.fixture
def shop(kernel):
    """A kernel with a shop that was asked five times."""
    kernel.ok(ROUTES, cell="routes")
    kernel.ok("traffic.clear()")
    kernel.ok(
        'for number in range(3): client.get(f"/items/{number}?password=s3cret")\n'
        'client.get("/nope"); client.get("/boom")'
    )
    return kernel


def complete(kernel, cell):
    """Press Tab at the `|` of a cell; gives what the front end would put there."""
    request = kernel.client.complete(cell.replace("|", ""), cell.index("|"))
    while True:
        reply = kernel.client.get_shell_msg(timeout=15)
        if reply["parent_header"]["msg_id"] == request:
            break
    content = reply["content"]
    return [cell[: content["cursor_start"]] + match for match in content["matches"]]


def test_a_filter_gives_a_table_in_the_cell(shop):
    run = shop.ok('traffic.where("status>=400")')

    assert run.text.splitlines()[0] == "2 exchanges"
    assert "<table" in run.html
    assert shop.value('[e.status for e in traffic.where("route:/items -path:/items/1")]') == [200, 200]
    assert shop.value("[e.status for e in traffic.errors]") == [404, 500]


def test_a_wrong_filter_marks_the_place_in_the_cell(shop):
    run = shop.run('traffic.where("method:GET statsu>400")')

    assert "FilterError: unknown key 'statsu'; did you mean 'status'?" in run.error
    assert run.error.rstrip().endswith("method:GET statsu>400\n             ^^^^^^")


def need(kernel, package):
    """Skip where the kernel's interpreter has not got an optional package."""
    if not kernel.value(f"__import__('importlib.util').util.find_spec({package!r}) is not None"):
        pytest.skip(f"this kernel has no {package}")


def test_latency_shows_in_the_cell(shop):
    latency = shop.ok("traffic.latency()")

    assert latency.text.splitlines()[0] == "Latency of 5 requests"
    assert "GET /items/{id:int}" in latency.text


def test_a_frame_shows_in_the_cell_without_secrets(shop):
    need(shop, "pandas")

    frame = shop.ok('traffic.df[["method", "path", "query", "status"]]')

    assert "password=•••" in frame.text
    assert "s3cret" not in frame.text + frame.html


def test_a_frame_without_pandas_says_what_to_install(shop):
    shop.ok("import sys; had = sys.modules.get('pandas'); sys.modules['pandas'] = None")
    run = shop.run("traffic.df")
    shop.ok("del sys.modules['pandas']\nif had: sys.modules['pandas'] = had")

    assert run.error.rstrip().endswith(
        "ImportError: .df needs pandas, which is not installed; run %pip install pandas"
    )


def test_a_figure_of_the_latency_shows_under_the_cell(shop):
    need(shop, "matplotlib")

    run = shop.ok("%matplotlib inline\ntraffic.plot_latency();", timeout=60)

    assert any("image/png" in bundle for bundle in run.bundles)


def test_a_session_holds_what_a_cell_has_sent(shop):
    shop.ok('with asgi_nb.recording() as session:\n    client.get("/items/7")')
    shop.ok('client.get("/items/8")')

    assert shop.value("[e.request.path for e in session]") == ["/items/7"]


def test_tab_completes_a_filter_and_the_routes_of_traffic(shop):
    assert complete(shop, 'traffic.where("rou|')[:1] == ['traffic.where("route:']
    assert complete(shop, 'traffic.where("method:GET route:/it|') == [
        'traffic.where("method:GET route:/items/{id:int}'
    ]
    assert 'traffic.where("header:content-type=application/json' in complete(
        shop, 'traffic.where("header:content-type=app|'
    )
    assert 'traffic["GET /boom' in [text.rstrip('"]') for text in complete(shop, 'traffic["GET /b|')]


@pytest.mark.parametrize("kill", [False, True], ids=["restarted", "killed"])
def test_traffic_outlives_its_kernel(fresh_kernel, tmp_path, kill):
    path = str(tmp_path / "traffic.sqlite")
    fresh_kernel.ok(ROUTES, cell="routes")
    kept = fresh_kernel.ok(f"keeping = traffic.keep({path!r})\nkeeping")
    fresh_kernel.ok('client.get("/items/3?password=s3cret"); client.get("/boom")')
    if kill:
        fresh_kernel.ok("keeping.flush()")
    fresh_kernel.restart(kill=kill)
    fresh_kernel.ok("%load_ext asgi_nb\nimport asgi_nb", timeout=60)
    fresh_kernel.ok(f"found = asgi_nb.load({path!r})")

    assert "running" in kept.text
    assert fresh_kernel.value("[(e.request.path, e.status) for e in found]") == [
        ("/items/3", 200),
        ("/boom", 500),
    ]
    assert fresh_kernel.value("found[0].response.json()") == {"id": 3, "token": "***"}
    assert fresh_kernel.value("[e.error.message for e in found.errors]") == ["no such tea"]
    assert "Cell In" in fresh_kernel.ok("print(found[1].error.format())").stdout
    assert fresh_kernel.value(f"len(asgi_nb.load({path!r}, where='status:5xx'))") == 1


def test_a_file_that_is_not_there_is_told_in_the_cell(kernel):
    run = kernel.run('asgi_nb.load("nowhere.sqlite")')

    assert "KeepError: there is no file 'nowhere.sqlite'" in run.error
