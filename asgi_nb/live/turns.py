"""Which call of a cell is the one that the same cell made when it ran before."""

from collections.abc import Hashable

from asgi_nb.live.core import CellRun


class Turns:
    """
    Number the calls within each run of a cell.

    The second `serve` of a cell is the same one when the cell runs again, whatever it then serves.
    """

    def __init__(self) -> None:
        self._run = 0
        self._count = 0

    def next(self, run: CellRun | None) -> Hashable:
        """
        Name a call of the running cell.

        Args:
            run: The cell's run; None outside of a cell.

        Returns:
            The same for the same call of another run; None where cells cannot be told apart.
        """
        if run is None or run.cell.id is None:
            return None
        if run.number != self._run:
            self._run, self._count = run.number, 0
        self._count += 1
        return run.cell.id, self._count
