"""One tile: a title, a large figure with a small word, something below."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout

from ui.bars import plain_label
from ui.elided import ElidedLabel
from ui.plain import as_plain
from ui.tasks.inks import Inks, tint
from ui.theme import Tokens


class Tile(QFrame):
    """A title, a large figure with a small word, something below."""

    def __init__(self, title: str, tokens: Tokens, stretch: int) -> None:
        """Build it empty; `stretch` is its share of the width."""
        super().__init__()
        self.setObjectName("tile")
        self.stretch = stretch
        self.setAccessibleName(title)
        self._title, self._below = plain_label(title), ElidedLabel()
        self._figure, self._word = plain_label(""), plain_label("")
        self.first = first = QHBoxLayout()
        first.setSpacing(5)
        first.addWidget(self._figure, 0, Qt.AlignmentFlag.AlignBaseline)
        first.addWidget(self._word, 1, Qt.AlignmentFlag.AlignBaseline)
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(14, 8, 14, 8)
        self.body.setSpacing(3)
        self.body.addWidget(self._title)
        self.body.addLayout(first)
        self.body.addStretch(1)
        self.body.addWidget(self._below)
        self._below.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.set_tokens(tokens)

    def say(self, figure: str, word: str = "", below: str = "") -> None:
        """Show figures; what did not change is not laid out anew."""
        for label, text in ((self._figure, figure), (self._word, word), (self._below, below)):
            if label.text() != text:
                label.setText(text)
        self._below.setToolTip(as_plain(below) if below else "")
        self.setAccessibleDescription(f"{figure} {word}. {below}")

    def set_tokens(self, tokens: Tokens) -> None:
        """Change the theme."""
        inks = Inks(tokens, self.font())
        pairs = ((self._title, inks.label, "dim"), (self._figure, inks.large, "text"), (self._word, inks.text, "dim"))
        for label, font, token in (*pairs, (self._below, inks.label, "dim")):
            label.setFont(font)
            tint(label, inks[token])
