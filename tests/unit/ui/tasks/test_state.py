"""What the table remembers."""

from __future__ import annotations

import pytest

from ui.tasks.state import TableState, read, write


def test_comes_back_as_it_was() -> None:
    """Widths and order survive a restart."""
    state = TableState(widths={"task": 300}, column="eta", falling=False)
    assert read(write(state)) == state


@pytest.mark.parametrize("text", ["", "{", "[]", '{"widths": {"task": -4}}', '{"widths": 3}', "\ud800"])
def test_anything_else_is_nothing(text: str) -> None:
    """A file edited by hand does no harm."""
    assert read(text) is None
