"""The order of what waits, as a person arranges it: a task goes before another one, to the top, to the end.

A task's place is its lane, higher first, and its number in it, lower first. Without a person's doing the lane is its
priority and the number its order of creation. One that is moved takes over the lane of where it goes, so that what is
seen above runs before, whatever the priorities. Places are broken numbers between their neighbours', so that a move
writes what moves alone; where there is no number left between two, the whole lane is counted anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from engine.domain.states import State
from engine.domain.step import NoteKind
from engine.domain.task import Place, place_of
from engine.domain.where import Where

if TYPE_CHECKING:
    from engine.domain.ids import TaskId
    from engine.runtime.crew import Crew
    from engine.runtime.journal import Journal
    from engine.runtime.record import TaskRecord
    from engine.runtime.register import Register

WAIT = frozenset({State.PENDING, State.PAUSED})
"""States of tasks that have a place: what waits, and what will when it is resumed."""


@dataclass(frozen=True, slots=True)
class Order:
    """Who waits, first to last, split into those that move and the others."""

    moving: list[TaskRecord]
    others: list[TaskRecord]
    first: int
    """Others before the first that moves."""
    last: int
    """Others before the last that moves."""


class Places:
    """Moves tasks of `register`; a runner's end finds them where they are."""

    def __init__(self, register: Register, journal: Journal, crew: Crew, changed: Callable[[TaskId], None]) -> None:
        """Move tasks of `register` in the queue of `crew`."""
        self._register = register
        self._journal = journal
        self._crew = crew
        self._changed = changed

    def move(self, ids: Sequence[TaskId], where: Where) -> tuple[TaskId, ...]:
        """See `engine.face.acting`."""
        order = self._order(ids)
        at = {
            Where.TOP: 0,
            Where.UP: max(0, order.first - 1),
            Where.DOWN: min(len(order.others), order.last + 1),
            Where.BOTTOM: len(order.others),
        }[where]
        return self._put(order, at)

    def before(self, ids: Sequence[TaskId], other: TaskId | None) -> tuple[TaskId, ...]:
        """See `engine.face.acting`."""
        order = self._order(ids)
        at = next((n for n, each in enumerate(order.others) if each.id == other), len(order.others))
        return self._put(order, at)

    def _order(self, ids: Sequence[TaskId]) -> Order:
        wanted = set(ids)
        waiting = sorted((r for r in self._register if r.tip.state in WAIT), key=place)
        moving: list[TaskRecord] = []
        others: list[TaskRecord] = []
        first, last = 0, 0
        for record in waiting:
            if record.id not in wanted:
                others.append(record)
                continue
            first = first if moving else len(others)
            last = len(others)
            moving.append(record)
        return Order(moving, others, first, last)

    def _put(self, order: Order, at: int) -> tuple[TaskId, ...]:
        if not order.moving or not order.others:
            return tuple(record.id for record in order.moving)
        left = place(order.others[at - 1]) if at else None
        right = place(order.others[at]) if at < len(order.others) else None
        found = between(left, right, len(order.moving))
        if found is None:
            self._anew(order, at)
        else:
            self._note(zip(order.moving, found, strict=True))
        return tuple(record.id for record in order.moving)

    def _anew(self, order: Order, at: int) -> None:
        """Count the whole order anew, each in the lane that keeps it where it is."""
        every = [*order.others[:at], *order.moving, *order.others[at:]]
        lane = max((place(each)[0] for each in every), default=0)
        self._note((record, (lane, float(number))) for number, record in enumerate(every))

    def _note(self, places: Iterable[tuple[TaskRecord, Place]]) -> None:
        for record, (lane, number) in places:
            figures = {"lane": -lane, "place": number}
            self._journal.note(record, NoteKind.MOVED, "", figures, lane=-lane, place=number)
            self._crew.requeue(record)
            self._changed(record.id)


def place(record: TaskRecord) -> Place:
    """Return where a task stands in the queue: the least goes first."""
    return place_of(record.order, record.spec, record.tip)


def between(left: Place | None, right: Place | None, number: int) -> list[Place] | None:
    """Return so many places between two, in order; None where there are not so many."""
    lane = (right or left or (0, 0.0))[0]
    low = left[1] if left and left[0] == lane else None
    high = right[1] if right and right[0] == lane else None
    start = low if low is not None else (high or 0.0) - number - 1
    end = high if high is not None else start + number + 1
    gap = (end - start) / (number + 1)
    found = [start + gap * (step + 1) for step in range(number)]
    rising = all(a < b for a, b in pairwise([start, *found, end]))
    return [(lane, each) for each in found] if rising else None
