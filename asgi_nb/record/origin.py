"""The cell whose code answered, as it was then."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Origin:
    """The cell whose code answered, as it was then."""

    cell_id: str | None
    """The notebook's id of the cell; None where the front end tells none."""
    execution_count: int | None
    """The number in the cell's prompt; None outside of cells."""
    source_hash: str
    """A hash of the cell's source, to tell whether it has changed since."""
    function: str
    """The qualified name of the endpoint."""
    filename: str
    """The file name that the code was compiled under."""
    lineno: int
    """The endpoint's first line in it."""
    source: str = field(default="", compare=False, repr=False)
    """The cell's text, magic line included; "" when it is not known."""

    @property
    def label(self) -> str:
        """How a notebook names the cell: "[3]"; the function's name outside of cells."""
        return self.function if self.execution_count is None else f"[{self.execution_count}]"
