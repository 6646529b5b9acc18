"""The providers in the settings: a list, and the one that is being looked at with its key, prices and a test of it."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QListWidget, QListWidgetItem, QPushButton, QVBoxLayout, QWidget

from engine.face import DroverError, per_million
from ui.bars import plain_label
from ui.dialogs.form import Field, WrongInputError, area, at_field, line, pairs, read, text_of
from ui.dialogs.limit_fields import LimitFields
from ui.dialogs.path_line import PathLine
from ui.services import PricedModel, ProviderView, WindowServices
from ui.text import Words

NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,40}")
PRICES = 2
LIST_WIDTH, ROW = 180, 29
NAMED = 5
"""Models that a good test names."""
ADDRESSED = ("preset", "custom", "server")


class Providers(QWidget):
    """Changes nothing by itself: `views`, `keys` and `removed` are what is to be saved."""

    def __init__(self, words: Words, services: WindowServices, views: tuple[ProviderView, ...]) -> None:
        """Show the first."""
        super().__init__()
        self._words, self._services = words, services
        self._views = list(views)
        self._before = {view.name: view.base_url for view in views if view.set_up}
        self._keys: dict[str, str] = {}
        self._removed: list[str] = []
        self._row = -1
        self._testing = False
        self.list = QListWidget()
        self.list.setAccessibleName(words("settings.providers"))
        self.list.setFixedWidth(LIST_WIDTH)
        self.name = Field(words("settings.name"), line())
        self.address = Field(words("settings.base_url"), line())
        self.key = Field(words("settings.key"), line(hint=words("settings.key_hint")))
        self.free = QCheckBox(words("settings.free"))
        self.models = Field(words("settings.models"), area(rows=3))
        self.limits = LimitFields(words)
        self.file = Field(words("settings.model_file"), PathLine(words, hint=words("settings.model_file_hint")))
        self.about = plain_label(words("settings.simulator"))
        self.test_button = QPushButton(words("settings.test"))
        self.add_button = QPushButton(words("settings.add"))
        self.remove_button = QPushButton(words("settings.remove"))
        self.outcome = plain_label("")
        self._build()
        self.list.currentRowChanged.connect(self._switch)
        for view in self._views:
            self.list.addItem(_item(view.title))
        self.list.setCurrentRow(0)

    def _build(self) -> None:
        self.key.field.setEchoMode(self.key.field.EchoMode.Password)
        self.outcome.setWordWrap(True)
        self.about.setWordWrap(True)
        self.about.setObjectName("dim")
        self.test_button.clicked.connect(self._begin_test)
        self.remove_button.clicked.connect(self._remove)
        self.name.field.textEdited.connect(self._renamed)
        self.add_button.clicked.connect(self._add)
        left = QVBoxLayout()
        left.addWidget(self.list, 1)
        left.addWidget(self.add_button)
        tested = QHBoxLayout()
        tested.addWidget(self.test_button, 0, Qt.AlignmentFlag.AlignTop)
        tested.addWidget(self.outcome, 1)
        tested.addWidget(self.remove_button, 0, Qt.AlignmentFlag.AlignTop)
        right = QVBoxLayout()
        right.setSpacing(12)
        for widget in (self.name, self.about, self.file, self.address, self.key, self.free, self.models, self.limits):
            right.addWidget(widget)
        right.addLayout(tested)
        right.addStretch(1)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(16)
        layout.addLayout(left)
        layout.addLayout(right, 1)

    # --- what is to be saved

    def views(self) -> tuple[ProviderView, ...]:
        """Return all providers as they stand; raises `WrongInputError`."""
        self._store()
        for view in self._views:
            if view.set_up and view.kind in ADDRESSED:
                self._check(view)
        return tuple(self._views)

    @property
    def keys(self) -> Mapping[str, str]:
        """The keys that were pasted, by the provider's name."""
        return self._keys

    @property
    def removed(self) -> tuple[str, ...]:
        """The names of the providers that were set up and are so no more."""
        return tuple(self._removed)

    def choose(self, name: str) -> None:
        """Look at a provider, where it is there."""
        names = [view.name for view in self._views]
        if name in names:
            self.list.setCurrentRow(names.index(name))

    def _check(self, view: ProviderView) -> None:
        """Raise `WrongInputError`, with the provider in sight, for what no request could be sent with."""
        services, key = self._services, self._keys.get(view.name, "")
        try:
            with at_field(self.address):
                if self._before.get(view.name) != view.base_url:
                    services.check_address(view.base_url)
            with at_field(self.key):
                if key:
                    services.check_key(key)
        except WrongInputError:
            self.choose(view.name)
            raise

    # --- the one that is looked at

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
        addressed = view.kind in ADDRESSED
        self.name.field.setText(view.name)
        self.address.field.setText(view.base_url)
        self.models.field.setPlainText(_prices(view))
        self.file.field.setText(view.model_file)
        self.name.field.setEnabled(view.kind == "custom" and not view.set_up)
        for widget in (self.address, self.key, self.models, self.free, self.limits):
            widget.setVisible(addressed)
        self.file.setVisible(view.kind == "local")
        self.about.setVisible(view.kind == "simulator")
        self.remove_button.setVisible(addressed and (view.set_up or view.kind == "custom"))
        self.free.setChecked(view.free)
        self.limits.show_limits(view.limits)
        self.key.field.setText(self._keys.get(view.name, ""))
        where = self._words(f"settings.{view.key_kept}")
        kept = self._words("settings.key_kept", where=where) if view.key_kept != "nowhere" else where
        self.key.field.setPlaceholderText(f"{self._words('settings.key_hint')} · {kept}")
        for field in (self.name, self.address, self.models, self.key, self.file):
            field.blame("")
        self.outcome.setText("")

    def _store(self) -> None:
        """Take what is in the fields into the provider that is shown."""
        view = self._views[self._row]
        name = read(self.name, self._own_name, "settings.bad_name")
        known = {each.id: each for each in view.priced}
        priced = tuple(_merged(known.get(each.id), each) for each in read(self.models, _priced, "settings.bad_prices"))
        key = text_of(self.key).strip()
        changed = dataclasses.replace(
            view,
            name=name,
            title=view.title if view.kind != "custom" else name,
            base_url=text_of(self.address).strip(),
            free=self.free.isChecked(),
            limits=self.limits.read(),
            priced=priced,
            model_file=self.file.field.text().strip(),
            models=tuple(dict.fromkeys([*(each.id for each in priced), *view.models])),
        )
        self._keys.pop(view.name, None)
        if key:
            self._keys[name] = key
        if changed != view or key:
            self._views[self._row] = dataclasses.replace(changed, set_up=True)

    def _own_name(self, text: str) -> str:
        """Return a name that no other provider has; raises ValueError."""
        others = {view.name for number, view in enumerate(self._views) if number != self._row}
        if not NAME.fullmatch(text) or text in others:
            raise ValueError(text)
        return text

    def _renamed(self, text: str) -> None:
        item = self.list.item(self._row)
        if self._views[self._row].kind == "custom":
            item.setText(text.strip() or self._views[self._row].title)

    # --- test, add, remove

    def _begin_test(self) -> None:
        if not self._testing:
            self._services.spawn(self._test())

    async def _test(self) -> None:
        self._testing = True
        self.outcome.setText(self._words("settings.testing"))
        row = self._row
        try:
            view = dataclasses.replace(
                self._views[row],
                base_url=text_of(self.address).strip(),
                free=self.free.isChecked(),
                model_file=self.file.field.text().strip(),
            )
            models = await self._services.test(view, text_of(self.key).strip())
        except DroverError as error:
            self._tell_of(row, self._words.error(error))
        else:
            names = [model.id for model in models]
            self._tell_of(row, self._found(names))
            known = tuple(dict.fromkeys([*self._views[row].models, *names]))
            self._views[row] = dataclasses.replace(self._views[row], models=known)
        finally:
            self._testing = False

    def _tell_of(self, row: int, text: str) -> None:
        if row == self._row:
            self.outcome.setText(text)

    def _found(self, names: list[str]) -> str:
        if not names:
            return self._words("settings.works_none")
        listed = ", ".join(names[:NAMED]) + (", …" if len(names) > NAMED else "")
        return self._words.counted("settings.works", len(names), names=listed)

    def _add(self) -> None:
        taken = {view.name for view in self._views}
        name = next(name for number in range(1, len(taken) + 2) if (name := f"server-{number}") not in taken)
        self._views.append(ProviderView(name=name, title=name, kind="custom", base_url="http://127.0.0.1:8000/v1"))
        self.list.addItem(_item(name))
        self.list.setCurrentRow(len(self._views) - 1)
        self.name.field.setFocus()
        self.name.field.selectAll()

    def _remove(self) -> None:
        """Take a server out of the list; a preset stays there, as if nobody had touched it."""
        view, row = self._views[self._row], self._row
        self._keys.pop(view.name, None)
        if view.set_up:
            self._removed.append(view.name)
        if view.kind != "custom":
            bare = dataclasses.replace(view, set_up=False, priced=(), key_kept="nowhere", base_url=view.usual_url)
            self._views[row] = bare
            self._show(bare)
            self.outcome.setText(self._words("settings.removed"))
            return
        self._row = -1
        del self._views[row]
        self.list.takeItem(row)
        self.list.setCurrentRow(min(row, len(self._views) - 1))
        self._switch(self.list.currentRow())


def _item(title: str) -> QListWidgetItem:
    """Return a row of one height: before the style is known, rows would be measured without it and overlap."""
    item = QListWidgetItem(title)
    item.setSizeHint(QSize(0, ROW))
    return item


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


def _merged(before: PricedModel | None, now: PricedModel) -> PricedModel:
    """Return what a line says, with what it has no room for: kinds of tokens and longer calls stand under Prices."""
    if before is None or now.free:
        return now
    return dataclasses.replace(before, free=False, input=now.input, output=now.output)
