"""qasync's life cycle (run, stop, close) with CPython's scheduling: the class that `event_loop` goes on from."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import qasync  # pyright: ignore[reportMissingTypeStubs] - it has none
from PySide6.QtWidgets import QApplication

KEPT = frozenset({"run_forever", "stop", "is_running", "close"})
"""What qasync does better than CPython here; its scheduling is given back to CPython whole."""

Asyncio = asyncio.SelectorEventLoop

if TYPE_CHECKING:

    class LifeCycle(asyncio.SelectorEventLoop):
        """What a type checker sees: asyncio's loop, made with an application."""

        def __init__(self, application: QApplication) -> None: ...

else:
    _Qasync = getattr(qasync, "_QEventLoop", object)
    LifeCycle = type(
        "LifeCycle",
        (Asyncio,) if _Qasync is object else (_Qasync, Asyncio),
        {
            name: getattr(Asyncio, name)
            for name in vars(_Qasync)
            if hasattr(Asyncio, name) and name not in KEPT and not name.startswith("__")
        },
    )
