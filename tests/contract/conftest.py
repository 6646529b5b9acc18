"""What the suites of one port share."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from engine.store.store import open_store
from tests.shelves import Files, Memory, Shelf


@pytest.fixture(params=["files", "memory"])
async def shelf(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncGenerator[Shelf]:
    """Both kinds, empty."""
    made: Shelf = Memory() if request.param == "memory" else Files(tmp_path, await open_store(tmp_path))
    yield made
    await made.store.close()
