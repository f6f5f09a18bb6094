"""
Whose output a shutdown is: that of the cell which asked for it.

A lifespan runs in one task from its startup to its shutdown, with the context variables of the cell that
started it. By these ipykernel finds the cell that a print belongs to, and a cell that has ended shows nothing
more.
"""

from contextvars import Context, copy_context


def take_on(context: Context, since: Context) -> None:
    """
    Set the variables of this context to what they are in another one.

    Those that have been set here meanwhile are left as they are: they belong to the code that runs here. None
    is added: what is known only elsewhere may not fit here.

    Args:
        context: Where the values come from.
        since: This context as it was when its task began.
    """
    here = copy_context()
    for variable, before in since.items():
        if variable in context and here[variable] is before:
            variable.set(context[variable])
