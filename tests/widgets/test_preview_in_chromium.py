"""The preview of a page in a real Chromium, beside a real server: nothing is asked for, whatever it wants."""

import http.server
import threading
from pathlib import Path

import pytest

pytestmark = pytest.mark.browser

VIEWERS = Path(__file__).parents[2] / "asgi_nb" / "widgets" / "js" / "src" / "viewers"

# Each asks for something below `AT`, at once or as soon as the look-ahead of the browser has seen it.
GREEDY = """<!doctype html><html manifest="AT/manifest"><head>
<link rel=preload as=image href="AT/preload.png"><link rel=stylesheet href="AT/sheet.css">
<link rel=dns-prefetch href="AT/dns"><link rel=preconnect href="AT/preconnect">
<link rel=prefetch href="AT/prefetch">
<link rel=modulepreload href="AT/module.js"><link rel=icon href="AT/icon.png">
<meta http-equiv=refresh content="9;url=AT/refresh"><script src="AT/script.js"></script>
<style>@import "AT/import.css"; @\\69mport url(AT/escaped.css); body { background: url(AT/css.png) }
@font-face { font-family: x; src: url(AT/font.woff) }
h1 { font-family: x; background: image-set("AT/set.png" 1x) }
p { background: u\\72l(AT/letters.png) }
a { --x: u\\72l(AT/variable.png); background: var(--x) }</style></head>
<body background="AT/body.png"><h1 style="background: url(AT/style.png)">Tea</h1>
<p>green <a href="AT/link">milk</a></p>
<img src="AT/image.png"><img srcset="AT/srcset.png 1x"><picture><source srcset="AT/source.png"><img></picture>
<video poster="AT/poster.png" src="AT/video.mp4" autoplay></video><audio src="AT/audio.mp3" autoplay></audio>
<iframe src="AT/frame"></iframe><object data="AT/object"></object><embed src="AT/embed">
<input type=image src="AT/input.png">
<table background="AT/table.png"><tr><td background="AT/cell.png">c</table>
<svg><image href="AT/svg.png" /><use href="AT/use.svg#a" /></svg>
<noscript><img src="AT/noscript.png"></noscript>
<math><mtext><table><mglyph><style><img src="AT/mutated.png"></style></mglyph></table></mtext></math>
<form><select><xmp><img src="AT/xmp.png"></xmp></select></form><plaintext><img src="AT/plain.png">"""

FRAME = """
async (markup) => {
  const frame = document.createElement("iframe");
  frame.sandbox = "";
  const loaded = new Promise((done) => frame.addEventListener("load", done, { once: true }));
  frame.srcdoc = markup;
  document.body.append(frame);
  await loaded;
}
"""

INERT = """
async (markup) => {
  const { inertMarkup } = await import("/inert.js");
  return inertMarkup(new DOMParser().parseFromString(markup, "text/html").documentElement);
}
"""


@pytest.fixture
def site():
    """A server that has the viewers' sources and an empty page: its address, and what it was asked for."""
    asked = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            source = VIEWERS / self.path.lstrip("/")
            found = source.suffix == ".js" and source.is_file()
            asked.append(self.path)
            self.send_response(200)
            self.send_header("content-type", "text/javascript" if found else "text/html")
            self.end_headers()
            self.wfile.write(source.read_bytes() if found else b"<!doctype html><body>")

        def log_message(self, *_args):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", asked
        server.shutdown()
        thread.join()


def test_a_page_asks_for_nothing_even_in_a_frame_without_a_policy(chromium, site):
    url, asked = site
    # A look-ahead runs where the reading is interrupted: in pages that are long.
    long = "<p>" + "<b>tea</b> " * 10_000
    with chromium.new_context() as context:
        page = context.new_page()
        page.goto(url)
        for start in ("", long, f"<!-- {long} -->"):
            markup = page.evaluate(INERT, start + GREEDY.replace("AT", f"{url}/inert"))
            assert "Tea</h1>" in markup
            page.evaluate(FRAME, markup)
        # What it would have been: and whatever the frames above wanted has had its time.
        page.evaluate(FRAME, GREEDY.replace("AT", f"{url}/greedy"))

    assert len({path for path in asked if path.startswith("/greedy/")}) > 15
    assert [path for path in asked if path.startswith("/inert/")] == []
