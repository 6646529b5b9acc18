"""One life of a window as small as one can be with the same libraries: a table, a button, a chart.

python -m tests.benchmarks.startup.bare ROWS
"""

from __future__ import annotations

import sys

import pyqtgraph  # pyright: ignore[reportMissingTypeStubs] - it has none
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, QTimer
from PySide6.QtWidgets import QApplication, QMainWindow, QPushButton, QTableView, QVBoxLayout, QWidget

from tests.benchmarks.startup.moments import Moments
from ui.first_paint import FirstPaint

Index = QModelIndex | QPersistentModelIndex
NOWHERE = QModelIndex()


class Rows(QAbstractTableModel):
    """Numbers."""

    def __init__(self, rows: int) -> None:
        """Have so many rows."""
        super().__init__()
        self._rows = rows

    def rowCount(self, parent: Index = NOWHERE) -> int:
        """See Qt."""
        return 0 if parent.isValid() else self._rows

    def columnCount(self, parent: Index = NOWHERE) -> int:
        """See Qt."""
        return 0 if parent.isValid() else 11

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """See Qt."""
        return f"{index.row()}.{index.column()}" if role == Qt.ItemDataRole.DisplayRole else None


def main(rows: int) -> int:
    """Live once; say when what happened."""
    moments = Moments()
    moments.note("imported")
    application = QApplication(["bare"])
    window, page, table, button = QMainWindow(), QWidget(), QTableView(), QPushButton("Pause")
    layout = QVBoxLayout(page)
    table.setModel(Rows(rows))
    for widget in (button, table, pyqtgraph.PlotWidget()):
        layout.addWidget(widget)
    window.setCentralWidget(page)
    window.resize(1440, 900)

    def acted() -> None:
        moments.note("acted")
        moments.note("closing")
        application.quit()

    def painted() -> None:
        moments.note("painted")
        button.clicked.connect(lambda: QTimer.singleShot(0, acted))
        button.click()

    FirstPaint((table.viewport(),), painted)
    window.show()
    status = application.exec()
    moments.say()
    return status


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
