"""The two charts as the window embeds them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from engine.face import ChangeBatch

if TYPE_CHECKING:
    from ui.text import Words
    from ui.theme import Tokens


class Charts(QWidget):
    """Throughput and spend of all tasks over the last five minutes."""

    def __init__(self, words: Words, tokens: Tokens, parent: QWidget | None = None) -> None:
        """Build them empty."""
        super().__init__(parent)

    def apply(self, batch: ChangeBatch) -> None:
        """Take in the totals; a sample is taken once a second."""

    def set_tokens(self, tokens: Tokens) -> None:
        """Change the theme."""
