"""Each word and number of the web has one sentence, and what is not known is said."""

import re
from http import HTTPStatus

import pytest

import asgi_nb
from asgi_nb.record.explain.find import Explanation, explain, explain_close_code, explain_opcode, names
from asgi_nb.record.explain.headers import HEADERS
from asgi_nb.record.explain.messages import CLOSE_CODES, MESSAGES
from asgi_nb.record.explain.statuses import STATUSES
from asgi_nb.record.protocol import HTTP, WEBSOCKET


@pytest.mark.parametrize(
    ("asked", "name", "kind"),
    [
        pytest.param("etag", "ETag", "header", id="header"),
        pytest.param(" CONTENT-type ", "Content-Type", "header", id="header-in-any-case"),
        pytest.param(422, "422 Unprocessable Content", "status", id="status"),
        pytest.param("404", "404 Not Found", "status", id="status-as-text"),
        pytest.param(1006, "1006 Abnormal Closure", "close code", id="close-code"),
        pytest.param(4001, "4001", "close code", id="private-close-code"),
        pytest.param(9, "ping (0x9)", "opcode", id="opcode"),
        pytest.param("pong", "pong (0xa)", "opcode", id="opcode-by-name"),
        pytest.param(3, "0x3", "opcode", id="reserved-opcode"),
        pytest.param("patch", "PATCH", "method", id="method"),
        pytest.param("http.request", "http.request", "ASGI message", id="message"),
    ],
)
def test_names_and_numbers_are_explained(asked, name, kind):
    found = explain(asked)

    assert (found.name, found.kind) == (name, kind)


def test_an_unregistered_status_counts_as_the_first_of_its_class():
    assert explain(299).text == "It worked. The code is not registered, so a client takes it for 200."


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        pytest.param("etga", "nothing is known of 'etga'; did you mean 'etag'", id="close"),
        pytest.param("zzzzzz", "nothing is known of 'zzzzzz'$", id="nothing-close"),
        pytest.param(99, "nothing is known of 99; opcodes are 0 to 15", id="number"),
        pytest.param(-1, "nothing is known of -1", id="negative"),
        pytest.param("9" * 5000, "nothing is known of '999", id="long-number"),
        pytest.param("", "nothing is known of ''$", id="empty"),
    ],
)
def test_what_is_not_known_is_said(asked, text):
    with pytest.raises(ValueError, match=text):
        explain(asked)


@pytest.mark.parametrize("asked", [None, 4.5, True, b"etag"])
def test_what_is_no_name_and_no_number_is_refused(asked):
    with pytest.raises(TypeError, match="expected a name such as 'etag' or a number such as 422"):
        explain(asked)


def test_every_status_of_the_standard_library_is_there():
    assert {int(status) for status in HTTPStatus} <= set(STATUSES)


def test_every_message_that_the_recorder_knows_is_there():
    known = {message.rstrip("+") for table in (HTTP, WEBSOCKET) for _, message in table}

    assert known <= set(MESSAGES)


def test_there_are_enough_headers_and_no_two_alike():
    lower = [name.lower() for name in HEADERS]

    assert len(lower) >= 120
    assert len(set(lower)) == len(lower)


def test_each_explanation_is_one_or_two_short_sentences_with_a_source():
    everything = [explain(name) for name in names()] + [explain(n) for n in (*STATUSES, *CLOSE_CODES)]

    for one in everything:
        assert re.fullmatch(r"[A-Z*][^\n]{8,150}\.", one.text), one
        assert one.source, one


def test_numbers_of_another_kind_are_not_mixed_up():
    assert explain_close_code(200) is None
    assert explain_opcode(16) is None


def test_it_shows_itself_as_a_line_and_as_html():
    one = Explanation("<X>", "header", "Is a test.", "RFC 1")

    assert repr(one) == "<X> (header): Is a test. [RFC 1]"
    assert one._repr_html_().startswith("<p><strong>&lt;X&gt;</strong> (header): Is a test.")


def test_it_is_a_public_name():
    assert asgi_nb.explain("etag").name == "ETag"
