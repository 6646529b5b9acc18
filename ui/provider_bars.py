"""The bars about providers: one that does not answer and when it is tried again, one that refused its key."""

from __future__ import annotations

import math

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from engine.face import KeyRefusal, ProviderHealth, Totals
from ui.bars import plain_label
from ui.text import Words

LETTERS = 60
"""Of a provider's name."""


class _Bar(QFrame):
    """A sentence with buttons; hidden while there is none."""

    def __init__(self, name: str, *buttons: QPushButton) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._text = plain_label("")
        self._text.setWordWrap(True)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 8, 14, 8)
        row.setSpacing(8)
        row.addWidget(self._text, 1)
        for button in buttons:
            row.addWidget(button)
        self.hide()

    @property
    def text(self) -> str:
        """What it says."""
        return self._text.text()

    def _say(self, text: str) -> None:
        if text != self._text.text():
            self._text.setText(text)
        self.setVisible(bool(text))


class AwayBar(_Bar):
    """Shown while tasks wait for a provider that does not answer: nothing is to be done, but may be hurried."""

    try_now = Signal(str)
    """Name of the provider."""

    def __init__(self, words: Words) -> None:
        """Build it hidden."""
        self.button = QPushButton(words("away.try"))
        super().__init__("banner", self.button)
        self._words = words
        self._name = ""
        self.button.clicked.connect(lambda _checked=False: self.try_now.emit(self._name))

    def show_providers(self, providers: tuple[ProviderHealth, ...]) -> None:
        """Tell of the one for which the most tasks wait."""
        away = [each for each in providers if each.away and (each.waiting or each.next_try_s is None)]
        worst = max(away, key=lambda each: each.waiting, default=None)
        self._name = worst.name if worst is not None else ""
        self.button.setEnabled(worst is not None and worst.next_try_s is not None)
        self._say("" if worst is None else self._sentence(worst))

    def _sentence(self, health: ProviderHealth) -> str:
        said = self._words("away.said", name=health.name[:LETTERS], problem=self._words(f"reason.{health.away}"))
        next_s = health.next_try_s
        seconds = 0 if next_s is None else math.ceil(next_s)
        when = self._words("away.trying") if next_s is None else self._words("away.next", seconds=seconds)
        waiting = self._words.counted("away.waiting", health.waiting)
        return f"{said} · {when} · {waiting}"


class KeyBar(_Bar):
    """Shown while a provider is asked nothing more because it refused its key, or has no credit."""

    settings = Signal(str)
    again = Signal(str)
    """Name of the provider."""

    def __init__(self, words: Words) -> None:
        """Build it hidden."""
        self.settings_button, self.again_button = QPushButton(words("key.settings")), QPushButton(words("key.again"))
        self.settings_button.setProperty("primary", True)  # noqa: FBT003 - Qt's signature
        super().__init__("banner", self.settings_button, self.again_button)
        self._words = words
        self._name = ""
        self.settings_button.clicked.connect(lambda _checked=False: self.settings.emit(self._name))
        self.again_button.clicked.connect(lambda _checked=False: self.again.emit(self._name))

    def show_refusals(self, refusals: tuple[KeyRefusal, ...]) -> None:
        """Tell of the first for which tasks wait."""
        refusal = next((each for each in refusals if each.tasks), None)
        self._name = refusal.provider if refusal is not None else ""
        if refusal is None:
            self._say("")
            return
        said = self._words(f"key.{refusal.code}", name=refusal.provider[:LETTERS])
        self._say(f"{said} {self._words.counted('key.waiting', refusal.tasks)}")


class ProviderBars(QWidget):
    """Both, below each other; no higher than what they say."""

    def __init__(self, words: Words) -> None:
        """Build them hidden."""
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.away, self.key = AwayBar(words), KeyBar(words)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.key)
        layout.addWidget(self.away)

    def show_totals(self, totals: Totals) -> None:
        """Say what is so."""
        self.key.show_refusals(totals.refusals)
        self.away.show_providers(totals.providers)
