"""A small line of the last speeds, in the tile of throughput."""

from __future__ import annotations

from collections import deque

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from ui.theme import Tokens

SPARK = 90
"""Points of the spark line: seconds."""
SPARK_SIZE, LEAST_SPARK = QSize(92, 22), 20


class Spark(QWidget):
    """A small line of the last speeds."""

    def __init__(self, tokens: Tokens) -> None:
        """Begin flat."""
        super().__init__()
        self._values: deque[float] = deque(maxlen=SPARK)
        self._colour = QColor(tokens.colour("accent"))
        self.setFixedHeight(SPARK_SIZE.height())
        self.setMaximumWidth(SPARK_SIZE.width())
        self.setMinimumWidth(LEAST_SPARK)

    def sizeHint(self) -> QSize:
        """See QWidget; it gives way to the figure."""
        return SPARK_SIZE

    def add(self, value: float) -> None:
        """Take in the newest speed."""
        self._values.append(value)
        self.update()

    def set_tokens(self, tokens: Tokens) -> None:
        """Change the theme."""
        self._colour = QColor(tokens.colour("accent"))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """See Qt."""
        del event
        if len(self._values) < 2:
            return
        top = max(1.0, *self._values)
        width, height = self.width() / (SPARK - 1), self.height() - 2
        left = self.width() - width * (len(self._values) - 1)
        points = [QPointF(left + n * width, 1 + height * (1 - v / top)) for n, v in enumerate(self._values)]
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        fill = QColor(self._colour)
        fill.setAlpha(40)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(fill)
        bottom = QRectF(self.rect()).bottom()
        painter.drawPolygon(QPolygonF([QPointF(left, bottom), *points, QPointF(points[-1].x(), bottom)]))
        painter.setPen(QPen(self._colour, 1))
        painter.drawPolyline(QPolygonF(points))
