"""The window's tests really run on the window's loop."""

from __future__ import annotations

import asyncio
import os

import qasync  # pyright: ignore[reportMissingTypeStubs] - it has none
from PySide6.QtCore import QTimer

from app.event_loop import DroverEventLoop


async def test_async_tests_run_on_qt() -> None:
    """A Qt timer fires while a coroutine waits, on the loop that the environment asked for."""
    fired = asyncio.Event()
    QTimer.singleShot(0, fired.set)
    await asyncio.wait_for(fired.wait(), 5)
    stock = os.environ.get("DROVER_LOOP") == "stock"
    assert isinstance(asyncio.get_running_loop(), qasync.QEventLoop if stock else DroverEventLoop)
