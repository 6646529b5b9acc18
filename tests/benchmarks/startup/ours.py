"""One life of the real window: as `drover` opens it, until its first row is painted and Pause has acted; then it ends.

Where nothing is stored, the first page stands for the row and the dialog of a new task for the pause.

    python -m tests.benchmarks.startup.ours FOLDER
"""

from __future__ import annotations

import sys
from pathlib import Path

from app.cli.main import cli
from app.desktop import Desktop, run_window
from app.paths import Paths
from engine.domain.states import State
from engine.face import Action, ChangeBatch, TaskId, allowed
from tests.benchmarks.startup.folder import ASKING
from tests.benchmarks.startup.moments import Moments
from ui.first_paint import FirstPaint


class Life:
    """Acts when the first row is painted, and closes the window when that is durable and shown."""

    def __init__(self, desk: Desktop, moments: Moments) -> None:
        """Watch from now on."""
        self._window, self._moments = desk.window, moments
        self._paused: TaskId | None = None
        table = self._window.table
        if desk.engine.totals().count:
            FirstPaint((table.grid.viewport(),), self._pause, ready=lambda: bool(table.model.ids()))
        else:
            FirstPaint((self._window.first_start.start_button,), self._open)

    def _pause(self) -> None:
        self._moments.note("painted")
        tasks = (self._window.table.model.task(row) for row in range(ASKING + 1))
        self._paused = next(task.id for task in tasks if Action.PAUSE in allowed(task.state))
        self._window.table.select(self._paused)
        self._window.bridge.changed.connect(self._hear)
        self._window.actions_.pause.trigger()

    def _hear(self, batch: ChangeBatch) -> None:
        if any(task.id == self._paused and task.state is State.PAUSED for task in batch.changed):
            self._acted()

    def _open(self) -> None:
        self._moments.note("painted")
        FirstPaint((self._window.openings.new_task(),), self._acted)

    def _acted(self) -> None:
        self._moments.note("acted")
        self._window.bridge.changed.connect(self._close)

    def _close(self) -> None:
        """Close when all of the window has come: what is loaded after the first picture is no part of the end."""
        if self._window.charts.drawn is not None:
            self._moments.note("closing")
            self._window.close()


def main(folder: Path) -> int:
    """Live once; say when what happened."""
    assert cli is not None  # the way to the window leads through the command line
    moments = Moments()
    moments.note("imported")
    lives: list[Life] = []
    status = run_window(Paths.under(folder), lambda desk: lives.append(Life(desk, moments)))
    moments.say()
    return status


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
