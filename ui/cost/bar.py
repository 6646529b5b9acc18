"""A bar of one or more parts, as painted in cells and meters."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

HEIGHT = 6
LEAST = 2.0
"""Pixels at least of a part that is not nothing."""


def paint_bar(painter: QPainter, rect: QRect, track: QColor, parts: Sequence[tuple[QColor, float]]) -> None:
    """Paint `parts` (colour, fraction of the whole) from left to right on a rounded track."""
    radius = rect.height() / 2
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(track)
    painter.drawRoundedRect(rect, radius, radius)
    filled = [(colour, _width(fraction, rect.width())) for colour, fraction in parts if fraction > 0]
    if len(filled) == 1:
        colour, width = filled[0]
        painter.setBrush(colour)
        painter.drawRoundedRect(QRectF(rect.left(), rect.top(), width, rect.height()), radius, radius)
    elif filled:
        _paint_parts(painter, rect, radius, filled)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)


def _width(fraction: float, whole: int) -> float:
    return min(float(whole), max(LEAST, fraction * whole))


def _paint_parts(painter: QPainter, rect: QRect, radius: float, parts: Sequence[tuple[QColor, float]]) -> None:
    outline = QPainterPath()
    outline.addRoundedRect(QRectF(rect), radius, radius)
    painter.save()
    painter.setClipPath(outline)
    left = float(rect.left())
    for colour, width in parts:
        painter.fillRect(QRectF(left, rect.top(), width, rect.height()), colour)
        left += width
    painter.restore()


class Bar(QWidget):
    """A bar as a widget; says nothing by itself, so its owner gives it an accessible description."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Build it empty."""
        super().__init__(parent)
        self._track = QColor()
        self._parts: tuple[tuple[QColor, float], ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_parts(self, track: QColor, parts: Sequence[tuple[QColor, float]]) -> None:
        """Show these parts from now on."""
        if (track, tuple(parts)) != (self._track, self._parts):
            self._track, self._parts = track, tuple(parts)
            self.update()

    def sizeHint(self) -> QSize:
        """See QWidget."""
        return QSize(120, HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        """See QWidget."""
        del event
        painter = QPainter(self)
        middle = QRect(0, (self.height() - HEIGHT) // 2, self.width(), HEIGHT)
        paint_bar(painter, middle, self._track, self._parts)
        painter.end()
