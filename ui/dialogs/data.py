"""The dialog about the saved data: what it takes up, what may be dropped of it, a backup, and what was damaged."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from engine.face import STORE, Damage, DroverError, Engine, ErrorCode, Retention, StorageSizes
from ui.bars import plain_label
from ui.dialogs.form import Field, WrongInputError, grid, heading, line, read, text_of
from ui.dialogs.growing import GrowingDialog
from ui.services import WindowServices
from ui.tasks.format import size
from ui.text import Words

SIZES = ("total", "texts", "raw", "deleted", "results")
LIMITS = ("raw_days", "raw_megabytes", "texts_days", "texts_megabytes")
MOST = 1_000_000
DAMAGE_LINES = 8


class Data(GrowingDialog):
    """Reads sizes when it opens; a backup is made while everything goes on."""

    def __init__(self, engine: Engine, services: WindowServices, words: Words, parent: QWidget) -> None:
        """Build it; `open` shows it."""
        super().__init__(parent)
        self._engine, self._services, self._words = engine, services, words
        self.setWindowTitle(words("data.title"))
        self.setMinimumWidth(620)
        self.sizes = {name: plain_label("…") for name in SIZES}
        retention = services.preferences().retention
        self.limits = {
            name: Field(words(f"data.{name}"), line(_number(retention, name), words("data.never"))) for name in LIMITS
        }
        self.backup_button, self.save_button = QPushButton(words("data.backup")), QPushButton(words("data.save"))
        self.save_button.setProperty("primary", True)  # noqa: FBT003 - Qt's signature
        self.outcome = plain_label("")
        self.outcome.setWordWrap(True)
        self.outcome.hide()
        self.damage = QPlainTextEdit()
        self.damage.setReadOnly(True)
        self.damage.setMinimumHeight(DAMAGE_LINES * self.damage.fontMetrics().lineSpacing())
        self.damage.setAccessibleName(words("data.damage"))
        self._build(engine.damage())
        self.backup_button.clicked.connect(self._choose)
        self.save_button.clicked.connect(self._save)
        services.spawn(self._weigh())

    def _build(self, damage: tuple[Damage, ...]) -> None:
        words = self._words
        sizes = QGridLayout()
        sizes.setHorizontalSpacing(24)
        for row, (name, label) in enumerate(self.sizes.items()):
            sizes.addWidget(_dim(words(f"data.{name}")), row, 0)
            label.setAlignment(Qt.AlignmentFlag.AlignRight)
            sizes.addWidget(label, row, 1)
            sizes.setRowMinimumHeight(row, label.sizeHint().height())
        sizes.setColumnStretch(2, 1)
        note = _dim(words("data.retention_note"))
        note.setWordWrap(True)
        buttons = QHBoxLayout()
        close = QPushButton(words("data.close"))
        close.clicked.connect(self.reject)
        for widget in (self.backup_button, None, self.save_button, close):
            buttons.addStretch(1) if widget is None else buttons.addWidget(widget)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 20, 24, 20)
        layout.setSpacing(14)
        layout.addWidget(heading(words("data.title")))
        layout.addLayout(sizes)
        layout.addWidget(note)
        layout.addLayout(grid([list(self.limits.values())[:2], list(self.limits.values())[2:]], columns=2))
        if damage:
            layout.addWidget(_dim(words("data.damage")))
            self.damage.setPlainText("\n\n".join([*copies(damage, words), *(told(each, words) for each in damage)]))
            layout.addWidget(self.damage, 1)
        layout.addWidget(self.outcome)
        layout.addLayout(buttons)

    async def _weigh(self) -> None:
        try:
            found: StorageSizes = await self._engine.storage()
        except DroverError as error:
            self._say(self._words.error(error))
            return
        for name, label in self.sizes.items():
            label.setText(size(getattr(found, name)))

    def _choose(self) -> None:
        dialog = QFileDialog(self, self._words("data.backup"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.selectFile("drover-backup.db")
        dialog.fileSelected.connect(self._chosen)
        dialog.open()

    def _chosen(self, name: str) -> None:
        self._services.spawn(self.back_up(Path(name)))

    async def back_up(self, file: Path) -> None:
        """Write a backup and say how it went."""
        self.backup_button.setEnabled(False)
        self._say(self._words("data.backing_up"))
        try:
            await self._engine.backup(file)
        except DroverError as error:
            there = error.code is ErrorCode.FOLDER_NOT_WRITABLE
            self._say(self._words("data.backup_refused") if there else self._words.error(error))
        else:
            self._say(self._words("data.backed_up", file=file))
        finally:
            self.backup_button.setEnabled(True)

    def _save(self) -> None:
        for field in self.limits.values():
            field.blame("")
        try:
            values = {name: self._limit(field) for name, field in self.limits.items()}
            preferences = self._services.preferences()
            self._services.save(dataclasses.replace(preferences, retention=Retention(**values)))
        except WrongInputError as wrong:
            wrong.field.blame(self._words(wrong.code))
        except DroverError as error:
            self._say(self._words.error(error))
        else:
            self.accept()

    @staticmethod
    def _limit(field: Field[QWidget]) -> int | None:
        return read(field, _whole, "data.bad_number") if text_of(field).strip() else None

    def _say(self, text: str) -> None:
        self.outcome.setText(text)
        self.outcome.setVisible(bool(text))


def told(damage: Damage, words: Words) -> str:
    """Return what is said of one damage: which task, what is kept, what is lost."""
    said = [words(f"part.{damage.part}")]
    if damage.task != STORE:
        said.append(words.counted("data.damage_kept", damage.kept_steps))
    if damage.lost_records:
        code = "data.damage_lost" if damage.repaired else "data.damage_broken"
        said.append(words.counted(code, damage.lost_records))
    if not damage.repaired:
        said.append(words("data.damage_stopped"))
    lines = [damage.title or damage.task or words("data.damage_store"), " · ".join(said)]
    if damage.untold:
        lines.append(words("data.damage_untold"))
    if damage.exported:
        lines.append(words("data.damage_exported"))
    return "\n".join(lines)


def copies(found: Sequence[Damage], words: Words) -> Iterator[str]:
    """Yield where the files as they were lie, each place once."""
    for folder in dict.fromkeys(each.quarantine for each in found if each.quarantine):
        yield words("data.damage_copy", folder=folder)


def _number(retention: Retention, name: str) -> str:
    value: int | None = getattr(retention, name)
    return "" if value is None else str(value)


def _whole(text: str) -> int:
    number = int(text)
    if not 1 <= number <= MOST:
        raise ValueError(text)
    return number


def _dim(text: str) -> QLabel:
    label = plain_label(text)
    label.setObjectName("dim")
    return label
