"""Lists of records as a table model: newest first, so that a new record comes in at the top and the rest stays put."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

T = TypeVar("T")
Index = QModelIndex | QPersistentModelIndex
NOWHERE = QModelIndex()
ALIGNED = {
    False: Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter,
    True: Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter,
}


@dataclass(frozen=True, slots=True)
class Cell:
    """What a cell says, in which token's colour, and the token of a dot before it."""

    text: str
    colour: str = "text"
    dot: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RowColumn:
    """A column: heading, width in pixels, share of the room left over."""

    title: str
    width: int
    least: int = 0
    """Pixels it may shrink to if it has a share; 0 is its width."""
    drops: int = 0
    """The higher, the sooner it is left out where there is no room for all; 0 never."""
    stretch: int = 0
    right: bool = False


class RowsModel(QAbstractTableModel, Generic[T]):
    """Records and how each is shown. `key` tells records apart, `cells` is asked only for rows in sight."""

    def __init__(
        self,
        columns: Sequence[RowColumn],
        key: Callable[[T], Hashable],
        cells: Callable[[T], tuple[Cell, ...]],
        parent: QObject | None = None,
    ) -> None:
        """Begin empty."""
        super().__init__(parent)
        self.columns = tuple(columns)
        self._key = key
        self._render = cells
        self._rows: list[T] = []
        self._cells: dict[int, tuple[Cell, ...]] = {}

    def show_rows(self, rows: Sequence[T]) -> None:
        """Show these, newest first; rows that were there keep their selection where only new ones came above them."""
        new = list(rows)
        came = self._came(new)
        if came is None:
            self.beginResetModel()
            self._rows = new
            self._cells.clear()
            self.endResetModel()
            return
        if came:
            self.beginInsertRows(NOWHERE, 0, came - 1)
            self._rows = [*new[:came], *self._rows]
            self._cells.clear()
            self.endInsertRows()
        changed = [number for number, (old, now) in enumerate(zip(self._rows, new, strict=True)) if old is not now]
        self._rows = new
        self._cells.clear()
        if changed:
            self.dataChanged.emit(self.index(changed[0], 0), self.index(changed[-1], len(self.columns) - 1))

    def _came(self, new: list[T]) -> int | None:
        """How many rows are new at the top of otherwise the same ones; None if it is not so."""
        came = len(new) - len(self._rows)
        if came < 0 or not self._rows:
            return None
        if [self._key(row) for row in new[came:]] != [self._key(row) for row in self._rows]:
            return None
        return came

    def row(self, number: int) -> T:
        """Return a record."""
        return self._rows[number]

    def rows(self) -> list[T]:
        """Return all records; not to be changed."""
        return self._rows

    def cells(self, number: int) -> tuple[Cell, ...]:
        """Return what a row shows."""
        cells = self._cells.get(number)
        if cells is None:
            cells = self._cells[number] = self._render(self._rows[number])
        return cells

    def rowCount(self, parent: Index = NOWHERE) -> int:
        """See QAbstractItemModel."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = NOWHERE) -> int:
        """See QAbstractItemModel."""
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """See QAbstractItemModel."""
        if not index.isValid():
            return None
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return self.cells(index.row())[index.column()].text
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return ALIGNED[self.columns[index.column()].right]
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """See QAbstractItemModel."""
        if orientation is Qt.Orientation.Vertical or not 0 <= section < len(self.columns):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.columns[section].title
        return ALIGNED[self.columns[section].right] if role == Qt.ItemDataRole.TextAlignmentRole else None
