"""Files that are dropped on the window: one file or folder of this computer, given as its path."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEvent, QMimeData, QObject, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QWidget


class Drops(QObject):
    """Hears what is dropped on a widget."""

    dropped = Signal(object)
    """The `Path`."""

    def __init__(self, on: QWidget) -> None:
        """Let `on` take drops."""
        super().__init__(on)
        on.setAcceptDrops(True)
        on.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """See QObject: what is no single file goes where it would have gone."""
        if isinstance(event, QDragEnterEvent) and path_of(event.mimeData()) is not None:
            event.acceptProposedAction()
            return True
        if isinstance(event, QDropEvent) and event.type() is QEvent.Type.Drop:
            path = path_of(event.mimeData())
            if path is not None:
                event.acceptProposedAction()
                self.dropped.emit(path)
                return True
        return super().eventFilter(watched, event)


def path_of(data: QMimeData) -> Path | None:
    """Return the one file or folder that is meant, or None."""
    urls = data.urls() if data.hasUrls() else []
    return Path(urls[0].toLocalFile()) if len(urls) == 1 and urls[0].isLocalFile() else None
