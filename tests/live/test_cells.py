"""The source of a cell becomes a function or a class whose lines are the cell's own."""

import ast
import asyncio
import inspect
import traceback

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from asgi_nb.live.cells import compile_cell, indent_body
from asgi_nb.live.errors import CellError
from asgi_nb.live.notebook import Cell

# A busy machine is no bug.
UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def compiled(notebook, source, *, kind="route", parameters=("request",)):
    return compile_cell(source, notebook, name="handler", parameters=parameters, kind=kind)


@pytest.mark.parametrize(
    ("source", "is_coroutine", "is_generator"),
    [
        pytest.param("return 1", False, False, id="return"),
        pytest.param("return await request.json()", True, False, id="await"),
        pytest.param("async for x in request: pass", True, False, id="async-for"),
        pytest.param("async with request: pass", True, False, id="async-with"),
        pytest.param("return [x async for x in request]", True, False, id="async-comprehension"),
        pytest.param("yield 1", False, True, id="yield"),
        pytest.param("yield from range(3)", False, True, id="yield-from"),
        pytest.param("async def inner():\n    await request\nreturn inner", False, False, id="await-inside"),
        pytest.param("def inner():\n    yield 1\nreturn inner", False, False, id="yield-inside"),
        pytest.param("return lambda: (yield)", False, False, id="yield-in-lambda"),
        pytest.param("def inner(x=await request): pass\nreturn inner", True, False, id="await-in-default"),
    ],
)
def test_what_stands_at_the_bodys_own_level_decides_what_the_function_is(
    notebook, source, is_coroutine, is_generator
):
    function = compiled(notebook, source).target

    assert inspect.iscoroutinefunction(function) == is_coroutine
    assert inspect.isgeneratorfunction(function) == is_generator


def test_await_and_yield_together_make_an_async_generator(notebook):
    function = compiled(notebook, "await request\nyield 1").target

    assert inspect.isasyncgenfunction(function)


def test_globals_are_the_live_namespace(notebook):
    notebook.namespace["greeting"] = "hello"
    function = compiled(notebook, "return greeting").target
    assert function(None) == "hello"

    notebook.namespace["greeting"] = "good day"

    assert function(None) == "good day"


def test_the_body_binds_nothing_in_the_namespace(notebook):
    before = set(notebook.namespace)

    compiled(notebook, "x = 1\nreturn x").target(None)

    assert set(notebook.namespace) - before <= {"__builtins__"}


def test_global_statements_write_to_the_notebook(notebook):
    notebook.namespace["hits"] = 0

    compiled(notebook, "global hits\nhits += 1\nreturn hits").target(None)

    assert notebook.namespace["hits"] == 1


def test_nonlocal_statements_work_in_inner_functions(notebook):
    source = "count = 0\ndef more():\n    nonlocal count\n    count += 1\nmore()\nmore()\nreturn count"

    assert compiled(notebook, source).target(None) == 2


@pytest.mark.parametrize(
    ("source", "value"),
    [
        pytest.param('return """a\n  b\nc"""', "a\n  b\nc", id="triple-quoted"),
        pytest.param('x = 1\nreturn f"""{x}\n  {x}\n"""', "1\n  1\n", id="f-string"),
        pytest.param('return f"""\n{\n"a"\n}\n"""', "\na\n", id="f-string-with-lines-inside"),
        pytest.param('return "a\\\n  b"', "a  b", id="backslash-in-string"),
        pytest.param('return ("a"\n"b")', "ab", id="implicit-concatenation"),
        pytest.param("return 1 + \\\n2", 3, id="backslash"),
        pytest.param("if request is None:\n\treturn 1", 1, id="tabs"),
        pytest.param("if True:\n     \tif True:\n\t       \treturn 1", 1, id="tabs-after-spaces"),
        pytest.param("# a comment\n\n  # another\nreturn 1", 1, id="comments"),
        pytest.param("return 1\r\n", 1, id="crlf"),
        pytest.param('return """a\r\nb"""', "a\nb", id="crlf-in-string"),
        pytest.param("\n\n   \nreturn 1\n\n", 1, id="blank-lines"),
        pytest.param("'''doc\nstring'''\nreturn 1", 1, id="docstring"),
    ],
)
def test_indenting_changes_no_value(notebook, source, value):
    assert compiled(notebook, source).target(None) == value


def shape(statements):
    return [ast.dump(statement) for statement in statements]


NAMES = st.sampled_from(["a", "bb", "ccc"])
STRINGS = st.text(st.sampled_from("ab \t\n'\"{}\\é"), max_size=8).map(
    lambda text: "'''" + text.replace("\\", "\\\\").replace("'", "\\'") + "'''"
)
EXPRESSIONS = st.recursive(
    NAMES | STRINGS | STRINGS.map(lambda text: "f" + text.replace("{", "{{").replace("}", "}}")),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda pair: f"({pair[0]}\n+ {pair[1]})"),
        inner.map(lambda value: f"[\n{value},\n]"),
        inner.map(lambda value: f"call({value}, \\\n{value})"),
        NAMES.map(lambda name: f'f"""{{\n{name}\n}}\n  x"""'),
    ),
    max_leaves=4,
)
UNITS = st.sampled_from(["\t", " ", "  ", "     ", "\t ", " \t", "     \t"])


@st.composite
def blocks(draw, depth=0):
    lines = []
    for _ in range(draw(st.integers(1, 3))):
        if depth < 2 and draw(st.booleans()):
            inside = draw(UNITS)
            head = draw(st.sampled_from(["if a:", "for a in b:", "def f():", "class C:", "with a:"]))
            lines.append((head, inside, draw(blocks(depth=depth + 1))))
        else:
            lines.append(
                draw(st.sampled_from(["{0} = {1}", "{1}", "# {0}\n{0}"])).format("a", draw(EXPRESSIONS))
            )
    return lines


def write(block, margin=""):
    text = ""
    for line in block:
        if isinstance(line, str):
            text += margin + line.replace("# a\n", f"# a\n{margin}", 1) + "\n"
        else:
            head, inside, body = line
            text += margin + head + "\n" + write(body, margin + inside)
    return text


@UNHURRIED
@given(blocks())
def test_an_indented_body_parses_to_the_same_tree(block):
    source = write(block)
    tree = ast.parse(source)

    function = ast.parse("def f():\n" + indent_body(source, tree)).body[0]

    assert shape(function.body) == shape(tree.body)


def test_a_cell_that_ends_in_a_definition_is_that_definition(notebook):
    made = compiled(notebook, "limit = 3\n\ndef shout(word):\n    return word.upper() * limit")

    assert made.form == "definition"
    assert made.target("a") == "AAA"
    assert notebook.namespace["shout"] is made.target
    assert notebook.namespace["limit"] == 3


@pytest.mark.parametrize("head", ["def f(): pass", "async def f(): pass", "class f: pass"])
def test_functions_and_classes_are_definitions(notebook, head):
    made = compiled(notebook, head)

    assert (made.form, made.target.__name__) == ("definition", "f")


def test_a_decorated_definition_is_what_the_decorator_made_of_it(notebook):
    made = compiled(notebook, "def mark(f): return ('marked', f)\n@mark\ndef f(): pass")

    assert made.target[0] == "marked"


def test_a_body_that_returns_may_end_in_a_definition(notebook):
    made = compiled(notebook, "if request:\n    return 1\ndef rest(): pass")

    assert (made.form, made.target(True)) == ("body", 1)


@pytest.mark.parametrize(
    ("source", "lineno"),
    [
        pytest.param("x = 0\n\nreturn 1 / x", 4, id="body"),
        pytest.param("'''a\nb'''\nreturn 1 / 0", 4, id="below-a-string"),
        pytest.param("x = 0\ndef f(request):\n    return 1 / x", 4, id="definition"),
    ],
)
def test_a_traceback_names_the_cells_own_line(notebook, run_as, source, lineno):
    made = compiled(notebook, run_as(source))

    with pytest.raises(ZeroDivisionError) as raised:
        made.target(None)

    last = traceback.extract_tb(raised.value.__traceback__)[-1]
    assert (last.filename, last.lineno) == (made.filename, lineno)
    assert last.line.startswith("return 1 /")
    assert notebook.frame_label(last.filename) == "Cell In[1]"


def test_lines_count_from_the_top_of_the_cell_also_below_blank_lines_and_other_magics(notebook):
    notebook.current = Cell("a", 1, "\n%%time\n%%asgi_route GET /\nx = 0\nreturn 1 / x\n")
    made = compiled(notebook, "x = 0\nreturn 1 / x\n")

    with pytest.raises(ZeroDivisionError) as raised:
        made.target(None)

    assert traceback.extract_tb(raised.value.__traceback__)[-1].lineno == 5


def test_a_source_that_is_not_the_cells_own_text_counts_from_its_def_line(notebook):
    notebook.current = Cell("a", 1, 'app.define_route("GET", "/", source)')
    made = compiled(notebook, "return 1 / 0")

    with pytest.raises(ZeroDivisionError) as raised:
        made.target(None)

    assert traceback.extract_tb(raised.value.__traceback__)[-1].lineno == 2


def test_getsource_shows_the_body_under_its_def_line(notebook, run_as):
    function = compiled(notebook, run_as("x = 1\nreturn x"), parameters=["request", "item_id"]).target

    assert inspect.getsource(function) == "def handler(request, item_id):\n    x = 1\n    return x\n"


@pytest.mark.parametrize(
    ("source", "lineno", "message", "shown"),
    [
        pytest.param(
            "value = 1\nreturn value +",
            3,
            "invalid syntax",
            "return value +\n                  ^",
            id="operator",
        ),
        pytest.param("x = 1\n  y = 2", 3, "unexpected indent", "y = 2\n", id="indent"),
        pytest.param("x = (1,\nreturn x", 2, "'(' was never closed", "x = (1,\n        ^", id="open"),
        pytest.param("if x:\n    break", 3, "'break' outside loop", "break\n    ^^^^^", id="break"),
        pytest.param("x = 1\nif x:\ny", 4, "after 'if' statement on line 3", "y\n    ^", id="no-block"),
        pytest.param(
            "global request\nrequest = 1", 2, "parameter and global", "global request\n", id="global"
        ),
        pytest.param(
            "x = 'a\nreturn x", 2, "unterminated string literal (detected at line 2)", "x = 'a", id="string"
        ),
        pytest.param("def f(:\n    pass", 2, "invalid syntax", "def f(:", id="definition"),
        pytest.param(
            "def f():\n    nonlocal x", 3, "no binding for nonlocal 'x'", "nonlocal x", id="nonlocal"
        ),
        pytest.param(
            "yield 1\nreturn 2\nawait x",
            3,
            "'return' with value in async generator",
            "return 2",
            id="async-generator",
        ),
        pytest.param("é = é é", 2, "invalid syntax", "é = é é\n          ^", id="not-ascii"),
        pytest.param("a\0b", 2, "null bytes", "a", id="null"),
    ],
)
def test_a_syntax_error_is_shown_at_the_cells_own_line(notebook, run_as, source, lineno, message, shown):
    with pytest.raises(CellError) as raised:
        compiled(notebook, run_as(source))

    assert raised.value.lineno == lineno
    assert message in str(raised.value)
    assert f"Cell In[1], line {lineno}\n    {shown}" in str(raised.value) + "\n"


def test_a_cell_error_is_no_syntax_error_and_renders_itself():
    error = CellError("what was got")

    assert not isinstance(error, SyntaxError)
    assert error._render_traceback_() == ["CellError: what was got"]


@pytest.mark.parametrize("source", ["", "\n  \n", "# only a comment\n"])
@pytest.mark.parametrize("kind", ["route", "websocket", "middleware"])
def test_an_empty_cell_is_an_error_that_says_so(notebook, source, kind):
    with pytest.raises(CellError, match="empty below its first line"):
        compiled(notebook, source, kind=kind)


@pytest.mark.parametrize(
    ("kind", "source", "message"),
    [
        pytest.param("websocket", "yield 1", "await websocket.send_text", id="socket-yields"),
        pytest.param("middleware", "yield 1", "return response", id="middleware-yields"),
        pytest.param(
            "middleware", "await call_next(request)", "returns nothing", id="middleware-returns-nothing"
        ),
        pytest.param("route", "x = await y\ndef f(): pass", "a cell of its own", id="await-above-definition"),
    ],
)
def test_a_body_that_cannot_work_is_refused(notebook, kind, source, message):
    with pytest.raises(CellError, match=message):
        compiled(notebook, source, kind=kind)


@pytest.mark.parametrize("kind", ["websocket", "middleware"])
def test_sockets_and_middleware_are_async_without_an_await(notebook, kind):
    function = compiled(notebook, "raise ValueError", kind=kind).target

    assert inspect.iscoroutinefunction(function)


@pytest.mark.parametrize(
    ("source", "hint"),
    [
        pytest.param("items = [1]\nitems", "return items", id="expression"),
        pytest.param("x = 1", None, id="statement"),
        pytest.param("if request:\n    return 1\nrequest", None, id="returns-elsewhere"),
        pytest.param("yield 1", None, id="yield"),
    ],
)
def test_a_body_that_ends_in_an_expression_gets_a_hint(notebook, source, hint):
    made = compiled(notebook, source)

    assert (made.hint or "").endswith(hint or "")
    assert (made.hint is None) == (hint is None)


def test_what_a_statement_above_a_definition_raises_comes_out(notebook):
    with pytest.raises(ZeroDivisionError):
        compiled(notebook, "1 / 0\ndef f(): pass")


def test_a_warning_of_the_compiler_is_given_once(notebook):
    with pytest.warns(SyntaxWarning) as caught:
        compiled(notebook, "return 1 is 1")

    assert len(caught) == 1


def test_magics_and_shell_commands_work_in_a_body(shell, ipython):
    function = compiled(ipython, "words = !echo tea\n%xmode Plain\nreturn list(words)").target
    shell.user_ns["get_ipython"] = lambda: shell

    assert function(None) == ["tea"]


def test_a_coroutine_of_a_body_runs(notebook):
    async def tea():
        return "tea"

    notebook.namespace["tea"] = tea

    assert asyncio.run(compiled(notebook, "return await tea()").target(None)) == "tea"
