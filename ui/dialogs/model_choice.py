"""Chooses a provider and a model of it: a model that is not in the list can be typed."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QWidget

from ui.services import ProviderView


class ModelChoice(QWidget):
    """Two boxes side by side."""

    changed = Signal()

    def __init__(
        self, providers: Sequence[ProviderView], provider: str = "", model: str = "", *, hint: str = ""
    ) -> None:
        """Offer what can be used, those set up first; `hint` stands where a provider lists no model."""
        super().__init__()
        self._providers = {each.name: each for each in sorted(providers, key=lambda p: not p.set_up) if each.ready}
        self._provider, self._model = QComboBox(), QComboBox()
        self._model.setEditable(True)
        if (typed := self._model.lineEdit()) is not None:
            typed.setPlaceholderText(hint)
        self._model.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        for each in self._providers.values():
            self._provider.addItem(each.title, each.name)
        self._provider.setCurrentIndex(max(0, self._provider.findData(provider)))
        self._fill(model)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(self._provider, 2)
        row.addWidget(self._model, 3)
        self.setFocusProxy(self._provider)
        self._provider.currentIndexChanged.connect(lambda: self._fill(""))
        self._model.currentTextChanged.connect(self.changed)

    def setAccessibleName(self, name: str) -> None:
        """Name both boxes."""
        self._provider.setAccessibleName(name)
        self._model.setAccessibleName(name)

    @property
    def provider(self) -> str:
        """The chosen provider's name, or empty."""
        return self._provider.currentData() or ""

    @property
    def model(self) -> str:
        """The chosen model."""
        return self._model.currentText().strip()

    def choose(self, provider: str, model: str) -> None:
        """Choose both."""
        self._provider.setCurrentIndex(max(0, self._provider.findData(provider)))
        self._fill(model)

    def offer(self, provider: str, models: Sequence[str]) -> None:
        """Add models that a provider listed, keeping what is chosen."""
        if provider != self.provider:
            return
        model = self.model
        for each in models:
            if self._model.findText(each) < 0:
                self._model.addItem(each)
        self._model.setCurrentText(model or (models[0] if models else ""))

    def _fill(self, model: str) -> None:
        known = self._providers.get(self.provider)
        self._model.clear()
        self._model.addItems(list(known.models) if known else [])
        if model:
            self._model.setCurrentText(model)
        self.changed.emit()
