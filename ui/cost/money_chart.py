"""The chart of where money went: the newest days, or the dearest of what was asked for."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from engine.face import PICO, By, Outlay
from ui.charts.plot import BarPlot, Look
from ui.charts.scale import STEPS, ceiling, ticks
from ui.charts.spend import dollars
from ui.tasks.format import money
from ui.tasks.inks import Inks
from ui.theme import Tokens

DAYS, OTHERS = 21, 10
"""Bars at most."""
AXIS, LETTER = 64, 7
"""Pixels of the axis, and of a letter of a name."""
LEAST = 0.0004
"""Dollars that the axis holds at least."""
HEIGHT = 190


class MoneyChart(QWidget):
    """Bars of dollars."""

    def __init__(self, tokens: Tokens) -> None:
        """Build it empty."""
        super().__init__()
        self._shown: tuple[list[str], list[float], list[float]] = [], [], ticks(LEAST)
        self.plot = BarPlot(STEPS, Inks(tokens, self.font()).axis)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.plot)
        self.setFixedHeight(HEIGHT)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.set_tokens(tokens)

    def show_lines(self, by: By, lines: Sequence[Outlay], names: Sequence[str]) -> None:
        """Show the first of these; days from left to right as they passed."""
        most = DAYS if by is By.DAY else OTHERS
        shown = list(zip(lines[:most], names[:most], strict=True))
        if by is By.DAY:
            shown = [(line, name[5:]) for line, name in reversed(shown)]
        values = [max(0, line.cost) / PICO for line, _ in shown]
        top = ceiling(max(values, default=0.0), LEAST)
        self._shown = [name for _, name in shown], values, ticks(top)
        self._draw()
        self.setAccessibleDescription(", ".join(f"{name}: {money(line.cost)}" for line, name in shown))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """See QWidget: names are as long as there is room for."""
        super().resizeEvent(event)
        self._draw()

    def _draw(self) -> None:
        names, values, steps = self._shown
        letters = (self.width() - AXIS) // max(1, len(names)) // LETTER
        self.plot.show_bars([_short(name, max(4, letters)) for name in names], values, steps, _axis)

    def set_tokens(self, tokens: Tokens) -> None:
        """Change the theme."""
        inks = Inks(tokens, self.font())
        look = Look(curves=(inks["accent"],), background=inks["panel"], text=inks["dim"], grid=inks["line"])
        self.plot.set_look(look)


def _short(name: str, letters: int) -> str:
    return name if len(name) <= letters else f"{name[: letters - 1]}…"


def _axis(value: float) -> str:
    """Return dollars; below ten cents with the decimals that tell ticks apart."""
    return f"${value:.4f}".rstrip("0") if 0 < value < 0.1 else dollars(value)
