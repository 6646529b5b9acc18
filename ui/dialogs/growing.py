"""A dialog that is always high enough: what is wrong at a field, or a long word from the engine, cuts nothing off."""

from __future__ import annotations

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QDialog

SCREEN_EDGE = 80
"""Pixels that are left free of it."""


class GrowingDialog(QDialog):
    """Grows with what it holds; a person may make it larger, and nothing makes it smaller by itself."""

    def event(self, event: QEvent) -> bool:
        """See QDialog. Qt asks wrapped labels for a height at their width only when a window is first shown."""
        done = super().event(event)
        if event.type() in {QEvent.Type.LayoutRequest, QEvent.Type.Show, QEvent.Type.Resize}:
            self._grow()
        return done

    def _grow(self) -> None:
        layout = self.layout()
        if layout is None:
            return
        needed = max(layout.totalHeightForWidth(self.width()), layout.totalMinimumSize().height())
        height = min(needed, self.screen().availableSize().height() - SCREEN_EDGE)
        if height > self.height():
            self.resize(self.width(), height)
