"""The settings: what holds for the program, and the providers. Checked before anything is saved, told at its field."""

from __future__ import annotations

import dataclasses

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QDialog, QHBoxLayout, QPushButton, QTabWidget, QVBoxLayout, QWidget

from engine.face import DroverError, Engine, parse
from ui.bars import plain_label
from ui.dialogs.batch_budgets import BatchBudgets
from ui.dialogs.form import Field, WrongInputError, at_field, choice, grid, line, read, text_of
from ui.dialogs.model_choice import ModelChoice
from ui.dialogs.path_line import PathLine
from ui.dialogs.prices import Prices
from ui.dialogs.providers import Providers
from ui.services import Preferences, WindowServices
from ui.text import Words

MOST_RUNNING = 100_000
MOST_GRACE_S = 86_400


class Settings(QDialog):
    """Saves what was changed when the person says so, and stays until that is done."""

    saved = Signal(str)
    """With what is to be told of it, or nothing."""

    def __init__(self, words: Words, services: WindowServices, engine: Engine, parent: QWidget | None = None) -> None:
        """Show the settings as they are."""
        super().__init__(parent)
        self._words, self._services = words, services
        self._before = services.preferences()
        self._busy = False
        self.setWindowTitle(words("settings.title"))
        self.setModal(True)
        self.resize(760, 600)
        self.general = General(words, self._before, BatchBudgets(words, engine))
        self.providers = Providers(words, services, self._before.providers)
        self.tabs = QTabWidget()
        self.tabs.addTab(self.general, words("settings.general"))
        self.tabs.addTab(self.providers, words("settings.providers"))
        self.prices = Prices(words, services, self._before.providers)
        self.tabs.addTab(self.prices, words("prices.title"))
        self.tabs.currentChanged.connect(self._shown)
        self.finished.connect(self.prices.leave)
        self._problem = plain_label("")
        self._problem.setObjectName("error")
        self._problem.setWordWrap(True)
        self.save_button = QPushButton(words("settings.save"))
        self.save_button.setProperty("primary", True)  # noqa: FBT003 - Qt's signature
        self._build()

    def _build(self) -> None:
        cancel = QPushButton(self._words("settings.cancel"))
        cancel.clicked.connect(self.reject)
        self.save_button.setDefault(True)
        self.save_button.clicked.connect(self._begin)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self._problem, 1)
        row.addWidget(cancel)
        row.addWidget(self.save_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 12, 16, 16)
        layout.setSpacing(12)
        layout.addWidget(self.tabs, 1)
        layout.addLayout(row)

    def look_at(self, provider: str) -> None:
        """Show a provider, its key first."""
        self.tabs.setCurrentWidget(self.providers)
        self.providers.choose(provider)
        self.providers.key.field.setFocus()

    def look_at_prices(self) -> None:
        """Show the prices."""
        self.tabs.setCurrentWidget(self.prices)

    def _shown(self) -> None:
        if self.tabs.currentWidget() is self.prices and not self.prices.model.lines:
            self.prices.refresh()

    def reject(self) -> None:
        """See QDialog; not while saving, which is over in seconds and says then what came of it."""
        if not self._busy:
            super().reject()

    @property
    def problem(self) -> str:
        """What is wrong that belongs to no field."""
        return self._problem.text()

    def _begin(self) -> None:
        if not self._busy:
            self._services.spawn(self._save())

    async def _save(self) -> None:
        self._busy = True
        self._problem.setText("")
        try:
            preferences = dataclasses.replace(
                self.general.read(self._before), providers=self.prices.applied(self.providers.views())
            )
            await self._check(preferences)
            self._services.save(preferences)
            self.general.batches.save()
            told = await self._keep_keys(preferences)
        except WrongInputError as wrong:
            self._blame(wrong)
        except DroverError as error:
            self._problem.setText(self._words.error(error))
        else:
            self.saved.emit(told)
            self.accept()
        finally:
            self._busy = False

    async def _check(self, preferences: Preferences) -> None:
        """Ask the disk about what lies on it, where that was changed."""
        if preferences.results_folder != self._before.results_folder:
            with at_field(self.general.results):
                await self._services.check_results(preferences.results_folder)
        files = {view.model_file for view in preferences.providers}
        for file in files - {view.model_file for view in self._before.providers} - {""}:
            self.providers.choose("local")
            with at_field(self.providers.file):
                await self._services.check_model_file(file)

    async def _keep_keys(self, preferences: Preferences) -> str:
        """Keep what was pasted, forget what was removed; return what to tell of it."""
        for name in self.providers.removed:
            await self._services.forget_key(name)
        titles = {view.name: view.title for view in preferences.providers}
        told: list[str] = []
        for name, key in self.providers.keys.items():
            where = await self._services.keep_key(name, key)
            told.append(self._words(f"settings.told_{where}", name=titles[name]))
        return " ".join(told)

    def _blame(self, wrong: WrongInputError) -> None:
        """Say what is wrong at its field, and bring that into sight."""
        self.tabs.setCurrentWidget(self.providers if self.providers.isAncestorOf(wrong.field) else self.general)
        wrong.field.blame(self._words(wrong.code))
        wrong.field.field.setFocus()


class General(QWidget):
    """What holds for the whole program."""

    def __init__(self, words: Words, preferences: Preferences, batches: BatchBudgets) -> None:
        """Show it."""
        super().__init__()
        self.batches = batches
        themes = [(words(f"action.theme_{name}"), name) for name in ("system", "dark", "light")]
        resumes = [(words(f"settings.{name}"), name) for name in ("ask", "always", "never")]
        self.theme = Field(words("settings.theme"), choice(themes, preferences.theme))
        self.limit = Field(words("settings.running_limit"), line(str(preferences.running_limit)))
        self.resume = Field(words("settings.resume"), choice(resumes, preferences.resume_interrupted))
        hint = words("new_task.budget_hint")
        self.day = Field(words("settings.day_limit"), line(preferences.day_limit, hint))
        self.month = Field(words("settings.month_limit"), line(preferences.month_limit, hint))
        self.total = Field(words("settings.total_limit"), line(preferences.total_limit, hint))
        self.grace = Field(words("settings.grace"), line(f"{preferences.grace_s:g}"))
        self.results = Field(words("settings.results"), PathLine(words, preferences.results_folder, folder=True))
        self.models = ModelChoice(preferences.providers, preferences.default_provider, preferences.default_model)
        default = Field(words("settings.default"), self.models)
        self.alerts = QCheckBox(words("settings.alerts"))
        self.alerts.setChecked(preferences.alerts)
        note = plain_label(words("settings.resume_note"))
        note.setObjectName("dim")
        note.setWordWrap(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(16)
        layout.addLayout(grid([[self.theme, self.limit, self.grace], [self.day, self.month, self.total]]))
        layout.addWidget(self.alerts)
        layout.addWidget(batches)
        layout.addLayout(grid([[default, self.resume]], 2))
        layout.addWidget(note)
        layout.addWidget(self.results)
        layout.addStretch(1)

    def read(self, before: Preferences) -> Preferences:
        """Return the settings as they stand here; raises `WrongInputError`."""
        self.batches.changed()
        return dataclasses.replace(
            before,
            theme=self.theme.field.currentData(),
            running_limit=read(self.limit, _running, "settings.bad_limit"),
            resume_interrupted=self.resume.field.currentData(),
            day_limit=_amount(self.day),
            month_limit=_amount(self.month),
            total_limit=_amount(self.total),
            alerts=self.alerts.isChecked(),
            grace_s=read(self.grace, _grace, "settings.bad_grace"),
            results_folder=self.results.field.text().strip(),
            default_provider=self.models.provider,
            default_model=self.models.model,
        )


def _running(text: str) -> int:
    return int(_within(float(int(text)), 1, MOST_RUNNING))


def _grace(text: str) -> float:
    return _within(float(text), 0, MOST_GRACE_S)


def _amount(field: Field[QWidget]) -> str:
    """Return an amount as it was typed, or nothing; raises `WrongInputError` for what is no amount."""
    text = text_of(field).strip()
    if text:
        read(field, parse, "new_task.not_money")
    return text


def _within(number: float, least: float, most: float) -> float:
    if not least <= number <= most:
        raise ValueError(number)
    return number
