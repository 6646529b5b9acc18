"""The fields for how much may be asked of a provider, in one row: requests at once and a minute, tokens, tries."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from ui.bars import plain_label
from ui.dialogs.form import Field, line, read
from ui.services import NO_LIMITS, ProviderLimits
from ui.text import Words

MOST_AT_ONCE, MOST_A_MINUTE, MOST_S = 100_000, 1_000_000_000, 86_400.0


class LimitFields(QWidget):
    """Empty is no limit of the person's own."""

    def __init__(self, words: Words) -> None:
        """Build them empty."""
        super().__init__()
        hint = words("settings.found_out")
        self.at_once = Field(words("settings.at_once"), line(hint=hint))
        self.requests = Field(words("settings.requests_per_minute"), line(hint=hint))
        self.tokens = Field(words("settings.tokens_per_minute"), line(hint=hint))
        self.probe = Field(words("settings.probe_s"), line(hint=_text(NO_LIMITS.probe_s)))
        note = plain_label(words("settings.limits_note"))
        note.setObjectName("dim")
        note.setWordWrap(True)
        row = QHBoxLayout()
        row.setSpacing(8)
        for field in self._fields:
            row.addWidget(field, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addLayout(row)
        layout.addWidget(note)

    @property
    def _fields(self) -> tuple[Field[QLineEdit], ...]:
        return self.at_once, self.requests, self.tokens, self.probe

    def show_limits(self, limits: ProviderLimits) -> None:
        """Show what is set."""
        own = limits.probe_s if limits.probe_s != NO_LIMITS.probe_s else 0
        shown = (limits.at_once, limits.requests_per_minute, limits.tokens_per_minute, own)
        for field, value in zip(self._fields, shown, strict=True):
            field.field.setText(_text(value) if value else "")
            field.blame("")

    def read(self) -> ProviderLimits:
        """Return what is set now; raises `WrongInputError`."""
        return ProviderLimits(
            at_once=read(self.at_once, _whole(MOST_AT_ONCE), "settings.bad_at_once"),
            requests_per_minute=read(self.requests, _whole(MOST_A_MINUTE), "settings.bad_at_once"),
            tokens_per_minute=read(self.tokens, _whole(MOST_A_MINUTE), "settings.bad_at_once"),
            probe_s=read(self.probe, _seconds, "settings.bad_probe"),
        )


def _text(value: float) -> str:
    return f"{value:g}" if isinstance(value, float) else f"{value:,}"


def _whole(most: int) -> Callable[[str], int]:
    def whole(text: str) -> int:
        number = int(text.replace(",", "").strip() or 0)
        if not 0 <= number <= most:
            raise ValueError(text)
        return number

    return whole


def _seconds(text: str) -> float:
    seconds = float(text.strip() or NO_LIMITS.probe_s)
    if not 1 <= seconds <= MOST_S:
        raise ValueError(text)
    return seconds
