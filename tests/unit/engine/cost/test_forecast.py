"""What a task will take is told from tasks of its kind, and how sure that is by how wrong it would have been."""

from __future__ import annotations

import random

import pytest

from engine.cost.forecast import PRIOR, Basis, Course, forecast

NEW = Course(curve=())


def like(*totals: float, steps: int = 4) -> list[Course]:
    """Return tasks that took so much, in equal steps."""
    return [Course(curve=(total / steps,) * steps) for total in totals]


def test_nothing_known_tells_nothing() -> None:
    """No figure is better than one from nowhere."""
    assert forecast(NEW, 10, ()) is None


def test_a_batch_that_always_took_the_same_leaves_no_doubt() -> None:
    """Before the start and after a step."""
    for own in (NEW, Course(curve=(10.0,))):
        told = forecast(own, 4, like(*[40.0] * 9))
        assert told is not None
        assert (told.low, told.middle, told.high, told.basis) == (40, 40, 40, Basis.BATCH)


def test_few_tasks_are_helped_out_by_those_of_the_model() -> None:
    """And it says so; as soon as the batch is enough, the others count no more."""
    few = forecast(NEW, 4, like(40, 40), like(*[80.0] * 9))
    enough = forecast(NEW, 4, like(*[40.0] * 9), like(*[80.0] * 9))
    assert few is not None
    assert enough is not None
    assert (few.basis, enough.basis, enough.high) == (Basis.MODEL, Basis.BATCH, 40)


def test_a_task_alone_is_told_by_its_own_steps_with_a_wide_interval() -> None:
    """Ten a step, two of four done."""
    told = forecast(Course(curve=(10.0, 10.0)), 4, ())
    assert told is not None
    assert (told.low, told.middle, told.high, told.basis) == (
        20 + 20 * PRIOR[0],
        20 + 20 * PRIOR[4],
        20 + 20 * PRIOR[-1],
        Basis.TASK,
    )


def test_one_that_is_done_leaves_nothing_open() -> None:
    """What it took is what it takes."""
    told = forecast(Course(curve=(1.0, 2.0)), 2, ())
    assert told is not None
    assert told.low == told.high == 3


def test_a_dear_beginning_makes_the_rest_dear() -> None:
    """The task's own pace counts for more with each step."""
    others = like(*[40.0] * 9)
    first, second = (forecast(Course(curve=(20.0,) * done), 4, others) for done in (1, 2))
    assert first is not None
    assert second is not None
    assert first.middle == pytest.approx(20 + 30 * (20 + 20) / (10 + 20))
    assert second.middle == pytest.approx(40 + 20 * (40 + 20) / (20 + 20))


def test_what_is_known_before_the_start_counts() -> None:
    """A task of three times the size takes three times as much."""
    told = forecast(Course(curve=(), size=3.0), 4, like(*[40.0] * 9))
    assert told is not None
    assert told.middle == 120


def test_no_more_steps_than_it_may_make() -> None:
    """Others that made four say what two take."""
    told = forecast(NEW, 2, like(*[40.0] * 9))
    assert told is not None
    assert told.middle == 20


def test_a_free_model_costs_nothing() -> None:
    """Neither least nor most."""
    told = forecast(NEW, 4, like(*[0.0] * 9))
    assert told is not None
    assert told.low == told.high == 0


def test_four_of_five_come_true_whatever_the_distribution() -> None:
    """Skewed, with rare tasks of ten times the rest: 70 to 90 of a hundred."""
    rng = random.Random(7)

    def draw() -> Course:
        total = rng.lognormvariate(0, 0.7) * (10 if rng.random() < 0.05 else 1)
        return Course(curve=tuple(total * rng.uniform(0.5, 1.5) for _ in range(5)))

    hits = 0
    for _ in range(400):
        task = draw()
        told = forecast(Course(curve=task.curve[:2]), 5, [draw() for _ in range(30)])
        assert told is not None
        hits += told.low <= sum(task.curve) <= told.high
    assert 0.7 <= hits / 400 <= 0.9
