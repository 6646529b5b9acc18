"""Tasks as the command line shows them."""

from __future__ import annotations

import pytest

import resources
from app.cli.shown import dollars, one_line, problem, safe
from engine.cost.port import Level
from engine.domain.errors import ErrorCode
from engine.domain.states import PauseReason, State
from engine.domain.task import Standing
from engine.store.port import StoredTask
from tests.stored import task
from tests.workbench import spec


@pytest.mark.parametrize(
    ("standing", "code"),
    [
        (Standing(state=State.FAILED, reason=ErrorCode.WRONG_KEY), ErrorCode.WRONG_KEY),
        (Standing(state=State.PAUSED, reason=PauseReason.STORAGE, detail=ErrorCode.DISK_FULL), ErrorCode.DISK_FULL),
        (Standing(state=State.PAUSED, reason=PauseReason.BUDGET), ErrorCode.OVER_BUDGET),
        (
            Standing(state=State.PAUSED, reason=PauseReason.PROVIDER, detail=ErrorCode.ASKS_TO_WAIT),
            ErrorCode.ASKS_TO_WAIT,
        ),
        (Standing(state=State.PAUSED, reason=PauseReason.USER), None),
        (Standing(state=State.COMPLETED, reason="marker"), None),
    ],
)
def test_what_stands_in_the_way(standing: Standing, code: ErrorCode | None) -> None:
    """The sentence for what failed or what a pause waits for; none where nothing is wrong."""
    assert problem(standing) == (None if code is None else resources.text("errors")[code])


def test_amounts_are_exact_and_stand_below_each_other() -> None:
    """Every decimal there is, the points in one column, the width always the same."""
    shown = [dollars(pico) for pico in (0, 1, 10**12, 1_234 * 10**12 + 5 * 10**11)]
    assert [each.strip() for each in shown] == ["$0", "$0.000000000001", "$1", "$1234.5"]
    assert {len(each) for each in shown} == {20}
    assert {each.index(".") for each in shown if "." in each} == {7}


@pytest.mark.parametrize("title", ["\x1b[2J\x1b[31mred", "two\nlines\r", "\u202egnp.exe", "\x00\x9b", "a\u2028b"])
def test_a_hostile_title_moves_no_cursor(title: str) -> None:
    """One printable line."""
    assert safe(title).isprintable()
    shown = one_line(StoredTask(id=task().id, order=1, spec=spec(title=title), standing=Standing()))
    assert shown.isprintable() and "\x1b" not in shown


@pytest.mark.parametrize(("level", "named"), [(level, str(level)) for level in Level])
def test_which_limit_stands_in_the_way(level: Level, named: str) -> None:
    """A pause for money names the limit that is to be raised, each in words of its own."""
    told = problem(Standing(state=State.PAUSED, reason=PauseReason.BUDGET, detail=level))
    assert told is not None and named in told
