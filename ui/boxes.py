"""How the window's parts lie: below each other, or with a line between them that a person can move."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget


def column(*widgets: QWidget, filling: QWidget) -> QWidget:
    """Lay widgets below each other; `filling` takes what room is left."""
    whole = QWidget()
    layout = QVBoxLayout(whole)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(0)
    for widget in widgets:
        layout.addWidget(widget, int(widget is filling))
    return whole


def splitter(orientation: Qt.Orientation, *parts: tuple[QWidget, int, int]) -> QSplitter:
    """Lay widgets side by side, each with its first size and its share of what is added; none can be pushed away."""
    whole = QSplitter(orientation)
    for place, (part, _, share) in enumerate(parts):
        whole.addWidget(part)
        whole.setStretchFactor(place, share)
    whole.setSizes([size for _, size, _ in parts])
    whole.setHandleWidth(1)
    whole.setChildrenCollapsible(False)
    return whole
