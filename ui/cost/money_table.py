"""The table of where money went: a line a day, model, provider or batch, amounts as the ledger has them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from engine.face import By, Done, Outlay, plain
from ui.tasks.format import NONE, count, money, percent, short_count
from ui.text import Words

Index = QModelIndex | QPersistentModelIndex
NOWHERE = QModelIndex()
COLUMNS = ("name", "spent", "share", "requests", "input", "cached", "saved", "output", "each")
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class MoneyModel(QAbstractTableModel):
    """Lines, and none that nobody asked for."""

    def __init__(self, words: Words) -> None:
        """Begin with none."""
        super().__init__()
        self._words = words
        self._by = By.DAY
        self._lines: Sequence[Outlay] = ()
        self._whole = Outlay()
        self._done: Mapping[str, Done] = {}

    def show(self, by: By, lines: Sequence[Outlay], whole: Outlay, done: Mapping[str, Done]) -> None:
        """Show these; `done` is told of batches alone, which a task belongs to as a whole."""
        self.beginResetModel()
        self._by, self._lines, self._whole = by, lines, whole
        self._done = done if by is By.BATCH else {}
        self.endResetModel()

    @property
    def lines(self) -> Sequence[Outlay]:
        """What is shown, from top to bottom."""
        return self._lines

    def name(self, line: Outlay) -> str:
        """Return what a line is called."""
        return line.name(self._by) or self._words("money.none")

    def rowCount(self, parent: Index = NOWHERE) -> int:
        """See Qt."""
        return 0 if parent.isValid() else len(self._lines)

    def columnCount(self, parent: Index = NOWHERE) -> int:
        """See Qt."""
        return 0 if parent.isValid() else len(COLUMNS) - (self._by is not By.BATCH)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """See Qt."""
        line, column = self._lines[index.row()], COLUMNS[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(line, column)
        if role == Qt.ItemDataRole.TextAlignmentRole and column != "name":
            return RIGHT
        if role == Qt.ItemDataRole.ToolTipRole:
            return {"name": self.name(line), "spent": f"${plain(line.cost)}", "saved": f"${plain(line.saved)}"}.get(
                column
            )
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """See Qt."""
        if orientation is Qt.Orientation.Vertical:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._words(f"money.{COLUMNS[section] if section else self._by}")
        return (RIGHT if section else LEFT) if role == Qt.ItemDataRole.TextAlignmentRole else None

    def _text(self, line: Outlay, column: str) -> str:
        return self.name(line) if column == "name" else self._figures(line)[column]

    def _figures(self, line: Outlay) -> dict[str, str]:
        each = self._done.get(line.batch, Done()).each
        return {
            "spent": money(line.cost),
            "share": percent(line.cost / self._whole.cost) if self._whole.cost > 0 else NONE,
            "requests": count(line.attempts),
            "input": short_count(line.input),
            "cached": percent(line.cache_share) if line.cached else NONE,
            "saved": money(line.saved) if line.saved else NONE,
            "output": short_count(line.output),
            "each": NONE if each is None else money(each),
        }
