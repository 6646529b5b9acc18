"""Reports of progress: what the article's tracker asks for, without its faults."""

from __future__ import annotations

import pytest

from engine.domain.ids import TaskId
from engine.domain.progress import percent, remaining, report
from engine.domain.states import State
from engine.domain.task import Standing, TaskSnapshot
from tests.workbench import spec


def snapshot(**fields: object) -> TaskSnapshot:
    """Return a snapshot of a task of four steps whose standing has `fields`."""
    standing = Standing(**fields)  # type: ignore[arg-type]
    return TaskSnapshot(id=TaskId("t"), order=0, spec=spec(max_steps=4), standing=standing, active_s=standing.active_s)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, 0.0),
        ({"steps_done": 1, "state": State.RUNNING}, 25.0),
        ({"steps_done": 4, "state": State.RUNNING}, 100.0),
        ({"steps_done": 2, "state": State.COMPLETED}, 100.0),
        ({"steps_done": 2, "state": State.FAILED}, 50.0),
    ],
)
def test_percent(fields: dict[str, object], expected: float) -> None:
    """A task that is done early is whole; one that failed is where it stopped."""
    assert percent(snapshot(**fields)) == expected


@pytest.mark.parametrize(
    ("done", "total", "active", "expected"),
    [(0, 10, 5.0, None), (2, 10, 20.0, 80.0), (10, 10, 50.0, 0.0), (11, 10, 50.0, 0.0)],
)
def test_remaining(done: int, total: int, active: float, expected: float | None) -> None:
    """From the mean of all steps so far; unknown before the first is not 0."""
    assert remaining(steps_done=done, total_steps=total, active_s=active) == expected


def test_a_report_is_the_snapshot_in_the_tracker_s_words() -> None:
    """Status, reason, tokens with those in flight, cost."""
    seen = report(snapshot(state=State.PAUSED, reason="budget", steps_done=1, output_tokens=7, spent=5, active_s=3.0))
    assert (seen.state, seen.reason, seen.step, seen.total_steps) == (State.PAUSED, "budget", 1, 4)
    assert (seen.tokens_generated, seen.cost, seen.elapsed_s, seen.remaining_s) == (7, 5, 3.0, None)
