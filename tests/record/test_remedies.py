"""Each kind of line that holds the loop has its one sentence."""

import pytest

from asgi_nb.record.remedies import OTHERWISE, remedy


@pytest.mark.parametrize(
    ("line", "word"),
    [
        pytest.param("time.sleep(0.3)", "asyncio.sleep", id="time-sleep"),
        pytest.param("sleep(1)", "asyncio.sleep", id="sleep"),
        pytest.param("answer = requests.get(url)", "AsyncClient", id="requests"),
        pytest.param("page = httpx2.get(url).text", "AsyncClient", id="httpx2"),
        pytest.param("subprocess.run(['ls'])", "create_subprocess_exec", id="subprocess"),
        pytest.param("thread.join()", "to_thread", id="join"),
        pytest.param("total = sum(range(10**8))", "--on thread", id="work"),
        pytest.param("", "--on thread", id="not-seen"),
    ],
)
def test_a_line_has_its_remedy(line, word):
    assert word in remedy(line)


@pytest.mark.parametrize("line", ["await asyncio.sleep(big())", "await sleep(1)", "', '.join(rows)"])
def test_a_line_that_is_not_to_blame_for_its_call_gets_the_general_advice(line):
    assert remedy(line) == OTHERWISE
