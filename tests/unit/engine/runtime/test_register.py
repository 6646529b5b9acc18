"""Counts over all tasks, kept as they change: after any changes they are what walking would count."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from engine.domain.errors import DroverError, ErrorCode
from engine.domain.ids import AttemptId, TaskId
from engine.domain.states import PauseReason, Phase, State
from engine.domain.task import Standing
from engine.runtime.record import TaskRecord
from engine.runtime.register import Register, need
from tests.workbench import spec

STANDINGS = (
    Standing(),
    Standing(state=State.RUNNING),
    Standing(state=State.PAUSED, reason=PauseReason.USER),
    Standing(state=State.PAUSED, reason=PauseReason.BUDGET, undecided={AttemptId("a"): 5}),
    Standing(state=State.PAUSED, reason=PauseReason.INTERRUPTION, undecided={AttemptId("a"): 5, AttemptId("b"): 2}),
    Standing(state=State.PAUSED, reason=PauseReason.PROVIDER),
    Standing(state=State.PAUSED, reason=PauseReason.STORAGE),
    Standing(state=State.FAILED, reason=ErrorCode.WRONG_KEY),
    Standing(state=State.TIMEOUT, reason="task"),
    Standing(state=State.COMPLETED),
)


def record(number: int, standing: Standing, **fields: object) -> TaskRecord:
    """Return a task that stands so."""
    return TaskRecord(id=TaskId(f"{number}"), order=number, spec=spec(**fields), standing=standing, tip=standing)


def walked(register: Register) -> tuple[Counter[str], Counter[str], set[str], set[str], int, int]:
    """Count by walking: states, reasons of needing the person, interrupted, stopped, unknown and their amount."""
    all_ = list(register)
    return (
        Counter(each.standing.state for each in all_),
        Counter(need(each.standing) for each in all_ if need(each.standing)),
        {each.id for each in all_ if each.standing.reason == PauseReason.INTERRUPTION},
        {each.id for each in all_ if each.standing.reason in (PauseReason.BUDGET, PauseReason.PROVIDER)},
        sum(bool(each.standing.undecided) for each in all_),
        sum(sum(each.standing.undecided.values()) for each in all_),
    )


def counted(register: Register) -> tuple[Counter[str], Counter[str], set[str], set[str], int, int]:
    """Return what the register says of the same."""
    by_state, _, _, needs = register.counts()
    return (
        +Counter[str](by_state),
        Counter(needs),
        set(register.interrupted),
        set(register.stopped),
        register.unknown,
        register.unknown_amount,
    )


@pytest.mark.parametrize("seed", range(5))
def test_counts_are_what_walking_counts(seed: int) -> None:
    """Whatever comes, changes and goes."""
    chance, register = random.Random(seed), Register()
    for number in range(60):
        register.add(record(number, chance.choice(STANDINGS)))
        for each in chance.sample(list(register), min(3, len(register))):
            before, each.standing = each.standing, chance.choice(STANDINGS)
            register.moved(each, before, each.standing)
        if chance.random() < 0.3:
            register.remove(chance.choice(list(register)).id)
        assert counted(register) == walked(register)


def test_a_changed_spec_moves_between_the_counts_of_models_and_batches() -> None:
    """None is left behind at the old ones."""
    register, one = Register(), record(1, Standing(), model="a", batch="x")
    register.add(one)
    before, one.spec = one.spec, spec(model="b", batch="")
    register.edited(one, before)
    assert register.counts()[1:3] == ({"b": 1}, {})


def test_what_waits_for_consent_is_interrupted_until_it_need_not_wait() -> None:
    """By its phase, not by its state."""
    register, one = Register(), record(1, Standing())
    register.add(one)
    one.phase = Phase.AWAITING_CONSENT
    register.note_interruption(one)
    assert list(register.interrupted) == [one.id]
    one.phase = Phase.QUEUED
    register.note_interruption(one)
    assert not register.interrupted


def test_places_in_the_order_are_never_given_twice() -> None:
    """Also after what came last is gone."""
    register = Register()
    register.add(record(7, Standing()))
    register.remove(TaskId("7"))
    assert register.next_order == 8
    with pytest.raises(DroverError) as caught:
        register.get(TaskId("7"))
    assert caught.value.code is ErrorCode.UNKNOWN_TASK


@pytest.mark.parametrize(
    ("standing", "waits_for"),
    [
        (Standing(state=State.PAUSED, reason=PauseReason.USER), ""),
        (Standing(state=State.PAUSED, reason=PauseReason.INTERRUPTION), ""),
        (Standing(state=State.PAUSED, reason=PauseReason.BUDGET), "budget"),
        (Standing(state=State.FAILED, reason=ErrorCode.WRONG_KEY), "wrong_key"),
        (Standing(state=State.CANCELLED, undecided={AttemptId("a"): 5}), "unknown"),
        (Standing(state=State.PAUSED, reason=PauseReason.BUDGET, undecided={AttemptId("a"): 5}), "unknown"),
    ],
)
def test_for_what_a_task_waits_for_its_person(standing: Standing, waits_for: str) -> None:
    """Money that nobody has decided on comes first."""
    assert need(standing) == waits_for
