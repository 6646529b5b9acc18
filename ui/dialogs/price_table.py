"""The table of prices: a model a line, each kind of token, and whose word it is."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from ui.services import PriceLine
from ui.tasks.format import NONE
from ui.text import Words

Index = QModelIndex | QPersistentModelIndex
NOWHERE = QModelIndex()
COLUMNS = ("model", "input", "cached_input", "cache_write", "output", "reasoning", "origin")
FIGURES = COLUMNS[1:6]
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class PriceModel(QAbstractTableModel):
    """Lines of prices."""

    def __init__(self, words: Words) -> None:
        """Begin with none."""
        super().__init__()
        self._words = words
        self.lines: Sequence[PriceLine] = ()

    def show(self, lines: Sequence[PriceLine]) -> None:
        """Show these."""
        self.beginResetModel()
        self.lines = lines
        self.endResetModel()

    def change(self, row: int, line: PriceLine) -> None:
        """Show one line otherwise."""
        self.lines = [*self.lines[:row], line, *self.lines[row + 1 :]]
        self.dataChanged.emit(self.index(row, 0), self.index(row, len(COLUMNS) - 1))

    def rowCount(self, parent: Index = NOWHERE) -> int:
        """See Qt."""
        return 0 if parent.isValid() else len(self.lines)

    def columnCount(self, parent: Index = NOWHERE) -> int:
        """See Qt."""
        return 0 if parent.isValid() else len(COLUMNS)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """See Qt."""
        line, column = self.lines[index.row()], COLUMNS[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(line, column)
        if role == Qt.ItemDataRole.ToolTipRole:
            return origin_of(line, self._words) if column == "origin" else f"{line.provider}/{line.model}"
        return RIGHT if role == Qt.ItemDataRole.TextAlignmentRole and column in FIGURES else None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """See Qt."""
        if orientation is Qt.Orientation.Vertical:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return RIGHT if COLUMNS[section] in FIGURES else LEFT
        return self._words(f"prices.{COLUMNS[section]}") if role == Qt.ItemDataRole.DisplayRole else None

    def _text(self, line: PriceLine, column: str) -> str:
        if column == "model":
            return f"{line.provider}/{line.model}"
        if column == "origin":
            return self._words(f"prices.origin_{line.origin or 'unknown'}")
        figure = line.figures[FIGURES.index(column)] if line.figures else ""
        more = " …" if line.longer and column in ("input", "output") else ""
        return f"${figure}{more}" if figure else NONE


def origin_of(line: PriceLine, words: Words) -> str:
    """Return whose word a price is, from where and of when, as a sentence."""
    said = words(f"prices.origin_{line.origin or 'unknown'}_long", list=line.price_list)
    listed = words("prices.listed_as", name=line.listed_as) if line.listed_as else ""
    return " · ".join(each for each in (said, line.source, line.date, listed) if each)
