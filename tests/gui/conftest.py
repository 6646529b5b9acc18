"""Flows in the window run on the window's own event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

from tests.loops import qt_loop_factories


def pytest_asyncio_loop_factories() -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Asynchronous tests in this folder run on Qt; `DROVER_LOOP=stock` runs them on qasync's own loop."""
    return qt_loop_factories()
