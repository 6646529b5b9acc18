"""Rows around bad pages: all that can be read is, whatever lies between."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, cast

import apsw
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.store.database import Database
from engine.store.repair.tables import between

SQL = "no >= ? AND no < ? {}"


class BadPages:
    """A table of which some keys cannot be reached: a scan ends with an error at the first of them."""

    def __init__(self, size: int, bad: set[int]) -> None:
        self.size = size
        self.bad = bad
        self.scans = 0

    def execute(self, statements: str, bindings: Sequence[Any] = ()) -> Iterator[tuple[int]]:
        """Scan."""
        self.scans += 1
        low, high = bindings
        keys = range(max(low, 0), min(high, self.size))
        for key in keys if statements.endswith("ASC") else reversed(keys):
            if key in self.bad:
                raise apsw.CorruptError("bad page")
            yield (key,)


def read(table: BadPages, size: int) -> list[tuple[Any, ...]]:
    """Return what is read of a table."""
    return between(cast("Database", table), SQL, 0, size)


@given(size=st.integers(0, 60), bad=st.sets(st.integers(0, 59)))
def test_every_row_that_can_be_read_is(size: int, bad: set[int]) -> None:
    """In order, each once."""
    table = BadPages(size, bad)
    assert read(table, size) == [(key,) for key in range(size) if key not in bad]


@pytest.mark.parametrize("size", [1_000, 10_000])
def test_one_bad_page_costs_few_scans(size: int) -> None:
    """Two, and a few around it."""
    table = BadPages(size, set(range(size // 2, size // 2 + 4)))
    assert len(read(table, size)) == size - 4
    assert table.scans < 20
