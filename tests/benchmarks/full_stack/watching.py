"""What a person notices of a window: its ticks, pictures of new data, a turn of the wheel; and what it costs."""

from __future__ import annotations

import asyncio
import itertools
import os
import resource
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QWidget

from tests.benchmarks.report import Figures, percentile

TICK_MS = 16
WHEEL_S = 0.25
PROBES = 50
"""Deadlines set each second, to be heard early or late."""
NOTCH = 120


class Watcher(QObject):
    """Counts while it watches `viewport`; `newest` is a mark of the newest data that a picture would show."""

    def __init__(self, viewport: QWidget, newest: Callable[[], object]) -> None:
        """Watch nothing yet."""
        super().__init__(viewport)
        self._viewport, self._newest = viewport, newest
        self._shown: object = None
        self._turned_at: float | None = None
        self._ticks: list[float] = []
        self._scrolls: list[float] = []
        self._late: list[float] = []
        self._pictures = 0
        self._timer = QTimer(self, interval=TICK_MS, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(lambda: self._ticks.append(time.perf_counter()))
        viewport.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """See Qt."""
        if event.type() is QEvent.Type.Paint:
            newest = self._newest()
            self._pictures += newest != self._shown
            self._shown = newest
            if self._turned_at is not None:
                QTimer.singleShot(0, self, self._painted)
        return super().eventFilter(watched, event)

    def _painted(self) -> None:
        if self._turned_at is not None:
            self._scrolls.append(time.perf_counter() - self._turned_at)
            self._turned_at = None

    async def watch(self, seconds: float) -> Figures:
        """Watch for so long; return the figures."""
        self._ticks.clear()
        self._scrolls.clear()
        self._pictures = 0
        began, cpu = time.perf_counter(), time.process_time()
        self._timer.start()
        wheel, probes = asyncio.create_task(self._turn_the_wheel()), asyncio.create_task(self._set_deadlines())
        await asyncio.sleep(seconds)
        self._timer.stop()
        for each in (wheel, probes):
            each.cancel()
        return self._figures(time.perf_counter() - began, time.process_time() - cpu)

    async def _turn_the_wheel(self) -> None:
        for notch in itertools.cycle((-NOTCH, -NOTCH, NOTCH, NOTCH)):
            await asyncio.sleep(WHEEL_S)
            if self._turned_at is None:
                self._turned_at = time.perf_counter()
                QApplication.postEvent(self._viewport, _wheel(self._viewport, notch))

    async def _set_deadlines(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            now = loop.time()
            for number in range(PROBES):
                when = now + 0.5 + number / PROBES
                loop.call_at(when, self._heard, when)
            await asyncio.sleep(1)

    def _heard(self, when: float) -> None:
        self._late.append(asyncio.get_running_loop().time() - when)

    def _figures(self, seconds: float, cpu: float) -> Figures:
        gaps = [after - before for before, after in itertools.pairwise(self._ticks)] or [seconds]
        return {
            "pictures_per_s": round(self._pictures / seconds, 1),
            "tick_p50_ms": _ms(gaps, 0.5),
            "tick_p99_ms": _ms(gaps, 0.99),
            "tick_max_ms": _ms(gaps, 1.0),
            "scroll_p99_ms": _ms(self._scrolls or [seconds], 0.99),
            "early_deadlines": sum(each < 0 for each in self._late),
            "cpu_percent": round(100 * cpu / seconds, 1),
            "rss_mb": round(rss() / 1e6, 1),
        }


def rss() -> int:
    """Return the bytes of memory that this process has now; where the system does not say, the most it had."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _ms(seconds: list[float], part: float) -> float:
    return round(1000 * percentile(seconds, part), 1)


def _wheel(viewport: QWidget, notch: int) -> QWheelEvent:
    at = QPointF(viewport.rect().center())
    none, mouse = Qt.KeyboardModifier.NoModifier, Qt.MouseButton.NoButton
    return QWheelEvent(
        at, viewport.mapToGlobal(at), QPoint(), QPoint(0, notch), mouse, none, Qt.ScrollPhase.NoScrollPhase, False
    )
