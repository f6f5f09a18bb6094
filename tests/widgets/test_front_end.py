"""The front end's sources: what may not stand in them, and that the committed bundle is made from them."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WIDGETS = ROOT / "asgi_nb" / "widgets"
SOURCES = sorted((WIDGETS / "js" / "src").rglob("*.js"))
BUNDLES = sorted((WIDGETS / "static").glob("*.js"))

# Ways by which a text can become markup or code.
FORBIDDEN = re.compile(
    r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|createContextualFragment|DOMParser|parseFromString"
    r"|setHTMLUnsafe|\beval\(|new Function|\.srcdoc|javascript:"
)


# A document that is read only, and one of its own, in a frame without scripts and with the origin of nobody.
PREVIEW = (
    'const read = new DOMParser().parseFromString(new TextDecoder().decode(bytes), "text/html");',
    "frame.srcdoc = HEAD + inertMarkup(read.documentElement);",
)


@pytest.mark.parametrize("file", [*SOURCES, *BUNDLES], ids=lambda file: file.name)
def test_text_never_becomes_markup(file):
    text = file.read_text()
    for line in PREVIEW:
        text = text.replace(line, "", 1 if file.name in ("html.js", "inspector.js") else 0)

    assert FORBIDDEN.findall(text) == []


def test_both_sides_speak_the_same_wire_version():
    python = re.search(r"^WIRE_VERSION = (\d+)$", (WIDGETS / "wire.py").read_text(), re.MULTILINE)
    page = re.search(r"WIRE_VERSION = (\d+);", (WIDGETS / "js" / "src" / "wire.js").read_text())

    assert python[1] == page[1]


def test_the_bundle_loads_nothing_from_elsewhere():
    for bundle in BUNDLES:
        assert re.findall(r"^\s*import[\s({]|https?://", bundle.read_text(), re.MULTILINE) == []


def test_the_pure_parts_pass_their_own_tests():
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed")

    tests = sorted(str(file) for file in (Path(__file__).parent / "js").glob("*.test.mjs"))
    done = subprocess.run([node, "--test", *tests], capture_output=True, text=True, timeout=60, check=False)

    assert done.returncode == 0, done.stdout
