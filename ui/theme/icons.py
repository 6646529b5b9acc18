"""Icons: Lucide's outlines in a theme's colour, and the application's own."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

import resources

SIZES = (16, 24, 32, 48, 64, 128, 256)


def tinted(name: str, colour: str, size: int = 16) -> QIcon:
    """Return a Lucide icon in a colour."""
    svg = resources.icon(name).replace("currentColor", colour)
    icon = QIcon()
    for scale in (1, 2):
        icon.addPixmap(_drawn(svg, size * scale))
    return icon


def application_icon() -> QIcon:
    """Return Drover's icon in the sizes that systems ask for."""
    svg, icon = resources.icon("drover"), QIcon()
    for size in SIZES:
        icon.addPixmap(_drawn(svg, size))
    return icon


def _drawn(svg: str, size: int) -> QPixmap:
    pixmap = QPixmap(size, size)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    QSvgRenderer(QByteArray(svg.encode())).render(painter)
    painter.end()
    return pixmap
