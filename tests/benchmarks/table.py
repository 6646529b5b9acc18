"""Does the table live while everything changes? Frames of our table beside a QSortFilterProxyModel on the same data.

Each frame 1,000 tasks change, the table takes them in and is painted, ordered by cost and filtered; rows are settled
as the window settles them. The baseline is Qt's own way: a proxy that orders and filters by roles, dynamically, under
the same view and delegate for plain text.

    python -m tests.benchmarks.table [--short] [--json]
"""

from __future__ import annotations

import gc
import os
import random
import sys
import time
from collections.abc import Callable, Sequence

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QSortFilterProxyModel, Qt
from PySide6.QtWidgets import QApplication, QTableView

from engine.face import ChangeBatch, TaskSnapshot
from tests.benchmarks.report import Aim, Figures, Row, finish, percentile
from tests.snapshots import random_snapshot
from ui.tasks.columns import COLUMNS, INDEX
from ui.tasks.delegate import ROW
from ui.tasks.view import TaskTable
from ui.text import load_words
from ui.theme import load_tokens

CHANGED = 1000
FILTER = "-status:cancelled"
SIZE = (1236, 600)
FRAME_MS = 33.0
P99_MS = (8.0, 12.0)
"""At most, at 10,000 and 100,000 rows."""
WORDS = load_words()
Index = QModelIndex | QPersistentModelIndex
NOWHERE = QModelIndex()


class PlainModel(QAbstractTableModel):
    """The same tasks behind a model as one writes it first: rows in order of creation, values by role."""

    def __init__(self, tasks: Sequence[TaskSnapshot]) -> None:
        """Hold these."""
        super().__init__()
        self.tasks = list(tasks)

    def take(self, changed: Sequence[TaskSnapshot]) -> None:
        """Announce each change, as the proxy needs it to keep its order."""
        for task in changed:
            self.tasks[task.order] = task
            self.dataChanged.emit(self.index(task.order, 0), self.index(task.order, len(COLUMNS) - 1))

    def rowCount(self, parent: Index = NOWHERE) -> int:
        """See Qt."""
        return 0 if parent.isValid() else len(self.tasks)

    def columnCount(self, parent: Index = NOWHERE) -> int:
        """See Qt."""
        return 0 if parent.isValid() else len(COLUMNS)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """See Qt."""
        task, column = self.tasks[index.row()], COLUMNS[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.text(task, WORDS, 0.0)
        return column.order(task) if role == Qt.ItemDataRole.UserRole else None


class Proxy(QSortFilterProxyModel):
    """Order by cost, filter by state."""

    def __init__(self, source: PlainModel) -> None:
        """Stand before `source`."""
        super().__init__()
        self._plain = source
        self.setSourceModel(source)
        self.setSortRole(Qt.ItemDataRole.UserRole)
        self.setDynamicSortFilter(True)
        self.sort(INDEX["cost"], Qt.SortOrder.DescendingOrder)

    def filterAcceptsRow(self, source_row: int, source_parent: Index) -> bool:
        """See Qt."""
        del source_parent
        return self._plain.tasks[source_row].state != "cancelled"


def frames(number: int, rows: int, frame: Callable[[Sequence[TaskSnapshot]], None]) -> Figures:
    """Return the time each frame keeps the window busy, in milliseconds, painting and timers with it; three warm up."""
    rng = random.Random(rows)
    prepared = [
        tuple(random_snapshot(task, rng) for task in rng.sample(range(rows), CHANGED)) for _ in range(min(number, 30))
    ]
    gc.collect()
    gc.freeze()  # as the window does: what stands is not walked again in the middle of a frame
    took: list[float] = []
    for turn in range(number + 3):
        began = time.perf_counter()
        frame(prepared[turn % len(prepared)])
        busy = time.perf_counter() - began
        took.append((busy + _until(began + FRAME_MS / 1000)) * 1000)
    kept = took[3:]
    return {"p50_ms": round(percentile(kept, 0.5), 2), "p99_ms": round(percentile(kept, 0.99), 2)}


def _until(moment: float) -> float:
    """Keep the rhythm of frames, with Qt's timers running; return the seconds that they took."""
    busy = 0.0
    while True:
        began = time.perf_counter()
        QApplication.processEvents()
        ended = time.perf_counter()
        busy += ended - began
        if ended >= moment:
            return busy
        time.sleep(0.001)


def ours(rows: int, number: int) -> Figures:
    """Frames of our table."""
    rng = random.Random(1)
    table = TaskTable(WORDS, load_tokens("dark"))
    table.resize(*SIZE)
    table.show()
    table.set_filter(FILTER)
    table.apply(ChangeBatch(added=tuple(random_snapshot(task, rng) for task in range(rows))))
    QApplication.processEvents()

    def frame(changed: Sequence[TaskSnapshot]) -> None:
        table.apply(ChangeBatch(changed=tuple(changed)))
        QApplication.processEvents()

    figures = frames(number, rows, frame)
    table.close()
    return figures


def proxied(rows: int, number: int) -> Figures:
    """Frames of Qt's own way."""
    rng = random.Random(1)
    model = PlainModel([random_snapshot(task, rng) for task in range(rows)])
    proxy = Proxy(model)
    view = QTableView()
    view.verticalHeader().setDefaultSectionSize(ROW)
    view.setModel(proxy)
    view.resize(*SIZE)
    view.show()
    QApplication.processEvents()

    def frame(changed: Sequence[TaskSnapshot]) -> None:
        model.take(changed)
        QApplication.processEvents()

    figures = frames(number, rows, frame)
    view.close()
    return figures


def measure(rows: int, number: int, number_proxied: int) -> Row:
    """One size, both ways."""
    mine, theirs = ours(rows, number), proxied(rows, number_proxied)
    return Row(
        case=f"{rows} rows, {CHANGED} changes a frame, sorted by cost and filtered",
        ours=mine,
        baseline={"QSortFilterProxyModel": theirs},
        ratio={name: round(theirs[name] / mine[name], 1) for name in mine},
    )


def main(arguments: Sequence[str]) -> int:
    """Run; `--short` takes some ten seconds."""
    short = "--short" in arguments
    application = QApplication([])
    rows = [measure(1_000, 60 if short else 300, 5 if short else 30)]
    rows.append(measure(10_000, 60 if short else 300, 3 if short else 10))
    if not short:
        rows.append(measure(100_000, 100, 1))
    application.quit()
    aims = [
        Aim(text=f"p50 of a frame, {row.case}", value=row.ours["p50_ms"], op="<=", bound=FRAME_MS, unit="ms")
        for row in rows
    ]
    aims += [
        Aim(text=f"p99 of a frame, {row.case}", value=row.ours["p99_ms"], op="<=", bound=bound, unit="ms")
        for row, bound in zip(rows[1:], P99_MS, strict=False)  # the short form ends before the largest
    ]
    aims += [
        Aim(text=f"faster than the proxy, {row.case}", value=row.ratio["p50_ms"], op=">=", bound=3, unit="times")
        for row in rows
    ]
    return finish("table", rows, aims)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
