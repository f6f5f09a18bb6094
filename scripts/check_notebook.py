"""
Run a notebook in a real kernel, send it real traffic from this process, and print what it recorded.

Exits with 1 when a cell fails, an answer is not the expected one, or the kernel recorded
less than was sent. Usage: check_notebook.py NOTEBOOK
"""

import json
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

REPORT = """
import json as _json
import asgi_nb as _asgi_nb
print(_json.dumps({
    "url": _asgi_nb.serve().local_url,
    "exchanges": [
        {
            "seq": e.seq,
            "method": e.request.method,
            "path": e.request.path,
            "status": e.response.status if e.response else None,
            "messages": [[m.direction, m.text] for m in e.websocket.messages] if e.websocket else [],
            "close_code": e.websocket.close.code if e.websocket and e.websocket.close else None,
            "cell": e.origin.label if e.origin else None,
            "ms": round(e.duration * 1000, 2) if e.duration is not None else None,
        }
        for e in _asgi_nb.traffic
    ],
}))
"""


@dataclass(frozen=True)
class Sent:
    """One exchange that this process had with the notebook's server."""

    method: str
    path: str
    status: int | None = None
    body: Any = None
    """What to send as JSON; None sends no body."""
    texts: tuple[str, ...] = ()
    """For a WebSocket: what to send, one message each."""


TRAFFIC = (
    Sent("GET", "/hello/Grace", 200),
    Sent("GET", "/menu/1", 200),
    Sent("GET", "/menu/99", 404),
    Sent("GET", "/menu/cake", 404),
    Sent("POST", "/menu", 201, body={"item": "soup"}),
    Sent("GET", "/share/0", 500),
    Sent("WS", "/chat/check", texts=("one soup", "two soups")),
)


class Failed(Exception):
    """The check found something missing; the message says what."""


class Runner:
    """A notebook in a kernel, run a cell at a time."""

    def __init__(self, client: NotebookClient) -> None:
        self.client = client

    def run(self, cell: Any) -> str:
        """Run a code cell and return the text that it printed."""
        done = self.client.execute_cell(cell, 0)
        return "".join(out.text for out in done.outputs if out.output_type == "stream")

    def report(self) -> dict[str, Any]:
        """What the kernel has recorded so far, and the address it serves at."""
        printed = self.run(nbformat.v4.new_code_cell(REPORT))
        found: dict[str, Any] = json.loads(printed.splitlines()[-1])
        return found


def send(url: str, sent: Sent) -> None:
    """Have one exchange with the server; raise Failed if the answer is not the expected one."""
    if sent.texts:
        with connect(url.replace("http", "ws", 1).rstrip("/") + sent.path) as socket:
            for text in sent.texts:
                socket.send(text)
                answer = str(socket.recv(timeout=10))
                if text not in answer:
                    raise Failed(f"{sent.path}: sent {text!r}, got {answer!r} back")
        return
    response = httpx2.request(sent.method, url.rstrip("/") + sent.path, json=sent.body, timeout=10)
    if response.status_code != sent.status:
        raise Failed(
            f"{sent.method} {sent.path}: got {response.status_code}, expected {sent.status}: {response.text}"
        )


def recorded(runner: Runner, first_seq: int) -> list[dict[str, Any]]:
    """The exchanges since `first_seq`, once those that were sent have ended or 5 seconds have gone by."""
    deadline = time.monotonic() + 5
    while True:
        rows = [row for row in runner.report()["exchanges"] if row["seq"] > first_seq]
        # The server learns of a client's good-bye a moment after the client has said it.
        if all(row["ms"] is not None for row in rows) or time.monotonic() > deadline:
            return rows


def missing(rows: list[dict[str, Any]]) -> list[str]:
    """Describe each exchange of TRAFFIC that the kernel does not have as it was."""
    gaps = []
    for sent in TRAFFIC:
        match = [row for row in rows if (row["method"], row["path"]) == (sent.method, sent.path)]
        if sent.texts:
            heard = [text for row in match for way, text in row["messages"] if way == "receive"]
            if heard != list(sent.texts):
                gaps.append(f"{sent.path}: sent {list(sent.texts)}, recorded {heard}")
        elif sent.status not in [row["status"] for row in match]:
            gaps.append(f"{sent.method} {sent.path} {sent.status}: recorded {match}")
    return gaps


def show(rows: list[dict[str, Any]]) -> None:
    """Print the exchanges as a table."""
    print(f"{'#':>3} {'method':<6} {'path':<14} {'status':>6} {'cell':>5} {'ms':>8}  messages")
    for row in rows:
        status = row["status"] if row["close_code"] is None else row["close_code"]
        talk = "  ".join(f"{'<-' if way == 'receive' else '->'} {text}" for way, text in row["messages"])
        print(
            f"{row['seq']:>3} {row['method']:<6} {row['path']:<14} {status or '-':>6}"
            f" {row['cell'] or '-':>5} {row['ms'] or '-':>8}  {talk}".rstrip()
        )


def check(path: Path) -> None:
    """Run the whole check; raise Failed with the reason."""
    notebook = nbformat.read(path, as_version=4)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    stop = [cell for cell in cells if "stop" in cell.metadata.get("tags", [])]
    client = NotebookClient(notebook, timeout=60, resources={"metadata": {"path": str(path.parent)}})
    client.extra_arguments = ["--log-level=ERROR"]
    began = time.monotonic()
    with client.setup_kernel():
        runner = Runner(client)
        for cell in cells:
            if cell not in stop:
                runner.run(cell)
        print(f"{path}: {len(cells) - len(stop)} cells ran in {time.monotonic() - began:.1f} s")
        before = runner.report()
        own = len(before["exchanges"])
        print(f"It serves at {before['url']} and recorded {own} exchanges of its own.")
        for sent in TRAFFIC:
            try:
                send(before["url"], sent)
            except (httpx2.HTTPError, WebSocketException) as exc:
                raise Failed(f"{sent.method} {sent.path}: {exc}") from exc
        rows = recorded(runner, first_seq=max((row["seq"] for row in before["exchanges"]), default=0))
        print(f"Sent {len(TRAFFIC)} from another process; the kernel recorded:")
        show(rows)
        if gaps := missing(rows):
            raise Failed("not recorded as sent:\n  " + "\n  ".join(gaps))
        for cell in stop:
            runner.run(cell)
        try:
            httpx2.get(before["url"], timeout=5)
        except httpx2.ConnectError:
            print("Stopped: nothing answers there any more.")
        else:
            raise Failed(f"{before['url']} still answers after the last cell stopped the server")


def main() -> int:
    """Run the check on the notebook named on the command line."""
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        check(Path(sys.argv[1]))
    except (Failed, CellExecutionError) as exc:
        print(f"FAILED: {exc}", file=sys.stderr)
        return 1
    print("All of it is there.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
