"""The bars around the tables: what needs an answer now (banner), what is so at the edge of the eye (status bar)."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy

from engine.face import ProviderHealth, Totals
from ui.tasks.format import count, size
from ui.text import Words
from ui.theme import Tokens


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

    def show_interrupted(self, number: int) -> None:
        """Ask about this many tasks; once answered, not again in this run."""
        if number and not self._answered:
            code = "banner.interrupted_one" if number == 1 else "banner.interrupted"
            self._text.setText(self._words(code, count=count(number)))
            self.show()
        elif not number:
            self.hide()

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
        self._text.style().unpolish(self._text)
        self._text.style().polish(self._text)
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
        self._provider, self._figures, self._data = plain_label(""), plain_label(""), plain_label("")
        self._figures.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 0, 12, 0)
        row.setSpacing(20)
        for label in (self._provider, self._figures, self._data):
            font = label.font()
            font.setPixelSize(11)
            label.setFont(font)
            row.addWidget(label)
        self.show_totals(Totals())

    def show_totals(self, totals: Totals) -> None:
        """Show the figures."""
        busiest = max(totals.providers, key=lambda each: each.streams, default=None)
        self._show_provider(busiest)
        share = 100 * totals.rate_limited / totals.attempts if totals.attempts else 0.0
        said = [
            self._words("status.streams", streams=count(totals.streams), limit=count(totals.running_limit)),
            self._words("status.rate_limited", percent=f"{share:.1f}"),
            self._words("status.retries", count=count(totals.retries)),
        ]
        _set(self._figures, "     ".join(said) if totals.attempts else "")
        data = self._words("status.data", size=size(totals.bytes_on_disk))
        _set(self._data, data if totals.count else self._words("status.idle"))

    def set_tokens(self, tokens: Tokens) -> None:
        """Change the theme."""
        self._tokens = tokens
        self._colour(self._provider, "dim")

    def _show_provider(self, health: ProviderHealth | None) -> None:
        if health is None:
            _set(self._provider, self._words("status.no_provider"))
            self._colour(self._provider, "dim")
        elif health.last_error:
            problem = self._words(f"reason.{health.last_error}")
            _set(self._provider, "● " + self._words("status.trouble", name=health.name, problem=problem))
            self._colour(self._provider, "failed")
        else:
            milliseconds = f"{1000 * (health.latency_s or 0.0):.0f}"
            _set(self._provider, "● " + self._words("status.latency", name=health.name, ms=milliseconds))
            self._colour(self._provider, "completed")

    def _colour(self, label: QLabel, token: str) -> None:
        palette = label.palette()
        colour = QColor(self._tokens.colour(token))
        if palette.color(label.foregroundRole()) != colour:
            palette.setColor(label.foregroundRole(), colour)
            label.setPalette(palette)


def plain_label(text: str) -> QLabel:
    """Return a label that shows any text as what it is: no markup, no images."""
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    return label


def _set(label: QLabel, text: str) -> None:
    if label.text() != text:
        label.setText(text)
