"""The bars around the tables: what needs an answer now (banner), what is so at the edge of the eye (status bar)."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy

from engine.face import ProviderHealth, Totals
from ui.tasks.format import count, money, size
from ui.tasks.inks import Inks, tint
from ui.text import Words
from ui.theme import Tokens, restyle

FIGURES = 3
"""Figures in the middle of the status bar."""


class Banner(QFrame):
    """Asks whether interrupted tasks shall go on."""

    resume = Signal()
    keep = Signal()
    always = Signal()

    def __init__(self, words: Words) -> None:
        """Build it hidden."""
        super().__init__()
        self.setObjectName("banner")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._words = words
        self._answered = False
        self._text = plain_label("")
        self._text.setWordWrap(True)
        self.resume_button = QPushButton(words("banner.resume"))
        self.resume_button.setProperty("primary", True)  # noqa: FBT003 - Qt's signature
        keep, always = QPushButton(words("banner.keep")), QPushButton(words("banner.always"))
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 8, 14, 8)
        row.setSpacing(8)
        row.addWidget(self._text, 1)
        for button, signal in ((self.resume_button, self.resume), (keep, self.keep), (always, self.always)):
            button.clicked.connect(self._close)
            button.clicked.connect(signal)
            row.addWidget(button)
        self.hide()

    @property
    def text(self) -> str:
        """What it says."""
        return self._text.text()

    def show_interrupted(self, number: int, unknown: int = 0, assumed: int = 0) -> None:
        """Ask about this many tasks; once answered, not again in this run.

        `unknown` of their requests have an end that nobody knows, for which `assumed` (pico) counts as spent.
        """
        if number and not self._answered:
            said = [self._words.counted("banner.interrupted", number)]
            if unknown:
                said.append(self._words.counted("banner.unknown", unknown, amount=money(assumed)))
            self._text.setText(" ".join(said))
            self.show()
        elif not number:
            self.hide()

    def end(self) -> None:
        """Ask nothing more: the program ends, and what it stops by that is no question."""
        self._close()

    def _close(self) -> None:
        self._answered = True
        self.hide()


class Notice(QFrame):
    """Tells what went wrong, where the person is looking, until it is closed."""

    def __init__(self, close: str) -> None:
        """Build it hidden."""
        super().__init__()
        self.setObjectName("notice")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._text = plain_label("")
        self._text.setObjectName("error")
        self._text.setWordWrap(True)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        button = QPushButton("✕")
        button.setAccessibleName(close)
        button.setFixedWidth(34)
        button.clicked.connect(self.hide)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 6, 8, 6)
        row.addWidget(self._text, 1)
        row.addWidget(button)
        self.hide()

    @property
    def text(self) -> str:
        """What it tells."""
        return self._text.text()

    def tell(self, text: str) -> None:
        """Show what went wrong."""
        self._show(text, "error")

    def say(self, text: str) -> None:
        """Show what is good to know."""
        self._show(text, "")

    def _show(self, text: str, name: str) -> None:
        self._text.setObjectName(name)
        restyle(self._text)
        self._text.setText(text)
        self.show()


class StatusBar(QFrame):
    """Providers and their speed, streams, 429s, retries, room on disk."""

    def __init__(self, words: Words, tokens: Tokens) -> None:
        """Build it at nothing."""
        super().__init__()
        self.setObjectName("statusbar")
        self.setFixedHeight(26)
        self._words, self._tokens = words, tokens
        self.provider, self.data = plain_label(""), plain_label("")
        self.figures = tuple(plain_label("") for _ in range(FIGURES))
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 0, 12, 0)
        row.setSpacing(20)
        for label in (self.provider, *self.figures):
            row.addWidget(label)
        row.addStretch(1)
        row.addWidget(self.data)
        self.set_tokens(tokens)
        self.show_totals(Totals())

    def show_totals(self, totals: Totals) -> None:
        """Show the figures."""
        busiest = max(totals.providers, key=lambda each: each.streams, default=None)
        self._show_provider(busiest, "status.quiet" if totals.count else "status.no_provider")
        share = 100 * totals.rate_limited / totals.attempts if totals.attempts else 0.0
        said = [
            self._words("status.streams", streams=count(totals.streams), limit=count(totals.running_limit)),
            self._words("status.rate_limited", percent=f"{share:.1f}"),
            self._words("status.retries", count=count(totals.retries)),
        ]
        for label, text in zip(self.figures, said, strict=True):
            _set(label, text if totals.attempts else "")
            _hold_width(label)
        _hold_width(self.provider)
        data = self._words("status.data", size=size(totals.bytes_on_disk))
        _set(self.data, data if totals.count else self._words("status.idle"))

    def set_tokens(self, tokens: Tokens) -> None:
        """Change the theme."""
        self._tokens = tokens
        font = Inks(tokens, self.font()).axis
        for label in (self.provider, *self.figures, self.data):
            label.setFont(font)
            self._colour(label, "dim")

    def _show_provider(self, health: ProviderHealth | None, none: str) -> None:
        if health is None:
            _set(self.provider, self._words(none))
            self._colour(self.provider, "dim")
        elif health.last_error:
            problem = self._words(f"reason.{health.last_error}")
            _set(self.provider, "● " + self._words("status.trouble", name=health.name, problem=problem))
            self._colour(self.provider, "failed")
        else:
            milliseconds = f"{1000 * (health.latency_s or 0.0):.0f}"
            _set(self.provider, "● " + self._words("status.latency", name=health.name, ms=milliseconds))
            self._colour(self.provider, "completed")

    def _colour(self, label: QLabel, token: str) -> None:
        tint(label, QColor(self._tokens.colour(token)))


def plain_label(text: str) -> QLabel:
    """Return a label that shows any text as what it is: no markup, no images."""
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    return label


def _hold_width(label: QLabel) -> None:
    """Keep the widest a label was, so that what stands beside it does not move with each figure."""
    if label.sizeHint().width() > label.minimumWidth():
        label.setMinimumWidth(label.sizeHint().width())


def _set(label: QLabel, text: str) -> None:
    if label.text() != text:
        label.setText(text)
