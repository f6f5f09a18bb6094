"""A cell's definitions keep their place, replace what they redefine, and shadow those of other cells."""

import itertools

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from asgi_nb.live.definitions import Definition, arrange, finish, normal_path, splice
from asgi_nb.record.exchange import Origin

SERIALS = itertools.count(1)


# A busy machine is no bug.
UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def definition(title, *, owner="a", run=1, kind="route", name=None):
    methods, _, path = title.partition(" ") if kind == "route" else ("", "", title)
    return Definition(
        kind=kind,
        name=name or title,
        path="" if kind == "middleware" else path,
        methods=None if methods == "*" else frozenset(methods.split(",")) - {""},
        origin=Origin(owner, run, "", "handler", "", 0),
        owner=owner,
        run=run,
        serial=next(SERIALS),
        built=object(),
    )


def play(*new, start=()):
    definitions = tuple(start)
    for one in new:
        definitions = splice(definitions, one)[0]
    return definitions


def titles(definitions):
    return [one.title for one in definitions]


@pytest.mark.parametrize(
    ("path", "same", "other"),
    [
        pytest.param("/items/{item_id}", "/items/{id}", "/items/{id:int}", id="default-convertor"),
        pytest.param("/items/{a}", "/items/{b:str}", "/items/{b}/", id="str-is-the-default"),
        pytest.param("/{a:int}/{b:path}", "/{x:int}/{y:path}", "/{x:path}/{y:int}", id="two"),
    ],
)
def test_paths_are_equal_when_they_match_the_same_requests(path, same, other):
    assert normal_path(path) == normal_path(same)
    assert normal_path(path) != normal_path(other)


def test_the_first_run_of_a_cell_appends_in_order():
    assert titles(play(definition("GET /a"), definition("GET /b"))) == ["GET /a", "GET /b"]


def test_running_a_cell_again_replaces_in_its_place():
    before = play(definition("GET /a"), definition("GET /b", owner="b"), definition("GET /c", owner="c"))

    after, replaced = splice(before, definition("GET /b", owner="b", run=2))

    assert titles(after) == ["GET /a", "GET /b", "GET /c"]
    assert replaced == (before[1],)


def test_a_changed_path_stands_in_the_cells_place_and_the_old_one_goes_at_the_end_of_the_run():
    before = play(definition("GET /a"), definition("GET /b", owner="b"))

    during = play(definition("GET /new", run=2), start=before)

    assert titles(during) == ["GET /new", "GET /a", "GET /b"]
    assert titles(finish(during, "a", 2)) == ["GET /new", "GET /b"]


def test_a_cell_that_defines_nothing_any_more_leaves_nothing():
    before = play(definition("GET /a"), definition("GET /b", owner="b"))

    assert titles(finish(before, "a", 2)) == ["GET /b"]


def test_the_order_in_the_cell_is_the_order_after_its_run():
    before = play(definition("GET /a"), definition("GET /b"), definition("GET /z", owner="z"))

    during = play(definition("GET /b", run=2), definition("GET /a", run=2), start=before)

    assert titles(finish(during, "a", 2)) == ["GET /b", "GET /a", "GET /z"]


def test_one_key_defined_twice_in_a_run_counts_once():
    assert titles(play(definition("GET /a"), definition("GET /b"), definition("GET /a"))) == [
        "GET /b",
        "GET /a",
    ]


def test_without_a_cell_id_the_same_key_replaces_in_place():
    before = play(definition("GET /a", owner=None), definition("GET /b", owner=None))

    after = play(definition("GET /a", owner=None, run=2), start=before)

    assert titles(after) == ["GET /a", "GET /b"]
    assert titles(finish(after, None, 2)) == ["GET /a", "GET /b"]


def test_outside_of_runs_the_same_key_replaces_in_place():
    before = play(definition("GET /a", run=0), definition("GET /b", run=0))

    assert titles(play(definition("GET /a", run=0), start=before)) == ["GET /a", "GET /b"]


def test_cells_do_not_replace_each_other():
    assert titles(play(definition("GET /a"), definition("GET /a", owner="b"))) == ["GET /a", "GET /a"]


def test_the_middleware_of_a_cell_is_replaced_whatever_its_name():
    before = play(definition("timer", kind="middleware"), definition("cors", kind="middleware", owner="b"))

    after, replaced = splice(before, definition("stopwatch", kind="middleware", run=2))

    assert titles(after) == ["middleware stopwatch", "middleware cors"]
    assert replaced == (before[0],)


def test_two_layers_of_one_name_in_one_run_are_two_layers_and_stay_two():
    before = play(definition("x", kind="middleware"), definition("x", kind="middleware"))

    after = play(
        definition("x", kind="middleware", run=2), definition("x", kind="middleware", run=2), start=before
    )

    assert titles(before) == titles(finish(after, "a", 2)) == ["middleware x", "middleware x"]


def test_the_middleware_that_was_defined_last_is_outermost():
    definitions = play(definition("in", kind="middleware"), definition("out", kind="middleware", owner="b"))

    assert titles(arrange(definitions).layers) == ["middleware out", "middleware in"]


def test_the_later_of_two_cells_answers_and_shadows_the_other():
    first, second = definition("GET /a"), definition("GET /a", owner="b")

    arrangement = arrange((first, second))

    assert arrangement.routes == (second,)
    assert arrangement.shadows == {first: {"GET": second}}


def test_running_the_first_cell_again_turns_the_shadow_round():
    first, second = definition("GET /a"), definition("GET /a", owner="b")
    again = definition("GET /a", run=2)

    assert arrange(splice((first, second), again)[0]).shadows == {second: {"GET": again}}


def test_a_shadowed_route_is_live_again_when_the_other_goes():
    first, second = definition("GET /a"), definition("GET /a", owner="b")

    assert arrange(finish((first, second), "b", 2)).routes == (first,)


def test_only_the_methods_that_both_have_are_shadowed():
    both, only = definition("GET,POST /a"), definition("GET /a", owner="b")

    arrangement = arrange((both, only))

    assert arrangement.routes == (only, both)
    assert arrangement.shadows == {both: {"GET": only}}


def test_a_route_of_every_method_shadows_all():
    first, every = definition("GET /a"), definition("* /a", owner="b")

    arrangement = arrange((first, every))

    assert arrangement.routes == (every,)
    assert arrangement.shadows == {first: {"*": every}}


def test_what_shadows_stands_ahead_of_what_lies_between():
    first, between, later = definition("GET /a"), definition("GET /{x}"), definition("GET /a", owner="b")

    assert arrange((first, between, later)).routes == (later, between)


def test_a_socket_does_not_shadow_a_route():
    route, socket = definition("GET /a"), definition("/a", kind="websocket", owner="b")

    assert arrange((route, socket)).routes == (route, socket)


ENTRIES = st.tuples(
    st.sampled_from(["route", "websocket", "middleware"]), st.sampled_from(["/a", "/b", "/{x}"])
)
CELLS = st.tuples(st.sampled_from(["a", "b", "c"]), st.lists(ENTRIES, max_size=4, unique=True))


@UNHURRIED
@given(st.lists(CELLS, max_size=8))
def test_after_any_runs_each_cell_has_what_its_last_run_defined_at_its_first_place(runs):
    definitions = ()
    last = {}
    for number, (owner, entries) in enumerate(runs, start=1):
        for kind, path in entries:
            title = f"GET {path}" if kind == "route" else path
            new = definition(title, owner=owner, run=number, kind=kind)
            definitions, replaced = splice(definitions, new)
            assert new in definitions
            assert not set(replaced) & set(definitions)
        definitions = finish(definitions, owner, number)
        # A cell without definitions has no place to keep.
        last.pop(owner, None) if not entries else None
        if entries:
            last[owner] = entries

    order = list(dict.fromkeys(one.owner for one in definitions))
    assert order == list(last)
    for owner, entries in last.items():
        own = [one for one in definitions if one.owner == owner]
        assert [(one.kind, one.path or one.name) for one in own] == entries


@UNHURRIED
@given(
    st.lists(st.tuples(st.sampled_from(["GET", "POST", "GET,POST", "*"]), st.sampled_from("abc")), max_size=8)
)
def test_each_method_of_a_path_is_answered_by_the_latest_definition_that_has_it(drawn):
    definitions = tuple(
        definition(f"{methods} /{path}", owner=str(i)) for i, (methods, path) in enumerate(drawn)
    )
    arrangement = arrange(definitions)

    for method, path in itertools.product(["GET", "POST", "PUT"], "abc"):
        having = [
            one
            for one in definitions
            if one.path == f"/{path}" and (one.methods is None or method in one.methods)
        ]
        answering = [one for one in arrangement.routes if one in having]
        assert answering[:1] == sorted(having, key=lambda one: -one.serial)[:1]
        for one in having[:-1]:
            assert {"*", method} & set(arrangement.shadows[one])
