"""The preview of a page in a real Chromium, beside a real server: nothing is asked for, whatever it wants."""

import base64
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
<svg fill="url(AT/paint.svg#a)" style="mask: url(AT/mask.svg#a)"><image href="AT/svg.png" />
<use href="AT/use.svg#a" /><use xlink:href="AT/xlink.svg#a" />
<rect width=9 height=9 fill="u\\72l(AT/fill.svg#a)" /><filter id=f><feImage href="AT/fe.png" /></filter>
<rect width=9 height=9 style="filter: url(#f) url(AT/filter.svg#a)" />
<style>@import "AT/svg.css"; rect { cursor: url(AT/cursor.png), auto; fill: url(AT/style.svg#a) }</style>
<foreignObject width=9 height=9><img src="AT/foreign.png"></foreignObject>
<a href="AT/a"><text y=9>t</text></a><script href="AT/svg.js"></script></svg>
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

# Runs what can be run: with no sandbox and no policy, in a frame of the same origin.
UNSAFE_FRAME = """
async (markup) => {
  const frame = document.createElement("iframe");
  const loaded = new Promise((done) => frame.addEventListener("load", done, { once: true }));
  frame.srcdoc = markup;
  document.body.append(frame);
  await loaded;
  for (const element of frame.contentDocument.querySelectorAll("*")) {
    for (const kind of ["click", "mouseover", "focus", "begin"]) element.dispatchEvent(new Event(kind));
  }
  await new Promise(requestAnimationFrame);
  const found = [...frame.contentDocument.querySelectorAll("*")];
  const names = /^(script|use|image|foreignobject|animate|set|iframe)$/i;
  const odd = found.filter((one) => names.test(one.localName) || one.matches("svg style"));
  const acting = found.filter((one) => [...one.attributes].some(({ name }) => /^on|href$|^src/i.test(name)));
  const pwned = frame.contentWindow.pwned ?? window.pwned;
  frame.remove();
  return [pwned ?? null, ...[...odd, ...acting].map((one) => one.outerHTML)];
}
"""

SCRIPTS = (
    "<script>pwned = 1</script>",
    '<img src=x onerror="pwned = 1">',
    '"><svg onload="pwned = 1">',
    '<p><iframe srcdoc="<script>parent.pwned = 1</script>"></iframe>',
    '<style><img src=x onerror="pwned = 1"></style>',
    '<style><!--</style><img src=x onerror="pwned = 1">--></style>',
    '<![CDATA[<img src=x onerror="pwned = 1">]]>',
    '<!--><img src=x onerror="pwned = 1">-->',
    '<animate attributeName=href values="javascript:pwned=1" begin=0s onbegin="pwned = 1" />',
    '<set attributeName=onmouseover to="pwned = 1" />',
    '<a xlink:href="javascript:pwned=1"><rect width=9 height=9 onclick="pwned = 1" /></a>',
    '<use href="data:image/svg+xml,<svg id=x xmlns=http://www.w3.org/2000/svg onload=pwned=1>#x" />',
    '<handler xmlns:ev="http://www.w3.org/2001/xml-events" ev:event="load">pwned = 1</handler>',
    '<math><mtext><table><mglyph><style><img src=x onerror="pwned = 1"></style></mglyph></table></mtext>',
    '<font color=red><img src=x onerror="pwned = 1"></font>',
    '</svg><img src=x onerror="pwned = 1">',
    '</title></desc></foreignObject><img src=x onerror="pwned = 1">',
    '&lt;img src=x onerror="pwned = 1"&gt;',
    '<noscript><p title="</noscript><img src=x onerror=pwned=1>">',
    '<annotation-xml encoding="text/html"><img src=x onerror="pwned = 1"></annotation-xml>',
)

# Where it may stand in a drawing.
PLACES = (
    "<svg>{}</svg>",
    "<svg><g>{}</g></svg>",
    "<svg><title>{}</title></svg>",
    "<svg><desc>{}</desc></svg>",
    "<svg><text>{}</text></svg>",
    "<svg><foreignObject>{}</foreignObject></svg>",
    "<svg><style>{}</style></svg>",
    "<svg><style><![CDATA[{}]]></style></svg>",
    "<svg><defs><linearGradient id=g>{}</linearGradient></defs></svg>",
    "<svg><svg><desc><svg>{}</svg></desc></svg></svg>",
    "<math><mtext><svg><mtext>{}</mtext></svg></mtext></math>",
    "<table><svg>{}</svg></table>",
    "<select><svg>{}</svg></select>",
    "<svg><path d='{}'>",
    '<svg><rect fill="{}">',
    "<svg id='{}' style='fill: {}'>",
)

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


@pytest.mark.timeout(60)  # 320 frames
def test_no_script_comes_through_a_drawing_even_in_a_frame_that_would_run_it(chromium, site):
    url, _ = site
    with chromium.new_context() as context:
        page = context.new_page()
        page.goto(url)
        through = {}
        for place in PLACES:
            for script in SCRIPTS:
                markup = page.evaluate(INERT, place.replace("{}", script))
                # Read again, and once more: whatever it is made of does not change with the reading.
                found = page.evaluate(UNSAFE_FRAME, markup)
                if found != [None] or page.evaluate(INERT, markup) != markup:
                    through[place, script] = [markup, *found]
        ran = page.evaluate(UNSAFE_FRAME, "<svg><g onclick='pwned = 1'></g></svg>")

    assert through == {}
    assert ran[0] == 1


GRADIENT = """<svg width=20 height=10 viewBox="0 0 20 10"><defs><linearGradient id=g>
<stop offset=0 stop-color=red /><stop offset=1 stop-color=blue /></linearGradient></defs>
<a href="https://a.example/"><rect width=20 height=10 fill="url(#g)" /></a></svg>"""


def test_a_drawing_is_drawn_with_its_gradient(notebook, traffic, run, page):
    kind = [(b"content-type", b"text/html")]
    body = b"<body style='margin: 0'>" + GRADIENT.encode()
    run(traffic.http("/page", response_headers=kind, response_body=body))
    notebook.open()
    page.locator(".list .row", has_text="/page").click()
    page.get_by_role("tab", name="Response").click()
    page.get_by_label("Show the body as").select_option("html")
    frame = page.locator("iframe.page-preview")
    frame.content_frame.locator("rect").wait_for()

    picture = frame.screenshot()

    seen = page.evaluate(
        """async (data) => {
            const bytes = Uint8Array.from(atob(data), (one) => one.charCodeAt(0));
            const image = await createImageBitmap(new Blob([bytes]));
            const context = new OffscreenCanvas(image.width, image.height).getContext("2d");
            context.drawImage(image, 0, 0);
            const { data: pixels } = context.getImageData(0, 0, image.width, image.height);
            const seen = new Set();
            for (let at = 0; at < pixels.length; at += 4) {
                const [red, green, blue] = pixels.subarray(at, at + 3);
                if (green < 60 && red > 200 && blue < 60) seen.add("red");
                if (green < 60 && red < 60 && blue > 200) seen.add("blue");
            }
            return [...seen].sort();
        }""",
        base64.b64encode(picture).decode(),
    )
    assert seen == ["blue", "red"]
