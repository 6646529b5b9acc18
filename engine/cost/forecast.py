"""What a task will cost and how long it will take, with an interval that holds four times of five. Pure.

It is told from tasks that are done: of the same batch, else of the same model. What this very method would have said
of each of them at the same step, without having seen it, is held against what came; the factors by which it was wrong
are those by which the task at hand may come out otherwise (the jackknife, by factors). No distribution is assumed, and
nothing is proven either: how often the truth lies within is measured, on made-up tasks, by the benchmark `forecast`.

Pico and seconds are forecast alike: a curve is what each step took, first to last.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import median

COVERED = 0.8
"""Of all intervals, how many the truth lies in."""

ENOUGH = 9
"""Tasks from which an interval of this cover can be told: beyond the least and the most of fewer, nothing is known."""

PRIOR = (0.4, 0.6, 0.75, 0.9, 1.0, 1.1, 1.35, 1.7, 2.5)
"""Factors that a forecast from fewer is taken to be wrong by: wide, since little is known."""

INERTIA = 2.0
"""After how many steps a task's own pace counts for as much as that of the others."""


class Basis(StrEnum):
    """What a forecast is made from."""

    BATCH = "batch"
    MODEL = "model"
    TASK = "task"
    """Its own steps alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """What a task took."""

    curve: tuple[float, ...]
    """Pico or seconds, step by step."""
    size: float = 1.0
    """What it was expected to take before it began, by what was known of it; only its proportion to others counts."""

    def head(self, done: int) -> float:
        """Return what its first steps took, by its size."""
        return sum(self.curve[:done]) / self.size

    def rest(self, done: int, most: int) -> float:
        """Return what those after them took, no more than `most` steps in all, by its size."""
        return sum(self.curve[done:most]) / self.size


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """The whole of a task, with what it took already."""

    low: float
    """One time of ten it is less."""
    middle: float
    mean: float
    """What sums are made of."""
    high: float
    """One time of ten it is more."""
    basis: Basis


def forecast(own: Course, most: int, batch: Sequence[Course], model: Sequence[Course] = ()) -> Expectation | None:
    """Return what a task of `most` steps at most will have taken; None where there is nothing to tell it from.

    `own` has the steps it has made; `batch` and `model` are tasks of its kind that are done, each in one of the two.
    """
    done = len(own.curve)
    near = [each for each in batch if len(each.curve) > done]
    if len(near) >= ENOUGH:
        return _told(own, most, near, Basis.BATCH)
    far = [*near, *(each for each in model if len(each.curve) > done)]
    if far:
        return _told(own, most, far, Basis.MODEL if len(far) > len(near) else Basis.BATCH)
    if not done:
        return None
    spent = sum(own.curve)
    return _spread(spent, spent / done * max(0, most - done), (), Basis.TASK)


def _told(own: Course, most: int, others: Sequence[Course], basis: Basis) -> Expectation:
    done = len(own.curve)
    heads = [each.head(done) for each in others]
    rests = [each.rest(done, most) for each in others]
    head, rest, number = sum(heads), sum(rests), len(others)
    expected = own.size * _left(own.head(done), done, head / number, rest / number)
    wrong: list[float] = []
    others_left = max(1, number - 1)  # one alone has no others, and says nothing
    for its_head, its_rest in zip(heads, rests, strict=True):
        said = _left(its_head, done, (head - its_head) / others_left, (rest - its_rest) / others_left)
        if said > 0:
            wrong.append(its_rest / said)
    return _spread(sum(own.curve), expected, wrong, basis)


def _left(head: float, done: int, usual_head: float, usual_rest: float) -> float:
    """Return what is still to come where the usual task took so much and had so much to come."""
    if not done or not usual_head:
        return usual_rest
    usual = INERTIA * usual_head / done
    return usual_rest * (head + usual) / (usual_head + usual)


def _spread(spent: float, expected: float, wrong: Sequence[float], basis: Basis) -> Expectation:
    factors = sorted(wrong if len(wrong) >= ENOUGH else (*wrong, *PRIOR))
    beyond = (1 - COVERED) / 2 * (len(factors) + 1)
    low, high = factors[math.floor(beyond + 1e-9) - 1], factors[-math.floor(beyond + 1e-9)]
    middle = median(factors)
    return Expectation(
        low=spent + expected * low,
        middle=spent + expected * middle,
        mean=spent + expected,
        high=spent + expected * high,
        basis=basis,
    )
