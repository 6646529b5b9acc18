"""The one way from the engine to the widgets: up to 30 times a second, what changed is drained and told once.

Nothing is polled and nothing predicted. A window that nobody sees drains slowly, only so that its counts stay true.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from engine.face import Engine

FRAME_MS = 33
HIDDEN_MS = 1000


class Bridge(QObject):
    """Emits each `ChangeBatch`."""

    changed = Signal(object)

    def __init__(self, engine: Engine, parent: QObject | None = None) -> None:
        """Drain `engine`; `start` begins."""
        super().__init__(parent)
        self._engine = engine
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(FRAME_MS)
        self._timer.timeout.connect(self.drain)

    def start(self) -> None:
        """Begin to drain."""
        self._timer.start()
        self.drain()

    def stop(self) -> None:
        """Drain no more."""
        self._timer.stop()

    def set_seen(self, seen: bool) -> None:  # noqa: FBT001 - a state, named by the method
        """Say whether anybody can see the window."""
        self._timer.setInterval(FRAME_MS if seen else HIDDEN_MS)

    def drain(self) -> None:
        """Tell what changed, now."""
        self.changed.emit(self._engine.drain())
