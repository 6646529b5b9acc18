"""When a window is seen, and that it closes only when whoever made it lets it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Signal
from PySide6.QtGui import QCloseEvent, QHideEvent, QShowEvent
from PySide6.QtWidgets import QMainWindow


class LivingWindow(QMainWindow):
    """`closing` asks whoever made it to end the program."""

    closing = Signal()
    seen = Signal(bool)
    """Whether a person can see it now."""

    def __init__(self) -> None:
        """Begin unseen."""
        super().__init__()
        self._may_close = False

    def close_for_good(self) -> None:
        """Close without asking: the program ends."""
        self._may_close = True
        self.close()

    def closeEvent(self, event: QCloseEvent) -> None:
        """The window goes when everything is durable; whoever made it closes it then."""
        if self._may_close:
            event.accept()
        else:
            event.ignore()
            self.closing.emit()

    def showEvent(self, event: QShowEvent) -> None:
        """See Qt."""
        super().showEvent(event)
        self.seen.emit(True)  # noqa: FBT003 - Qt's signature

    def hideEvent(self, event: QHideEvent) -> None:
        """See Qt."""
        super().hideEvent(event)
        self.seen.emit(False)  # noqa: FBT003 - Qt's signature

    def changeEvent(self, event: QEvent) -> None:
        """A minimised window is not seen."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.WindowStateChange:
            self.seen.emit(not self.isMinimized())
