"""Context variables are taken from elsewhere, but not those that are in use here."""

from contextvars import ContextVar, copy_context

from asgi_nb.service.contexts import take_on

CELL, OWN, FOREIGN = (ContextVar(name, default="") for name in ("cell", "own", "foreign"))


def test_what_is_as_it_was_is_taken_on_and_what_has_changed_is_kept():
    def elsewhere():
        CELL.set("stops")
        OWN.set("theirs")
        FOREIGN.set("theirs")
        return copy_context()

    def here():
        CELL.set("starts")
        OWN.set("before")
        since = copy_context()
        OWN.set("mine")

        take_on(copy_context().run(elsewhere), since)

        return CELL.get(), OWN.get(), FOREIGN.get()

    assert copy_context().run(here) == ("stops", "mine", "")
