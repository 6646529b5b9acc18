"""Colours and fonts of painted cells, made once from the theme's tokens rather than for every cell."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPalette
from PySide6.QtWidgets import QAbstractScrollArea, QLabel, QWidget

from ui.theme import Tokens
from ui.theme.tokens import contrast

ELIDED_KEPT = 4096
"""Elided texts remembered; cleared as a whole, since what is in sight comes back at once."""


READABLE = 4.5
"""Contrast that text needs at least (WCAG 2.2, 1.4.3)."""


class Inks:
    """Everything a cell is painted with."""

    def __init__(self, tokens: Tokens, font: QFont) -> None:
        """Make it for a theme and the table's font."""
        self._tokens = tokens
        self._colours: dict[str, QColor] = {}
        self._readable: dict[tuple[str, str], str] = {}
        self._elided: dict[tuple[int, str, int], str] = {}
        self.name = sized(font, 0, QFont.Weight.Medium)
        self.text = sized(font, 0)
        self.number = tabular(self.name)
        self.small = sized(font, -1, QFont.Weight.Medium)
        self.small_number = tabular(sized(font, -1))
        self.heading = sized(font, -1, QFont.Weight.DemiBold)
        self.label = sized(font, -2)
        self.row_text = sized(font, -1)
        self.row_number = tabular(self.row_text)
        self.large = tabular(sized(font, 7, QFont.Weight.DemiBold))
        self.axis = tabular(self.label)
        self._metrics = {id(each): QFontMetrics(each) for each in self._fonts()}

    def _fonts(self) -> tuple[QFont, ...]:
        """Fonts that text is cut in."""
        return (self.name, self.text, self.small, self.number, self.row_text, self.row_number)

    def __getitem__(self, token: str) -> QColor:
        """Return the colour of a token."""
        colour = self._colours.get(token)
        if colour is None:
            colour = self._colours[token] = QColor(self._tokens.colour(token))
        return colour

    def readable(self, token: str, ground: str) -> str:
        """Return `token`, or "text" where text in that colour could not be read on this ground."""
        known = self._readable.get((token, ground))
        if known is None:
            enough = contrast(self._tokens.colour(token), self._tokens.colour(ground)) >= READABLE
            known = self._readable[token, ground] = token if enough else "text"
        return known

    def elided(self, font: QFont, text: str, width: int) -> str:
        """Return `text` cut with an ellipsis to fit `width` pixels."""
        key = (id(font), text, width)
        known = self._elided.get(key)
        if known is None:
            if len(self._elided) > ELIDED_KEPT:
                self._elided.clear()
            metrics = self._metrics[id(font)]
            known = self._elided[key] = metrics.elidedText(text, Qt.TextElideMode.ElideRight, width)
        return known


def tabular(font: QFont) -> QFont:
    """Return a font whose figures are all as wide as each other."""
    made = QFont(font)
    made.setFeature(QFont.Tag("tnum"), 1)
    return made


def sized(font: QFont, by: int, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
    """Return a font `by` pixels larger."""
    made = QFont(font)
    pixels = font.pixelSize() if font.pixelSize() > 0 else 13
    made.setPixelSize(pixels + by)
    made.setWeight(weight)
    return made


def ground(widget: QWidget, colour: QColor) -> None:
    """Let a widget, and lists in it, lie on a colour."""
    palette = widget.palette()
    for role in (QPalette.ColorRole.Window, QPalette.ColorRole.Base):
        palette.setColor(role, colour)
    widget.setPalette(palette)
    if isinstance(widget, QAbstractScrollArea):  # with a style sheet, a viewport keeps the palette it once had
        widget.viewport().setPalette(palette)
    widget.setAutoFillBackground(True)


def tint(label: QLabel, colour: QColor) -> None:
    """Let a label's text have a colour."""
    palette = label.palette()
    if palette.color(label.foregroundRole()) != colour:
        palette.setColor(label.foregroundRole(), colour)
        label.setPalette(palette)
