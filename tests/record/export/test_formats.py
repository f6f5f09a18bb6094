"""The list of formats, and the code that they give."""

import copy
import pickle

import pytest

from asgi_nb.record.export.code import Code
from asgi_nb.record.export.formats import FORMATS, copy_as, formats_for


@pytest.mark.parametrize("form", FORMATS, ids=lambda form: form.name)
def test_each_format_is_what_its_method_gives(form, make_request, play, make_scope):
    exchange = make_request() if "http" in form.kinds else play(scope=make_scope("websocket"))

    assert copy_as(exchange, form.name) == eval(f"exchange{form.code}")
    assert form in formats_for(exchange)


def test_a_format_that_does_not_exist_is_named_with_those_that_do(make_request):
    with pytest.raises(ValueError, match="no format is called 'fetch'; there are: curl, cmd, httpx"):
        copy_as(make_request(), "fetch")


def test_code_is_a_text_that_shows_itself():
    code = Code("print('<b>')\n", "python")

    assert code == "print('<b>')\n"
    assert repr(code) == "print('<b>')\n"
    assert "python" in code._repr_html_()
    assert "print(&#x27;&lt;b&gt;&#x27;)" in code._repr_html_()


def test_a_copy_of_code_is_code():
    code = Code("x", "sh")

    for same in (copy.copy(code), pickle.loads(pickle.dumps(code))):
        assert (same, same.language, type(same)) == ("x", "sh", Code)
