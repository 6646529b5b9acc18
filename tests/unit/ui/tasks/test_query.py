"""The filter's language finds what it says and is patient with who types it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.face import PICO, Phase, State
from tests.snapshots import snapshot
from ui.tasks.query import parse

TASK = snapshot(
    7,
    title="Refactor plan: billing",
    model="gpt-4.1",
    state=State.PAUSED,
    reason="budget",
    steps_done=9,
    steps=30,
    spent=PICO + PICO // 2,
    budget=2 * PICO,
    eta_s=120.0,
    phase=Phase.IDLE,
)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "refactor",
        "REFACTOR billing",
        '"plan: billing"',
        "status:paused",
        "status:failed,paused",
        "reason:budget",
        "model:gpt",
        "cost:>1",
        "cost:>=1.5 cost:<2",
        "cost:=1.5",
        "cost:>$1",
        "budget:2",
        "progress:30%",
        "step:9",
        "eta:<=2m",
        "-status:running",
        "status:paused cost:>1 model:gpt plan",
        "plan:",
    ],
)
def test_holds(text: str) -> None:
    """These ask for the task."""
    assert parse(text).holds(TASK)


@pytest.mark.parametrize(
    "text",
    ["other", "status:running", "cost:>1.5", "cost:<1", "eta:<1m", "model:claude", "-refactor", "speed:>0", "http://x"],
)
def test_holds_not(text: str) -> None:
    """These ask for others."""
    assert not parse(text).holds(TASK)


def test_amounts_are_compared_to_the_last_digit() -> None:
    """Also where a float would have lost it."""
    task = snapshot(1, spent=12_345 * PICO + 1)
    assert parse("cost:>12345").holds(task) and not parse("cost:=12345").holds(task)
    assert parse("cost:=12345.000000000001").holds(task)


@pytest.mark.parametrize("text", ["cost:", "cost:>", "cost:>x", "status:", '"', "-cost:>"])
def test_a_term_half_typed_is_left_out(text: str) -> None:
    """A term that is not whole hides nothing and is named."""
    query = parse(text)
    assert query.holds(TASK)
    assert query.ignored == (text,)


def test_people_call_states_otherwise() -> None:
    """A task that timed out is found by what its row says."""
    assert parse("status:timed").holds(snapshot(1, state=State.TIMEOUT))
    assert parse("status:done").holds(snapshot(1, state=State.COMPLETED))


def test_no_budget_is_no_number() -> None:
    """What has no budget is neither above nor below one."""
    assert not parse("budget:<100").holds(snapshot(1))


@given(st.text())
def test_any_text_is_a_query(text: str) -> None:
    """Nothing typed raises."""
    parse(text).holds(TASK)
