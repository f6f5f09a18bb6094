"""The viewers of bodies in a real Chromium: what they show, and that a keyboard reaches all of it."""

import json
import struct
import zlib

import pytest

from asgi_nb.record.masks import MASK

pytestmark = pytest.mark.browser


@pytest.fixture
def opened(notebook, traffic, run, page):
    """Open the response of a request that answers these bytes."""

    def opened(body, media_type, tab="Response", **options):
        header = [(b"content-type", media_type.encode())]
        if tab == "Request":
            run(traffic.http("/shown", method="POST", headers=header, body=body, **options))
        else:
            run(traffic.http("/shown", response_headers=header, response_body=body, **options))
        notebook.open(height=560)
        page.locator(".main > .list .row", has_text="/shown").click()
        page.get_by_role("tab", name=tab).click()
        page.locator(".payload > *").first.wait_for()
        return page

    return opened


DOCUMENT = {"items": [{"id": 1, "name": "tea"}, {"id": 2}], "odd key": None, "big": 2}
SOURCE = json.dumps(DOCUMENT).replace("2}", "12345678901234567890}").encode()


def lines(page):
    """The lines of the tree that are on the screen."""
    return page.evaluate(
        """() => [...root().querySelectorAll(".tree .line")].filter((el) => el.checkVisibility())
            .map((el) => el.textContent)"""
    )


def at(page):
    """Where the keyboard is in the tree: its line, and the path that is said."""
    return page.evaluate(
        """() => [root().activeElement.querySelector(".line")?.textContent,
            root().querySelector(".json-path").textContent]"""
    )


def test_json_is_a_tree_that_keeps_large_numbers(opened):
    page = opened(SOURCE, "application/json")

    assert lines(page) == [
        "{3 keys}",
        '"items": [2 items]',
        "0: {2 keys}",
        '"id": 1',
        '"name": "tea"',
        "1: {1 key}",
        '"id": 12345678901234567890',
        '"odd key": null',
        '"big": 12345678901234567890',
    ]


def test_a_keyboard_goes_through_the_tree_as_the_pattern_has_it(opened):
    page = opened(SOURCE, "application/json")
    page.locator("[role=treeitem][tabindex='0']").focus()
    been = []

    for key in (
        "End",
        "ArrowUp",
        "Home",
        "ArrowRight",
        "ArrowLeft",
        "ArrowDown",
        "ArrowUp",
        "Enter",
        "ArrowDown",
    ):
        page.keyboard.press(key)
        been.append((key, *at(page)))
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")

    assert been == [
        ("End", '"big": 12345678901234567890', "$.big"),
        ("ArrowUp", '"odd key": null', '$["odd key"]'),
        ("Home", "{3 keys}", "$"),
        ("ArrowRight", '"items": [2 items]', "$.items"),
        ("ArrowLeft", '"items": [2 items]', "$.items"),
        ("ArrowDown", '"odd key": null', '$["odd key"]'),
        ("ArrowUp", '"items": [2 items]', "$.items"),
        ("Enter", '"items": [2 items]', "$.items"),
        ("ArrowDown", "0: {2 keys}", "$.items[0]"),
    ]
    assert at(page) == ["0: {2 keys}", "$.items[0]"]
    assert page.locator("[role=treeitem][tabindex='0']").count() == 1
    assert page.evaluate("() => window.leaked") == []


def test_a_value_and_its_path_are_copied_on_a_page_without_tls(opened):
    page = opened(SOURCE, "application/json")
    page.evaluate(
        "() => document.addEventListener('copy', () => (window.copied = root().activeElement.value))"
    )
    page.locator(".line", has_text="tea").click()

    page.get_by_role("button", name="Copy value").click()
    page.get_by_role("button", name="Copied").wait_for()
    value = page.evaluate("() => window.copied")
    page.get_by_label("Write paths as").select_option("python")
    page.get_by_role("button", name="Copy path").click()
    page.wait_for_function("() => window.copied !== 'tea'")

    assert value == "tea"
    assert page.evaluate("() => window.copied") == 'data["items"][0]["name"]'


def test_a_long_list_is_drawn_page_by_page(opened):
    page = opened(json.dumps(list(range(1000))).encode(), "application/json")
    assert page.locator("[role=treeitem]").count() == 102
    assert lines(page)[-1].startswith("… 900 more")

    page.locator("[role=treeitem]").first.focus()
    page.keyboard.press("End")
    page.keyboard.press("Enter")

    assert page.locator("[role=treeitem]").count() == 202
    assert at(page) == ["100: 100", "$[100]"]


def test_a_syntax_error_is_shown_with_its_place_and_the_text(opened):
    page = opened(b'{"a": 1,\n "b" 2}', "application/json")

    assert page.locator(".payload .fault").text_content() == (
        'Not JSON: line 2, column 6: expected ":" after the key.'
    )
    assert page.locator(".payload mark").text_content() == "2"
    assert page.locator(".payload pre").text_content() == '{"a": 1,\n "b" 2}'


def test_a_body_may_be_seen_in_another_way_and_stays_so_while_it_grows(opened):
    page = opened(b'{"a":1}', "application/json")
    choice = page.get_by_label("Show the body as")

    assert choice.locator("option").all_text_contents() == ["Tree", "Laid out", "Text", "Hex"]
    choice.select_option("json")
    assert page.locator(".payload pre").text_content() == '{\n  "a": 1\n}'
    choice.select_option("hex")
    assert "7b 22 61 22 3a 31 7d" in page.locator(".payload pre").text_content()


def png(width, height):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    # Random enough to be larger than one slice.
    row = bytes((n * n * 31 + n) % 251 for n in range(width))
    pixels = b"".join(b"\0" + row[n % width :] + row[: n % width] for n in range(height))
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(pixels, 0))
        + chunk(b"IEND", b"")
    )


def test_an_image_of_several_slices_is_drawn_with_its_size(opened):
    page = opened(png(800, 500), "image/png")

    page.get_by_text("800 \xd7 500 pixels, 40").wait_for()
    assert page.locator(".checkerboard img").get_attribute("src").startswith("blob:")
    assert page.locator(".more").is_hidden()


def test_an_image_is_gone_from_its_address_once_it_is_drawn(opened):
    svg = (
        b'<svg xmlns="http://www.w3.org/2000/svg" width="20" height="10">'
        b"<script>window.pwned = 1</script></svg>"
    )
    page = opened(svg, "image/svg+xml")

    page.get_by_text("20 \xd7 10 pixels").wait_for()
    address = page.locator(".checkerboard img").get_attribute("src")
    gone = page.evaluate("(url) => fetch(url).then(() => false, () => true)", address)
    assert gone


def test_what_is_no_image_says_so(opened):
    page = opened(b"\x00\x01", "image/png")

    page.get_by_text("The browser cannot draw this as image/png.").wait_for()


def test_a_page_is_source_first_and_a_preview_without_scripts_or_network(opened):
    markup = (
        b"<h1>Tea</h1><script>parent.pwned = 1</script><img src='http://notebook.test/spy.png'>"
        b"<meta http-equiv=refresh content='0;url=http://notebook.test/away'>"
        b"<link rel=stylesheet href='http://notebook.test/spy.css'>"
        b"<form action='/x'><button>b</button></form>"
    )
    page = opened(markup, "text/html")
    assert page.locator(".payload pre").text_content() == markup.decode()
    asked = []
    page.on("request", lambda request: asked.append(request.url))

    page.get_by_label("Show the body as").select_option("html")
    frame = page.frame_locator("iframe.page-preview")

    assert frame.locator("h1").text_content() == "Tea"
    assert page.evaluate("() => window.pwned") is None
    assert asked == []


def test_a_form_shows_its_fields_and_a_secret_when_asked(opened):
    page = opened(b"user=ann&password=s3cr3t", "application/x-www-form-urlencoded", tab="Request")
    table = page.get_by_role("table", name="Form")
    table.wait_for()
    assert table.locator("td").all_text_contents() == ["ann", f"{MASK} Show"]

    page.get_by_role("button", name="Show the secret in password").click()
    table.get_by_text("s3cr3t").wait_for()
    page.get_by_role("button", name="Show the secret in password").click()

    table.get_by_text(MASK).wait_for()


def test_a_file_of_a_form_is_told_by_name_size_and_type(opened):
    body = (
        b'--b\r\nContent-Disposition: form-data; name="pic"; filename="tea.png"\r\n'
        b"Content-Type: image/png\r\n\r\n\x89PNG\r\n--b--\r\n"
    )
    page = opened(body, "multipart/form-data; boundary=b", tab="Request")

    page.get_by_text("file tea.png, 4 B, image/png").wait_for()


def test_query_and_cookies_are_parsed(opened):
    page = opened(b"x", "text/plain", tab="Request", query=b"q=gr%C3%BCn+tee&token=s3cr3t")

    assert page.get_by_role("table", name="Query").locator("td").first.text_content() == "grün tee"
    assert "s3cr3t" not in page.evaluate("() => root().textContent")


def test_comma_separated_values_are_a_table(opened):
    page = opened(b'name,price\n"green, loose",4\n', "text/csv")

    assert page.locator(".payload thead th").all_text_contents() == ["name", "price"]
    assert page.locator(".payload tbody td").all_text_contents() == ["green, loose", "4"]


def test_json_lines_are_told_one_by_one(opened):
    page = opened(b'{"a": 1}\n{oops\n', "application/x-ndjson")

    cells = page.locator(".payload td").all_text_contents()
    assert cells[0] == '{"a": 1}'
    assert cells[1].startswith("{oops not JSON: expected a key")


def test_bytes_are_shown_16_kib_at_a_time(opened):
    page = opened(bytes(range(256)) * 100, "application/octet-stream")
    assert page.locator(".payload pre").text_content().startswith("000000  00 01 02")
    assert page.get_by_text("bytes 0 to 16\u202f384 of 25\u202f600").is_visible()

    page.get_by_role("button", name="Next 16 KiB").click()

    assert page.locator(".payload pre").text_content().startswith("004000  00 01 02")
    assert page.get_by_role("button", name="Next 16 KiB").is_disabled()
