"""One task in memory: what is queued and what is shown, the time that counts, the phase that people see."""

from __future__ import annotations

import pytest

from engine.domain.ids import TaskId
from engine.domain.states import Phase, State, Wanted
from engine.domain.task import Standing
from engine.runtime.record import SETTLE_S, Stream, TaskRecord
from tests.workbench import spec


def record(state: State = State.RUNNING, *, wanted: Wanted = Wanted.NOTHING, **fields: object) -> TaskRecord:
    """Return a task."""
    standing = Standing(state=state, wanted=wanted, **fields)  # type: ignore[arg-type]
    return TaskRecord(id=TaskId("a"), order=1, spec=spec(), standing=standing, tip=standing, phase=Phase.STREAMING)


def test_records_of_a_task_build_on_each_other() -> None:
    """The tip has both changes though neither is durable; what is shown has none."""
    made = record()
    made.next(spent=5)
    _, tip = made.next(attempts=1)
    assert (tip.spent, tip.attempts) == (5, 1)
    assert (made.standing.spent, made.standing.attempts) == (0, 0)


def test_what_is_shown_never_goes_back() -> None:
    """A record that is told durable after a later one changes nothing."""
    made = record()
    first, second = made.next(spent=1), made.next(spent=2)
    assert made.show(*second)
    assert not made.show(*first)
    assert made.standing.spent == 2


def test_active_time_is_counted_once() -> None:
    """What is taken begins anew, what is not taken yet shows, and standing still counts nothing."""
    made = record(active_s=10.0)
    made.active_since = 100.0
    assert made.snapshot(103.0).active_s == 13.0
    assert made.take_active(104.0) == 4.0
    assert made.unsaved_active(104.0) == 0.0
    made.active_since = None
    assert made.take_active(200.0) == 0.0


@pytest.mark.parametrize(
    ("state", "wanted", "shown"),
    [
        (State.RUNNING, Wanted.NOTHING, Phase.STREAMING),
        (State.RUNNING, Wanted.PAUSE, Phase.PAUSING),
        (State.RUNNING, Wanted.PAUSE_NOW, Phase.PAUSING),
        (State.CHECKPOINTING, Wanted.CANCEL, Phase.CANCELLING),
        (State.PENDING, Wanted.NOTHING, Phase.QUEUED),
        (State.PAUSED, Wanted.NOTHING, Phase.IDLE),
        (State.COMPLETED, Wanted.NOTHING, Phase.IDLE),
    ],
)
def test_the_phase_that_people_see(state: State, wanted: Wanted, shown: Phase) -> None:
    """A wish stands above what the runner does; a task at rest does nothing, whatever was left of its runner."""
    assert record(state, wanted=wanted).snapshot(0.0).phase is shown


def test_time_left_is_told_when_something_is_known() -> None:
    """From the mean of the steps done, without the one in flight; nothing when all is done."""
    assert record().snapshot(0.0).eta_s is None
    assert record(steps_done=2, active_s=20.0).snapshot(0.0).eta_s == 10.0
    assert record(steps_done=2, active_s=24.0, step_s=4.0).snapshot(0.0).eta_s == 6.0
    assert record(State.COMPLETED, steps_done=1, active_s=5.0).snapshot(0.0).eta_s == 0.0


def test_a_stream_has_no_speed_before_it_means_something() -> None:
    """Then tokens over the time since the first one."""
    stream = Stream(number=1, step=1)
    assert stream.speed(5.0) == 0.0
    stream.add("ab", 1, 10.0)
    stream.add("", 3, 10.1)
    assert stream.speed(10.0 + SETTLE_S / 2) == 0.0
    assert stream.speed(12.0) == 2.0
    assert (stream.text, stream.characters, stream.last_at) == ("ab", 2, 10.1)
