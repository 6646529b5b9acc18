"""The cards of the first start: each a place where tasks can run, one of them chosen."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QRadioButton, QVBoxLayout

from ui.bars import plain_label
from ui.dialogs.form import line
from ui.services import ProviderView
from ui.text import Words
from ui.theme import restyle


class Card(QFrame):
    """One place where tasks can run."""

    pressed = Signal()

    def __init__(self, view: ProviderView, title: str, told: str, *, models: Sequence[str] = ()) -> None:
        """Show it; with `models` one of them can be chosen."""
        super().__init__()
        self.setObjectName("card")
        self.view = view
        self.models = tuple(models) or view.models
        self._radio = QRadioButton()
        self._radio.setAutoExclusive(False)
        self._radio.setAccessibleName(title)
        self._radio.clicked.connect(self.pressed)
        self._box = QComboBox() if models else None
        texts = QVBoxLayout()
        texts.setSpacing(3)
        name, below = plain_label(title), plain_label(told)
        font = name.font()
        font.setWeight(font.Weight.DemiBold)
        name.setFont(font)
        below.setObjectName("dim")
        below.setWordWrap(True)
        for label in (name, below):
            texts.addWidget(label)
        self.row = QHBoxLayout(self)
        self.row.setContentsMargins(16, 12, 16, 12)
        self.row.setSpacing(12)
        self.row.addWidget(self._radio)
        self.row.addLayout(texts, 1)
        if self._box is not None:
            self._box.addItems(list(models))
            self.row.addWidget(self._box)

    @property
    def usable(self) -> bool:
        """Whether it works as it stands."""
        return self.view.ready and (not self.view.needs_key or self.view.key_kept != "nowhere")

    @property
    def model(self) -> str:
        """The model that is chosen on it."""
        return self._box.currentText() if self._box is not None else next(iter(self.models), "")

    @property
    def key(self) -> str:
        """A key that was pasted."""
        return ""

    @property
    def lacks_key(self) -> bool:
        """Whether it cannot run without a key that nobody gave yet."""
        return self.view.needs_key and self.view.key_kept == "nowhere" and not self.key

    @property
    def is_chosen(self) -> bool:
        """Whether it is the chosen one."""
        return self._radio.isChecked()

    def set_chosen(self, chosen: bool) -> None:  # noqa: FBT001 - a state, named by the method
        """Show whether it is the chosen one."""
        self._radio.setChecked(chosen)
        self.setProperty("chosen", chosen)
        restyle(self)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """See Qt."""
        super().mousePressEvent(event)
        self.pressed.emit()


class KeyCard(Card):
    """A hosted provider, which needs a key."""

    def __init__(self, views: Sequence[ProviderView], words: Words) -> None:
        """Offer them, with a place for the key."""
        super().__init__(views[0], words("first.provider"), words("first.provider_text"))
        self._views = views
        self._which, self._line = QComboBox(), line(hint=words("first.key"))
        self._which.setAccessibleName(words("first.provider"))
        self._which.addItems([view.title for view in views])
        self._which.currentIndexChanged.connect(self._switch)
        self._line.setEchoMode(self._line.EchoMode.Password)
        self._line.setAccessibleName(words("first.key"))
        self._line.setFixedWidth(180)
        self.setFocusProxy(self._line)
        self._line.textEdited.connect(self._pasted)
        self.row.addWidget(self._which)
        self.row.addWidget(self._line)

    @property
    def key(self) -> str:
        """The pasted key."""
        return self._line.text().strip()

    def _pasted(self, _text: str) -> None:
        self.pressed.emit()

    def _switch(self, place: int) -> None:
        self.view = self._views[place]
        self.models = self.view.models
        self.pressed.emit()
