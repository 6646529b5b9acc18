"""The corner of the charts, there with the window; the charts themselves come when their library is loaded.

pyqtgraph and numpy take longer to load than all else of the window together. So the first picture does not wait for
them: they are loaded on a thread meanwhile, and what was sampled until then is drawn with them.
"""

from __future__ import annotations

import asyncio
import importlib
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QVBoxLayout, QWidget

from engine.face import ChangeBatch
from ui.charts.history import History
from ui.tasks.inks import Inks
from ui.text import Words
from ui.theme import Tokens

if TYPE_CHECKING:
    from ui.charts.panel import Charts

PANEL = "ui.charts.panel"


class LateCharts(QWidget):
    """Samples from the start; draws once `bring` or `build` has made the charts."""

    def __init__(self, words: Words, tokens: Tokens, parent: QWidget | None = None) -> None:
        """Begin without them."""
        super().__init__(parent)
        self._words, self._tokens = words, tokens
        self.history = History()
        self.drawn: Charts | None = None
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self.setAutoFillBackground(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.set_tokens(tokens)

    async def bring(self) -> None:
        """Load the library on a thread, then build."""
        await asyncio.to_thread(importlib.import_module, PANEL)
        self.build()

    def build(self) -> Charts:
        """Return the charts, made once; where their library is not loaded yet that takes its time."""
        from ui.charts.panel import Charts  # noqa: PLC0415 - see above

        if self.drawn is None:
            self.drawn = Charts(self._words, self._tokens, self.history)
            self._layout.addWidget(self.drawn)
        return self.drawn

    def apply(self, batch: ChangeBatch) -> None:
        """Take in the totals; a sample is taken, and the charts are drawn, once a second."""
        if self.history.take(batch.totals, batch.at) and self.drawn is not None:
            self.drawn.draw()

    def set_tokens(self, tokens: Tokens) -> None:
        """Change the theme."""
        self._tokens = tokens
        palette = self.palette()
        palette.setColor(QPalette.ColorRole.Window, Inks(tokens, self.font())["panel"])
        self.setPalette(palette)
        if self.drawn is not None:
            self.drawn.set_tokens(tokens)
