"""A batch's results as a table: chosen columns, as they are now, and the same as a file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from engine.face import BATCH_FORMS, BatchLine, DroverError, Engine, batch_columns, batch_ended, batch_value
from ui.bars import plain_label
from ui.dialogs.form import area, choice, heading
from ui.long_lines import broken
from ui.plain_table import plain_table
from ui.services import WindowServices
from ui.text import Words

Index = QModelIndex | QPersistentModelIndex
NOWHERE = QModelIndex()
SIZE = (1080, 700)
SHOWN = 200
"""Characters of a cell that are shown; all of it stands below the table."""
LIST_WIDTH = 190
USUAL = ("title", "state", "answer", "cost_usd")
"""Columns that are chosen at first, with those of the rows."""


class LinesModel(QAbstractTableModel):
    """Lines by chosen columns."""

    def __init__(self) -> None:
        """Begin with none."""
        super().__init__()
        self._lines: Sequence[BatchLine] = ()
        self._columns: Sequence[str] = ()

    def show(self, lines: Sequence[BatchLine], columns: Sequence[str]) -> None:
        """Show these."""
        self.beginResetModel()
        self._lines, self._columns = lines, columns
        self.endResetModel()

    def rowCount(self, parent: Index = NOWHERE) -> int:
        """See Qt."""
        return 0 if parent.isValid() else len(self._lines)

    def columnCount(self, parent: Index = NOWHERE) -> int:
        """See Qt."""
        return 0 if parent.isValid() else len(self._columns)

    def text(self, index: Index) -> str:
        """Return all of a cell."""
        value = batch_value(self._lines[index.row()], self._columns[index.column()])
        return "" if value is None else str(value)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """See Qt."""
        return " ".join(self.text(index)[: 2 * SHOWN].split())[:SHOWN] if role == Qt.ItemDataRole.DisplayRole else None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """See Qt."""
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        return self._columns[section][:SHOWN] if orientation is Qt.Orientation.Horizontal else str(section + 1)


class Results(QDialog):
    """Shows one batch."""

    def __init__(
        self, words: Words, engine: Engine, services: WindowServices, batch: str, parent: QWidget | None = None
    ) -> None:
        """Read the batch as it is now."""
        super().__init__(parent)
        self._words, self._engine, self._services, self._batch = words, engine, services, batch
        self._lines: tuple[BatchLine, ...] = ()
        self._gone = False
        self.setWindowTitle(words("batch.results_title", name=batch))
        self.setModal(True)
        self.model, self.table, self.columns = LinesModel(), QTableView(), QListWidget()
        self.note, self.cell = plain_label(words("batch.reading")), area(rows=5)
        self.form = choice([(each.upper(), each) for each in BATCH_FORMS])
        self.refresh_button = QPushButton(words("batch.refresh"))
        self.export_button, self.close_button = QPushButton(words("batch.export")), QPushButton(words("data.close"))
        self._build()
        self._connect()
        self.refresh()

    def _build(self) -> None:
        self.table.setModel(self.model)
        plain_table(self.table, self._words("batch.results"))
        self.table.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.table.horizontalHeader().setDefaultSectionSize(200)
        self.table.horizontalHeader().setStretchLastSection(True)
        self.columns.setAccessibleName(self._words("batch.columns"))
        self.columns.setFixedWidth(LIST_WIDTH)
        self.cell.setReadOnly(True)
        self.cell.setAccessibleName(self._words("batch.cell"))
        self.note.setObjectName("dim")
        middle, foot = QHBoxLayout(), QHBoxLayout()
        middle.setSpacing(12)
        middle.addWidget(self.table, 1)
        middle.addWidget(self.columns)
        foot.setSpacing(8)
        foot.addWidget(self.note, 1)
        for widget in (self.refresh_button, self.form, self.export_button, self.close_button):
            foot.addWidget(widget)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 20, 24, 20)
        layout.setSpacing(12)
        layout.addWidget(heading(self._words("batch.results_title", name=self._batch)))
        layout.addLayout(middle, 1)
        layout.addWidget(self.cell)
        layout.addLayout(foot)
        room = self.screen().availableSize()
        self.resize(min(SIZE[0], room.width() - 64), min(SIZE[1], room.height() - 64))

    def _connect(self) -> None:
        self.refresh_button.clicked.connect(self.refresh)
        self.export_button.clicked.connect(self.choose_file)
        self.close_button.clicked.connect(self.reject)
        self.columns.itemChanged.connect(self._arrange)
        self.table.selectionModel().currentChanged.connect(self._show_cell)
        self.finished.connect(self._forget)

    def _forget(self) -> None:
        self._gone = True

    def refresh(self) -> None:
        """Read the batch anew."""
        self._services.spawn(self._read())

    async def _read(self) -> None:
        try:
            lines = await self._engine.batch_lines(self._batch)
        except DroverError as error:
            if not self._gone:
                self.note.setText(self._words.error(error))
            return
        if self._gone:
            return
        self._lines = lines
        self._offer(batch_columns(line.spec for line in lines))
        self._arrange()
        self._tell()

    def _offer(self, names: Sequence[str]) -> None:
        """Offer these columns; what was chosen stays so."""
        before = {name: name in self.chosen for name in self._names()}
        own = {name for line in self._lines for name in line.spec.cells}
        self.columns.blockSignals(True)  # noqa: FBT003 - Qt's signature
        self.columns.clear()
        for name in names:
            item = QListWidgetItem(name, self.columns)
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            on = before.get(name, name in own or name in USUAL)
            item.setCheckState(Qt.CheckState.Checked if on else Qt.CheckState.Unchecked)
        self.columns.blockSignals(False)  # noqa: FBT003 - Qt's signature

    def _names(self) -> list[str]:
        return [self.columns.item(row).text() for row in range(self.columns.count())]

    @property
    def chosen(self) -> list[str]:
        """The columns that are chosen, in order."""
        items = [self.columns.item(row) for row in range(self.columns.count())]
        return [item.text() for item in items if item.checkState() is Qt.CheckState.Checked]

    @property
    def partial(self) -> str:
        """What is to be told of a batch that is not at its end; empty for one that is."""
        done = batch_ended(line.standing for line in self._lines)
        if done == len(self._lines):
            return ""
        return self._words("batch.partial", done=f"{done:,}", count=f"{len(self._lines):,}")

    def _arrange(self) -> None:
        self.model.show(self._lines, self.chosen)
        self.export_button.setEnabled(bool(self.chosen))

    def _tell(self) -> None:
        self.note.setText(self.partial or self._words.counted("batch.whole", len(self._lines)))

    def _show_cell(self, index: QModelIndex) -> None:
        self.cell.setPlainText(broken(self.model.text(index)) if index.isValid() else "")

    def choose_file(self) -> QFileDialog:
        """Ask where to, and write what is shown there."""
        form = str(self.form.currentData())
        dialog = QFileDialog(self)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilter(f"{form.upper()} (*.{form})")
        dialog.setDefaultSuffix(form)
        dialog.selectFile(f"{''.join(c if c.isalnum() else '-' for c in self._batch)}.{form}")
        dialog.fileSelected.connect(self._write_to)
        dialog.open()
        return dialog

    def _write_to(self, name: str) -> None:
        self._services.spawn(self._write(Path(name), str(self.form.currentData())))

    async def _write(self, file: Path, form: str) -> None:
        try:
            await self._services.export_batch(self._lines, self.chosen, form, file, told=self.partial)
        except DroverError as error:
            told = self._words.error(error)
        else:
            told = self._words("batch.exported", file=file, partial=self.partial).strip()
        if not self._gone:
            self.note.setText(told)
