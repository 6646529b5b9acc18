"""The rows that were read, as a table: only what is in sight is asked for, so that 100,000 cost nothing."""

from __future__ import annotations

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from engine.face import Row, Sheet
from ui.plain_table import plain_table
from ui.text import Words

Index = QModelIndex | QPersistentModelIndex
NOWHERE = QModelIndex()
SHOWN = 200
"""Characters of a cell that are shown."""
WIDTH = 180
ROW = 26


class RowsModel(QAbstractTableModel):
    """A sheet's rows."""

    def __init__(self) -> None:
        """Begin with none."""
        super().__init__()
        self._sheet: Sheet | None = None

    def show(self, sheet: Sheet | None) -> None:
        """Show these rows."""
        self.beginResetModel()
        self._sheet = sheet
        self.endResetModel()

    def rowCount(self, parent: Index = NOWHERE) -> int:
        """See Qt."""
        return 0 if parent.isValid() or self._sheet is None else len(self._sheet.rows)

    def columnCount(self, parent: Index = NOWHERE) -> int:
        """See Qt."""
        return 0 if parent.isValid() or self._sheet is None else len(self._sheet.columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """See Qt."""
        if self._sheet is None or role != Qt.ItemDataRole.DisplayRole:
            return None
        cell = self._sheet.rows[index.row()].cells[index.column()]
        return " ".join(cell[: 2 * SHOWN].split())[:SHOWN]

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """See Qt: columns by their titles, rows by the numbers that a spreadsheet gives them."""
        if self._sheet is None or role != Qt.ItemDataRole.DisplayRole:
            return None
        if orientation is Qt.Orientation.Horizontal:
            return self._sheet.columns[section].title[:SHOWN]
        return str(self._sheet.rows[section].number)


class RowsTable(QTableView):
    """Chooses the row that is shown as a task."""

    chosen = Signal()

    def __init__(self, words: Words) -> None:
        """Build it empty, and hidden until there are rows."""
        super().__init__()
        self.hide()
        self.rows = RowsModel()
        self._sheet: Sheet | None = None
        plain_table(self, words("import.rows_name"))
        self.setModel(self.rows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.verticalHeader().setDefaultSectionSize(ROW)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.horizontalHeader().setDefaultSectionSize(WIDTH)
        self.horizontalHeader().setStretchLastSection(True)
        self.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.selectionModel().currentRowChanged.connect(self._chosen)

    def show_sheet(self, sheet: Sheet | None) -> None:
        """Show rows, the first one chosen."""
        self._sheet = sheet
        self.rows.show(sheet)
        self.setVisible(sheet is not None)
        if sheet is not None and sheet.rows:
            self.selectRow(0)

    @property
    def row(self) -> Row | None:
        """The row that is chosen."""
        place = self.currentIndex().row()
        return self._sheet.rows[place] if self._sheet is not None and 0 <= place < len(self._sheet.rows) else None

    def _chosen(self) -> None:
        self.chosen.emit()
