"""What pages ask to be done, and what they are refused."""

import pytest

from asgi_nb.widgets.desk import COMPLETIONS, RECENT, Desk


@pytest.fixture
def desk(store):
    return Desk(store)


@pytest.fixture
def do(desk):
    """Do one command; give the answer's value."""

    def do(what, **args):
        content, _ = desk.reply({"kind": "ask", "v": "page", "id": 1, "what": what, **args})
        assert content["ok"], content["value"]
        return content["value"]

    return do


@pytest.fixture
def refused(desk):
    """Do one command that must be refused; give the answer."""

    def refused(what, **args):
        content, _ = desk.reply({"kind": "ask", "v": "page", "id": 1, "what": what, **args})
        assert content["ok"] is False
        return content

    return refused


@pytest.fixture
def three(traffic, run):
    for path in ("/a", "/b", "/c"):
        run(traffic.http(path))


def test_clearing_leaves_what_is_pinned(store, three, do):
    do("pin", seqs=[2], on=True)
    do("clear")

    assert [exchange.seq for exchange in store] == [2]


def test_recording_is_switched_off_and_on(store, do):
    assert do("record", on=False) is False
    assert store.recording is False
    assert do("record", on=True) is True


def test_what_is_selected_is_removed_noted_and_remembered(store, three, do, desk):
    do("note", seqs=[1, 3], note="  look here ")
    do("select", seqs=[3, 1, 99])
    removed = do("remove", seqs=[1, 2])

    assert store[0].note == "look here"
    assert desk.selected == (3, 1)
    assert removed == 2
    assert [exchange.seq for exchange in store] == [3]


def test_what_is_selected_is_marked_with_a_colour_and_tags(store, three, do, refused):
    store[0].tags = ["old", "kept"]
    do("colour", seqs=[1, 3], colour="green")
    do("tag", seqs=[1, 3], add=["new"], remove=["old"])

    assert [(one.colour, one.tags) for one in store] == [
        ("green", ("kept", "new")),
        ("", ()),
        ("green", ("new",)),
    ]
    assert "one of red, orange" in refused("colour", seqs=[1], colour="pink")["value"]
    assert "a tag has" in refused("tag", seqs=[1], add=[""])["value"]
    assert "add must be a list" in refused("tag", seqs=[1], add="new")["value"]
    assert "tags are words" in refused("tag", seqs=[1], remove=[3])["value"]


def test_a_filter_that_was_used_is_offered_again_once_and_the_last_one_first(do):
    for text in ("status>=400", "path:/a", "status>=400"):
        do("use_filter", text=text)

    assert do("filters") == {"saved": [], "recent": ["status>=400", "path:/a"]}


def test_saved_filters_stand_apart_and_can_be_let_go(do):
    do("use_filter", text="path:/a")
    do("save_filter", text="path:/a", on=True)
    kept = do("filters")
    do("save_filter", text="path:/a", on=False)

    assert kept == {"saved": ["path:/a"], "recent": []}
    assert do("filters") == {"saved": [], "recent": ["path:/a"]}


def test_so_many_used_filters_are_remembered_and_no_more(do):
    for number in range(RECENT + 5):
        do("use_filter", text=f"path:/{number}")

    assert len(do("filters")["recent"]) == RECENT


def test_completions_say_what_they_replace(three, do):
    proposals = do("complete", text="sta", cursor=3)
    (status,) = [one for one in proposals if one["text"].startswith("status")]

    assert (status["start"], status["end"]) == (0, 3)
    assert len(do("complete", text="", cursor=0)) <= COMPLETIONS


@pytest.mark.parametrize(
    ("what", "args", "text"),
    [
        pytest.param("remove", {"seqs": "all"}, "seqs must be a list of whole numbers", id="seqs-of-text"),
        pytest.param("remove", {"seqs": [True]}, "seqs must be a list of whole numbers", id="seqs-of-bools"),
        pytest.param("pin", {"seqs": [99], "on": True}, "dropped from the store", id="gone"),
        pytest.param("pin", {"seqs": [1], "on": 1}, "on must be true or false", id="no-switch"),
        pytest.param("note", {"seqs": [1], "note": 3}, "note must be a text", id="note-of-number"),
        pytest.param("use_filter", {"text": "x" * 3000}, "at most 2000 characters", id="long-filter"),
        pytest.param("complete", {"text": "a", "cursor": 7}, "0 to 1", id="cursor-outside"),
    ],
)
def test_a_command_that_makes_no_sense_is_refused_with_a_reason(three, refused, what, args, text):
    assert text in refused(what, **args)["value"]


def test_a_filter_that_cannot_be_read_is_not_kept_and_says_where(refused, do):
    refusal = refused("save_filter", text="status>=tea", on=True)

    assert refusal["position"] == 8
    assert do("filters")["saved"] == []
