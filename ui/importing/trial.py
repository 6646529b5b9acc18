"""The trial: a few real rows first, their texts and answers side by side, before the rest of a batch is released.

Its tasks belong to the batch from the start. They are kept, or deleted and made anew with the others; what they cost
stays counted either way.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QHBoxLayout,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from engine.face import (
    Action,
    DroverError,
    Engine,
    Layout,
    Row,
    Sheet,
    State,
    TaskId,
    TaskSnapshot,
    allowed,
    plan,
)
from ui.bars import plain_label
from ui.dialogs.form import choice, line
from ui.importing.becoming import asked
from ui.importing.bounds import Bounds, bounded
from ui.plain_table import plain_table
from ui.services import WindowServices
from ui.tasks.format import money
from ui.text import Words

PERIOD_MS = 500
MOST = 100
"""Rows that can be tried."""
FIRST, RANDOM = "first", "random"
SHOWN = 400
HEIGHT, ROW = 230, 62
BUSY = frozenset({State.PENDING, State.RUNNING, State.CHECKPOINTING})


class Trial(QWidget):
    """Chooses rows, and shows what became of them."""

    wanted = Signal()
    """The person wants the chosen rows tried."""
    changed = Signal()
    """A trial began or ended, or its answers shall be kept or not."""

    def __init__(self, words: Words, engine: Engine, services: WindowServices) -> None:
        """Begin with nothing tried."""
        super().__init__()
        self._words, self._engine, self._services = words, engine, services
        self._tried: dict[int, tuple[TaskId, str]] = {}
        """By number of the row: the task, and what was asked of it."""
        self._ready = self._reading = False
        self.number, self.seed = line("5"), line("1")
        self.which = choice([(words("trial.first"), FIRST), (words("trial.random"), RANDOM)])
        self.button, self.keep = QPushButton(words("trial.try")), QCheckBox(words("trial.keep"))
        self.table = QTableWidget(0, 3)
        self._seed_label = plain_label(words("trial.seed"))
        self._timer = QTimer(self, interval=PERIOD_MS)
        self._build()
        self._timer.timeout.connect(self._look)
        self.button.clicked.connect(self.wanted)
        self.keep.toggled.connect(self.changed)
        self.which.currentIndexChanged.connect(self._show_seed)

    def _build(self) -> None:
        words = self._words
        self.keep.setChecked(True)
        self.keep.hide()
        for field, name in ((self.number, "trial.number"), (self.seed, "trial.seed"), (self.which, "trial.which")):
            field.setAccessibleName(words(name))
        for field in (self.number, self.seed):
            field.setFixedWidth(56)
        plain_table(self.table, words("trial.name"))
        self.table.setWordWrap(True)  # its rows have room for some lines
        self.table.setHorizontalHeaderLabels([words("trial.asked"), words("trial.answer"), words("trial.state")])
        self.table.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setFixedHeight(HEIGHT)
        self.table.verticalHeader().setDefaultSectionSize(ROW)
        self.table.hide()
        self.button.setAutoDefault(False)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(plain_label(words("trial.before")))
        for widget in (self.number, self.which, self._seed_label, self.seed, self.button):
            row.addWidget(widget)
        row.addStretch(1)
        row.addWidget(self.keep)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addLayout(row)
        layout.addWidget(self.table)
        self._show_seed()

    def _show_seed(self) -> None:
        at_random = self.which.currentData() == RANDOM
        self.seed.setVisible(at_random)
        self._seed_label.setVisible(at_random)

    # --- what is tried

    def rows_of(self, rows: Sequence[Row]) -> tuple[Row, ...]:
        """Return the chosen rows: the first, or at random by the seed, in their order. None for what is no number."""
        number, seed = self.number.text().strip(), self.seed.text().strip()
        if not (number.isdecimal() and 1 <= int(number) <= MOST and rows):
            return ()
        if self.which.currentData() == FIRST:
            return tuple(rows[: int(number)])
        chosen = random.Random(seed).sample(range(len(rows)), min(int(number), len(rows)))  # noqa: S311 - no secret
        return tuple(rows[place] for place in sorted(chosen))

    def set_ready(self, ready: bool) -> None:  # noqa: FBT001 - a state, named by the method
        """Let rows be tried, or not."""
        self._ready = ready
        self.button.setEnabled(ready and not self.busy)

    async def begin(self, sheet: Sheet, layout: Layout, rows: Sequence[Row], bounds: Bounds) -> None:
        """Make tasks of the chosen ones of `rows`, in place of those of the trial before; raises `DroverError`."""
        tried = await plan(sheet, layout, self.rows_of(rows))
        await self._engine.delete(self.tasks)
        with bounded(self._engine, layout.base.batch, bounds):
            ids = await self._engine.submit(tried.specs)
        made = zip(tried.tasks, ids, strict=True)
        self.show_tried({planned.row.number: (task, asked(planned.spec)) for planned, task in made})

    def show_tried(self, tried: Mapping[int, tuple[TaskId, str]]) -> None:
        """Show a trial, which has just begun."""
        self._tried = dict(tried)
        self.table.setRowCount(len(tried))
        self.table.setVerticalHeaderLabels([str(number) for number in tried])
        for place, (_, text) in enumerate(tried.values()):
            self._put(place, 0, text)
        self.table.setColumnWidth(0, 330)
        self.table.setColumnWidth(1, 330)
        self.table.horizontalHeader().setStretchLastSection(True)
        self.table.show()
        self.keep.show()
        self._timer.start()
        self._look()
        self.changed.emit()

    @property
    def tasks(self) -> tuple[TaskId, ...]:
        """The tasks of the trial that are still there."""
        return tuple(task.id for _, task in self._snapshots())

    @property
    def by_row(self) -> dict[int, TaskId]:
        """The same by the numbers of their rows."""
        return {number: task.id for number, task in self._snapshots()}

    @property
    def busy(self) -> bool:
        """Whether one of them still runs or waits."""
        return any(task.state in BUSY for _, task in self._snapshots())

    @property
    def kept(self) -> frozenset[int]:
        """Numbers of the rows that need no other task: kept ones, and those that cannot be deleted now."""
        keep = self.keep.isChecked()
        found = self._snapshots()
        return frozenset(number for number, task in found if keep or Action.DELETE not in allowed(task.state))

    def _snapshots(self) -> list[tuple[int, TaskSnapshot]]:
        found: list[tuple[int, TaskSnapshot]] = []
        for number, (task, _) in self._tried.items():
            try:
                found.append((number, self._engine.snapshot(task)))
            except DroverError:
                continue  # deleted in the window meanwhile
        return found

    # --- what became of it

    def stop(self) -> None:
        """Look no more."""
        self._timer.stop()
        self._tried = {}

    def _look(self) -> None:
        if not self._reading:
            self._reading = True
            self._services.spawn(self._show_answers())

    async def _show_answers(self) -> None:
        ended = not self.busy  # before the reading: what ends during it is read once more
        try:
            for place, (number, task) in enumerate(self._snapshots()):
                text = (await self._engine.answer(task.id)).text if task.standing.steps_done else ""
                if number not in self._tried:
                    return  # another trial, or no dialog any more
                self._put(place, 1, text)
                state = self._words(f"state.{task.state}")
                self._put(place, 2, f"{state} · {money(task.standing.spent)}")
        except DroverError:
            return  # one that cannot be read says so in the window
        finally:
            self._reading = False
        if self._tried and ended:
            self._timer.stop()
            self.set_ready(self._ready)
            self.changed.emit()

    def _put(self, row: int, column: int, text: str) -> None:
        shown = " ".join(text[: 2 * SHOWN].split())[:SHOWN]
        item = self.table.item(row, column)
        if item is None:
            self.table.setItem(row, column, QTableWidgetItem(shown))
        elif item.text() != shown:
            item.setText(shown)
