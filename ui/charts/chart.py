"""A chart with its heading and legend: what throughput and spend share."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ui.bars import plain_label
from ui.charts.history import SPAN_S, Line
from ui.charts.plot import Look, TimePlot
from ui.charts.scale import STEPS, ceiling, ticks, top
from ui.elided import ElidedLabel
from ui.tasks.inks import Inks, tint
from ui.text import Words
from ui.theme import Tokens

SWATCH = 8


class Swatch(QWidget):
    """A small square in a curve's colour; the word beside it names it."""

    def __init__(self) -> None:
        """Build it."""
        super().__init__()
        self.setFixedWidth(SWATCH)
        self.colour = QColor()

    def sizeHint(self) -> QSize:
        """See QWidget."""
        return QSize(SWATCH, SWATCH)

    def paintEvent(self, event: QPaintEvent) -> None:
        """See QWidget."""
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.colour)
        painter.drawRoundedRect(0, (self.height() - SWATCH) // 2, SWATCH, SWATCH, 2, 2)
        painter.end()


class Chart(QWidget):
    """Heading, legend and plot. `curves` are (code of the word, token of the colour)."""

    def __init__(
        self,
        title: str,
        curves: Sequence[tuple[str, str]],
        *,
        least: float,
        label: Callable[[float], str],
        words: Words,
        tokens: Tokens,
    ) -> None:
        """Build it; the vertical axis goes to `least` at least and its ticks read as `label` says."""
        super().__init__()
        self._words = words
        self._curves, self._least, self._label = curves, least, label
        self._top = ceiling(least, least)
        inks = Inks(tokens, self.font())
        self._title = ElidedLabel(words(title))
        self._swatches = [Swatch() for _ in curves]
        self._names = [plain_label(words(code)) for code, _ in curves]
        self.plot = TimePlot(len(curves), SPAN_S, STEPS, inks.axis)
        self._arrange()
        self.plot.set_times(lambda minute: words("chart.minutes_ago", minutes=minute) if minute else words("chart.now"))
        self.plot.set_scale(ticks(self._top), label)
        self.setAccessibleName(words(title))
        self.set_tokens(tokens)

    def _arrange(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(6)
        head.addWidget(self._title, 1)
        for swatch, name in zip(self._swatches, self._names, strict=True):
            head.addSpacing(6)
            head.addWidget(swatch)
            head.addWidget(name)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 6, 12, 6)
        layout.setSpacing(8)
        layout.addLayout(head)
        layout.addWidget(self.plot, 1)

    def name_curve(self, number: int, name: str) -> None:
        """Name a curve otherwise."""
        if self._names[number].text() != name:
            self._names[number].setText(name)

    def show_lines(self, lines: Sequence[Line]) -> None:
        """Show these curves, the axis changed only if it must be."""
        highest = max((value for line in lines for value in line.y), default=0.0)
        now = top(highest, self._top, self._least)
        if now != self._top:
            self._top = now
            self.plot.set_scale(ticks(now), self._label)
        for number, line in enumerate(lines):
            self.plot.show_curve(number, line.x, line.y)
        said = [
            f"{name.text()}: {self._label(line.y[-1])}" for name, line in zip(self._names, lines, strict=True) if line.y
        ]
        self.setAccessibleDescription(", ".join(said))

    def set_tokens(self, tokens: Tokens) -> None:
        """Change the theme."""
        inks = Inks(tokens, self.font())
        self._title.setFont(inks.heading)
        tint(self._title, inks["text"])
        for swatch, name, (_, colour) in zip(self._swatches, self._names, self._curves, strict=True):
            swatch.colour = inks[colour]
            swatch.update()
            name.setFont(inks.label)
            tint(name, inks["dim"])
        colours = tuple(inks[colour] for _, colour in self._curves)
        self.plot.set_look(Look(curves=colours, background=inks["panel"], text=inks["dim"], grid=inks["line"]))
