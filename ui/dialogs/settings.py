"""The settings: what holds for the program, and the providers with their keys, prices and a test of each."""

from __future__ import annotations

import dataclasses
import re

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QListWidget,
    QPushButton,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from engine.face import DroverError, parse, per_million
from ui.bars import plain_label
from ui.dialogs.form import Field, WrongInputError, area, choice, grid, line, pairs, read, text_of
from ui.dialogs.model_choice import ModelChoice
from ui.services import Preferences, PricedModel, ProviderView, WindowServices
from ui.text import Words

NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,40}")
PRICES = 2


class Settings(QDialog):
    """Saves what was changed when the person says so."""

    saved = Signal()

    def __init__(self, words: Words, services: WindowServices, parent: QWidget | None = None) -> None:
        """Show the settings as they are."""
        super().__init__(parent)
        self._words, self._services = words, services
        self._before = services.preferences()
        self.setWindowTitle(words("settings.title"))
        self.setModal(True)
        self.resize(760, 600)
        self.general = General(words, self._before)
        self.providers = Providers(words, services, self._before.providers)
        self.tabs = QTabWidget()
        self.tabs.addTab(self.general, words("settings.general"))
        self.tabs.addTab(self.providers, words("settings.providers"))
        self._problem = plain_label("")
        self._problem.setObjectName("error")
        self._problem.setWordWrap(True)
        self.save_button = QPushButton(words("settings.save"))
        self.save_button.setProperty("primary", True)  # noqa: FBT003 - Qt's signature
        cancel = QPushButton(words("settings.cancel"))
        cancel.clicked.connect(self.reject)
        self.save_button.clicked.connect(self._save)
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

    def _save(self) -> None:
        self._problem.setText("")
        try:
            views = self.providers.views()
            preferences = dataclasses.replace(self.general.read(self._before), providers=views)
            self._services.save(preferences)
        except WrongInputError as wrong:
            wrong.field.blame(self._words(wrong.code))
            wrong.field.field.setFocus()
        except DroverError as error:
            self._problem.setText(self._words.error(error))
        else:
            self.saved.emit()
            self.accept()


class General(QWidget):
    """What holds for the whole program."""

    def __init__(self, words: Words, preferences: Preferences) -> None:
        """Show it."""
        super().__init__()
        themes = [(words(f"action.theme_{name}"), name) for name in ("system", "dark", "light")]
        resumes = [(words(f"settings.{name}"), name) for name in ("ask", "always", "never")]
        self.theme = Field(words("settings.theme"), choice(themes, preferences.theme))
        self.limit = Field(words("settings.running_limit"), line(str(preferences.running_limit)))
        self.resume = Field(words("settings.resume"), choice(resumes, preferences.resume_interrupted))
        hint = words("new_task.budget_hint")
        self.day = Field(words("settings.day_limit"), line(preferences.day_limit, hint))
        self.month = Field(words("settings.month_limit"), line(preferences.month_limit, hint))
        self.total = Field(words("settings.total_limit"), line(preferences.total_limit, hint))
        self.results = Field(words("settings.results"), line(preferences.results_folder))
        self.models = ModelChoice(preferences.providers, preferences.default_provider, preferences.default_model)
        default = Field(words("settings.default"), self.models)
        choose = QPushButton(words("settings.choose"))
        choose.clicked.connect(self._choose_folder)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(16)
        layout.addLayout(grid([[self.theme, self.limit, self.resume], [self.day, self.month, self.total]]))
        layout.addWidget(default)
        layout.addWidget(self.results)
        layout.addWidget(choose)
        layout.addStretch(1)

    def read(self, before: Preferences) -> Preferences:
        """Return the settings as they stand here; raises `WrongInputError`."""
        return dataclasses.replace(
            before,
            theme=self.theme.field.currentData(),
            running_limit=read(self.limit, _at_least_one, "new_task.not_a_number"),
            resume_interrupted=self.resume.field.currentData(),
            day_limit=_amount(self.day),
            month_limit=_amount(self.month),
            total_limit=_amount(self.total),
            results_folder=text_of(self.results).strip(),
            default_provider=self.models.provider,
            default_model=self.models.model,
        )

    def _choose_folder(self) -> None:
        dialog = QFileDialog(self)
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.fileSelected.connect(self.results.field.setText)
        dialog.open()


class Providers(QWidget):
    """The list of providers, and the one that is being looked at."""

    def __init__(self, words: Words, services: WindowServices, views: tuple[ProviderView, ...]) -> None:
        """Show the first."""
        super().__init__()
        self._words, self._services = words, services
        self._views = list(views)
        self._row = -1
        self.list = QListWidget()
        self.list.setAccessibleName(words("settings.providers"))
        self.list.setFixedWidth(180)
        self.name = Field(words("settings.name"), line())
        self.address = Field(words("settings.base_url"), line())
        self.key = Field(words("settings.key"), line(hint=words("settings.key_hint")))
        self.free = QCheckBox(words("settings.free"))
        self.models = Field(words("settings.models"), area(rows=4))
        self.test_button = QPushButton(words("settings.test"))
        self.outcome = plain_label("")
        self._build()
        self.list.currentRowChanged.connect(self._switch)
        self.list.addItems([view.title for view in self._views])
        self.list.setCurrentRow(0)

    def _build(self) -> None:
        self.key.field.setEchoMode(self.key.field.EchoMode.Password)
        self.outcome.setWordWrap(True)
        self.test_button.clicked.connect(lambda: self._services.spawn(self._test()))
        add = QPushButton(self._words("settings.add"))
        add.clicked.connect(self._add)
        left = QVBoxLayout()
        left.addWidget(self.list, 1)
        left.addWidget(add)
        tested = QHBoxLayout()
        tested.addWidget(self.test_button)
        tested.addWidget(self.outcome, 1)
        right = QVBoxLayout()
        right.setSpacing(12)
        for widget in (self.name, self.address, self.key, self.free, self.models):
            right.addWidget(widget)
        right.addLayout(tested)
        right.addStretch(1)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(16)
        layout.addLayout(left)
        layout.addLayout(right, 1)

    def views(self) -> tuple[ProviderView, ...]:
        """Return all providers as they stand; raises `WrongInputError`. A pasted key is kept."""
        self._store()
        return tuple(self._views)

    def _switch(self, row: int) -> None:
        if row == self._row or row < 0:
            return
        if self._row >= 0:
            try:
                self._store()
            except WrongInputError as wrong:
                wrong.field.blame(self._words(wrong.code))
                self.list.setCurrentRow(self._row)
                return
        self._row = row
        self._show(self._views[row])

    def _show(self, view: ProviderView) -> None:
        own = view.kind in ("preset", "custom", "server")
        for field in (self.name, self.address, self.models):
            field.blame("")
        self.name.field.setText(view.name)
        self.address.field.setText(view.base_url)
        self.models.field.setPlainText(_prices(view))
        self.name.field.setEnabled(view.kind == "custom" and not view.set_up)
        self.address.setVisible(own)
        self.key.setVisible(own)
        self.models.setVisible(own)
        self.free.setVisible(own)
        self.free.setChecked(view.free)
        self.key.field.setText("")
        where = self._words(f"settings.{view.key_kept}")
        kept = self._words("settings.key_kept", where=where) if view.key_kept != "nowhere" else where
        self.key.field.setPlaceholderText(f"{self._words('settings.key_hint')} · {kept}")
        self.outcome.setText("")

    def _store(self) -> None:
        """Take what is in the fields into the provider that is shown."""
        view = self._views[self._row]
        name = read(self.name, _name, "settings.bad_name")
        priced = read(self.models, _priced, "settings.bad_prices")
        key = text_of(self.key).strip()
        changed = dataclasses.replace(
            view,
            name=name,
            title=view.title if view.kind != "custom" else name,
            base_url=text_of(self.address).strip(),
            free=self.free.isChecked(),
            priced=priced,
            models=tuple(dict.fromkeys([*(each.id for each in priced), *view.models])),
        )
        if changed != view or key:
            self._views[self._row] = dataclasses.replace(changed, set_up=True)
        if key:
            self._services.spawn(self._keep(name, key))

    async def _keep(self, name: str, key: str) -> None:
        try:
            where = await self._services.keep_key(name, key)
            self.outcome.setText(self._words("settings.key_kept", where=self._words(f"settings.{where}")))
        except DroverError as error:
            self.key.blame(self._words.error(error))

    async def _test(self) -> None:
        self.outcome.setText(self._words("settings.testing"))
        self.test_button.setEnabled(False)
        try:
            view = dataclasses.replace(
                self._views[self._row], base_url=text_of(self.address).strip(), free=self.free.isChecked()
            )
            models = await self._services.test(view, text_of(self.key).strip())
        except DroverError as error:
            self.outcome.setText(self._words.error(error))
        else:
            self.outcome.setText(self._words("settings.works", count=len(models)))
            names = [model.id for model in models]
            self._views[self._row] = dataclasses.replace(
                self._views[self._row], models=tuple(dict.fromkeys([*self._views[self._row].models, *names]))
            )
        finally:
            self.test_button.setEnabled(True)

    def _add(self) -> None:
        number = 1 + sum(view.kind == "custom" for view in self._views)
        name = f"server-{number}"
        self._views.append(ProviderView(name=name, title=name, kind="custom", base_url="http://127.0.0.1:8000/v1"))
        self.list.addItem(name)
        self.list.setCurrentRow(len(self._views) - 1)


def _amount(field: Field[QWidget]) -> str:
    """Return an amount as it was typed, or nothing; raises `WrongInputError` for what is no amount."""
    text = text_of(field).strip()
    if text:
        read(field, parse, "new_task.not_money")
    return text


def _prices(view: ProviderView) -> str:
    return "\n".join(f"{each.id} = {'free' if each.free else f'{each.input}, {each.output}'}" for each in view.priced)


def _priced(text: str) -> tuple[PricedModel, ...]:
    """Return the models of "model = in, out" or "model = free" lines; raises ValueError."""
    found: list[PricedModel] = []
    for model, value in pairs(text).items():
        if value.lower() == "free":
            found.append(PricedModel(id=model, free=True))
            continue
        prices = [part.strip() for part in value.split(",")]
        if len(prices) != PRICES:
            raise ValueError(value)
        for price in prices:
            per_million(price)
        found.append(PricedModel(id=model, input=prices[0], output=prices[1]))
    return tuple(found)


def _name(text: str) -> str:
    if not NAME.fullmatch(text):
        raise ValueError(text)
    return text


def _at_least_one(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number
