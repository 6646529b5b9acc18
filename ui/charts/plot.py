"""The one module that touches pyqtgraph: a plot of a few curves over the last minutes.

pyqtgraph has no types, so what is used of it stands here as protocols. What keeps it fast is pinned here too: pens of
width 1 (2 is five times as slow), fixed ranges, few points, nothing that reacts to the mouse. Curves are drawn once a
second and not each frame, so that they can afford to be smooth.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, cast

import pyqtgraph as _pyqtgraph  # pyright: ignore[reportMissingTypeStubs] - it has none
from PySide6.QtCore import Qt
from PySide6.QtGui import QBrush, QColor, QFont, QPen
from PySide6.QtWidgets import QVBoxLayout, QWidget

MOST_POINTS = 3600
MINUTE_S = 60
FILL_ALPHA = 38
MARGIN = 0.02
"""Part of a range that stays free beyond its ends, for the pen and the words there."""
BAR_WIDTH = 0.62
FEW_BARS = 6
"""Bars that there is room for at least: one alone would be a wall."""


class _Axis(Protocol):
    def setTicks(self, ticks: list[list[tuple[float, str]]]) -> None: ...
    def setPen(self, pen: QPen) -> None: ...
    def setTickPen(self, pen: QPen) -> None: ...
    def setTextPen(self, pen: QPen) -> None: ...
    def setStyle(self, **style: object) -> None: ...
    def setWidth(self, pixels: int) -> None: ...
    def setHeight(self, pixels: int) -> None: ...


class _Curve(Protocol):
    def setData(self, x: Sequence[float], y: Sequence[float]) -> None: ...
    def setPen(self, pen: QPen) -> None: ...
    def setBrush(self, brush: QBrush) -> None: ...
    def setFillLevel(self, level: float) -> None: ...


class _Line(Protocol):
    def setPen(self, pen: QPen) -> None: ...
    def setValue(self, value: float) -> None: ...


class _Plot(Protocol):
    def addItem(self, item: object, *, ignoreBounds: bool = False) -> None: ...
    def getAxis(self, name: str) -> _Axis: ...
    def setMouseEnabled(self, *, x: bool, y: bool) -> None: ...
    def setMenuEnabled(self, *, enableMenu: bool) -> None: ...
    def hideButtons(self) -> None: ...
    def setRange(self, *, xRange: tuple[float, float], yRange: tuple[float, float], padding: float) -> None: ...
    def setBackground(self, colour: QColor) -> None: ...


class _Bars(Protocol):
    def setOpts(self, **options: object) -> None: ...


class _Library(Protocol):
    PlotWidget: Callable[[], QWidget]

    def PlotCurveItem(self, *, antialias: bool) -> _Curve: ...
    def InfiniteLine(self, *, pos: float, angle: float) -> _Line: ...
    def BarGraphItem(self, *, x: Sequence[float], height: Sequence[float], width: float) -> _Bars: ...


_library = cast("_Library", _pyqtgraph)


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """Colours of a plot: one for each curve, and the rest."""

    curves: tuple[QColor, ...]
    background: QColor
    text: QColor
    grid: QColor


class TimePlot(QWidget):
    """Curves over the last `span_s` seconds; the first is filled.

    Nothing of it takes the focus: its owner says the newest figures as its accessible description.
    """

    def __init__(self, curves: int, span_s: int, steps: int, font: QFont, parent: QWidget | None = None) -> None:
        """Build it with `curves` empty curves and `steps` intervals on the vertical axis."""
        super().__init__(parent)
        self._span_s = span_s
        widget = _library.PlotWidget()
        widget.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        widget.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._plot = cast("_Plot", widget)
        self._grid = [_library.InfiniteLine(pos=0, angle=0) for _ in range(steps + 1)]
        self._curves = [_library.PlotCurveItem(antialias=True) for _ in range(curves)]
        for item in (*self._grid, *self._curves):
            self._plot.addItem(item, ignoreBounds=True)
        _plain_axes(self._plot, font)
        self._plot.getAxis("left").setWidth(46)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(widget)

    def set_times(self, label: Callable[[int], str]) -> None:
        """Name the minutes: `label` is given 0 to the span in minutes."""
        minutes = range(self._span_s // MINUTE_S + 1)
        self._plot.getAxis("bottom").setTicks([[(-minute * MINUTE_S, label(minute)) for minute in minutes]])

    def set_scale(self, ticks: Sequence[float], label: Callable[[float], str]) -> None:
        """Let the vertical axis go over `ticks`, the first of which is 0."""
        self._plot.getAxis("left").setTicks([[(tick, label(tick)) for tick in ticks]])
        self._plot.setRange(
            xRange=(-self._span_s * (1 + MARGIN), self._span_s * 2 * MARGIN),
            yRange=(0, ticks[-1] * (1 + 3 * MARGIN)),
            padding=0,
        )
        for line, tick in zip(self._grid, ticks, strict=True):
            line.setValue(tick)

    def set_look(self, look: Look) -> None:
        """Take on these colours."""
        _colour_axes(self._plot, self._grid, look)
        for number, (curve, colour) in enumerate(zip(self._curves, look.curves, strict=True)):
            curve.setPen(_pen(colour))
            if number == 0:
                under = QColor(colour)
                under.setAlpha(FILL_ALPHA)
                curve.setFillLevel(0.0)
                curve.setBrush(QBrush(under))

    def show_curve(self, number: int, x: Sequence[float], y: Sequence[float]) -> None:
        """Show these points: seconds from now (negative) and values."""
        self._curves[number].setData(x[-MOST_POINTS:], y[-MOST_POINTS:])


class BarPlot(QWidget):
    """A few bars beside each other, each with a name below it. Its owner says the figures to who listens."""

    def __init__(self, steps: int, font: QFont, parent: QWidget | None = None) -> None:
        """Build it empty, with `steps` intervals on the vertical axis."""
        super().__init__(parent)
        widget = _library.PlotWidget()
        widget.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        widget.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._plot = cast("_Plot", widget)
        self._grid = [_library.InfiniteLine(pos=0, angle=0) for _ in range(steps + 1)]
        self._bars = _library.BarGraphItem(x=[], height=[], width=0.0)
        for item in (*self._grid, self._bars):
            self._plot.addItem(item, ignoreBounds=True)
        _plain_axes(self._plot, font)
        self._plot.getAxis("left").setWidth(58)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(widget)

    def show_bars(
        self, names: Sequence[str], values: Sequence[float], ticks: Sequence[float], label: Callable[[float], str]
    ) -> None:
        """Show these from left to right, on an axis that goes over `ticks`, the first of which is 0."""
        self._bars.setOpts(x=list(range(len(values))), height=list(values), width=BAR_WIDTH)
        self._plot.getAxis("bottom").setTicks([list(enumerate(names))])
        self._plot.getAxis("left").setTicks([[(tick, label(tick)) for tick in ticks]])
        most = max(len(values), FEW_BARS)
        self._plot.setRange(xRange=(-0.6, most - 0.4), yRange=(0, ticks[-1] * (1 + 3 * MARGIN)), padding=0)
        for line, tick in zip(self._grid, ticks, strict=True):
            line.setValue(tick)

    def set_look(self, look: Look) -> None:
        """Take on these colours."""
        _colour_axes(self._plot, self._grid, look)
        self._bars.setOpts(brush=QBrush(look.curves[0]), pen=QPen(Qt.PenStyle.NoPen))


def _plain_axes(plot: _Plot, font: QFont) -> None:
    plot.setMouseEnabled(x=False, y=False)
    plot.setMenuEnabled(enableMenu=False)
    plot.hideButtons()
    for name in ("left", "bottom"):
        plot.getAxis(name).setStyle(tickFont=font, tickLength=0, tickTextOffset=6, autoExpandTextSpace=False)
    plot.getAxis("bottom").setStyle(hideOverlappingLabels=False)
    plot.getAxis("bottom").setHeight(22)


def _colour_axes(plot: _Plot, grid: Sequence[_Line], look: Look) -> None:
    plot.setBackground(look.background)
    for name in ("left", "bottom"):
        plot.getAxis(name).setPen(QPen(Qt.PenStyle.NoPen))
        plot.getAxis(name).setTickPen(_pen(look.background))
        plot.getAxis(name).setTextPen(QPen(look.text))
    for line in grid:
        line.setPen(_pen(look.grid))


def _pen(colour: QColor) -> QPen:
    pen = QPen(colour, 1)
    pen.setCosmetic(True)
    return pen
