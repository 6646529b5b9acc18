"""Draws the icon for systems that do not take SVG: `python packaging/icon.py ICON.svg OUT.ico`, or .icns, or .png.

The sizes in the file are those the format is usually asked for. Run it where PySide6 is; it needs no display.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from PySide6.QtCore import QSize
from PySide6.QtGui import QGuiApplication, QIcon

SIDE = {".ico": 256, ".icns": 1024, ".png": 256}


def draw(source: Path, target: Path) -> None:
    """Write the picture; raises OSError when Qt cannot read the one or write the other."""
    side = SIDE[target.suffix]
    picture = QIcon(str(source)).pixmap(QSize(side, side), 1.0)
    if picture.isNull():
        raise OSError(f"cannot read {source}")
    target.parent.mkdir(parents=True, exist_ok=True)
    if not picture.save(str(target)):
        raise OSError(f"cannot write {target}")


if __name__ == "__main__":
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = QGuiApplication(sys.argv)
    draw(Path(sys.argv[1]), Path(sys.argv[2]))
