"""Tells when something was painted first: what can wait until a person sees the window waits for that."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QWidget


class FirstPaint(QObject):
    """Calls `then` once: in the turn after a paint event of any of `widgets` at which `ready` was so."""

    def __init__(
        self, widgets: Sequence[QWidget], then: Callable[[], object], *, ready: Callable[[], bool] = lambda: True
    ) -> None:
        """Watch from now on; live as long as the first of them."""
        super().__init__(widgets[0])
        self._widgets, self._then, self._ready = widgets, then, ready
        for widget in widgets:
            widget.installEventFilter(self)
            widget.update()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """See Qt: by the next turn all that was asked to paint has."""
        if event.type() is QEvent.Type.Paint and self._widgets and self._ready():
            for widget in self._widgets:
                widget.removeEventFilter(self)
            self._widgets = ()
            QTimer.singleShot(0, self, self._then)
        return super().eventFilter(watched, event)
