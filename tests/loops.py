"""Event loops on Qt for tests: ours, or qasync's own with DROVER_LOOP=stock."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

from PySide6.QtWidgets import QApplication

from app.event_loop import new_event_loop


def application() -> QApplication:
    """Return the application, made by whoever asks first."""
    found = QApplication.instance()
    return found if isinstance(found, QApplication) else QApplication(["drover-tests"])


def qt_loop() -> asyncio.AbstractEventLoop:
    """Return a new loop as the program would make it here."""
    return new_event_loop(application())


def qt_loop_factories() -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Return what pytest-asyncio's hook `pytest_asyncio_loop_factories` wants."""
    return {"qt": qt_loop}
