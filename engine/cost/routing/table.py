"""Candidates laid out once, so that a choice among hundreds looks at a dozen.

A price list has hundreds of models, and nearly all of them are dearer than another that is no worse. Which those are
hangs on how much context a step needs, at which length prices change, and how good the model must be, not on the step
itself: so for each of these a shelf is made when it is first asked for, with those alone that can be the cheapest for
some step. What it answers is what going over all of them would.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import overload

from engine.cost.routing.port import MOST_FAILURES, Candidate, Key, Load
from engine.domain.choice import Tier

Tie = tuple[int, int, Key]
Row = tuple[int, int, int, int, Tie, Candidate]
"""Prices of input, cached input and output, failures, what decides between equals, and whose they are."""
Bound = tuple[int, int, int, Key, Candidate]
"""The dearest input and output, tier, name, and whose they are."""


@dataclass(frozen=True, slots=True)
class Work:
    """What a run of steps reads and writes when nothing is cached before it: the same for every candidate."""

    input: int
    output: int
    later_input: int
    later_cached: int
    later_output: int

    @classmethod
    def of(cls, load: Load, steps: int) -> Work:
        """Return that of `steps` steps, the first of them as `load` says: see `Candidate.run`."""
        count = max(0, steps - 1)
        cached = count * load.input + load.growth * count * (count - 1) // 2
        return cls(load.input, load.output, count * load.growth, cached, count * load.output)


class Shelf:
    """The candidates of at least one tier, with room for a context."""

    def __init__(self, candidates: Sequence[Candidate], load: Load) -> None:
        """Lay them out for loads that meet the same rates as this one; there is at least one candidate."""
        self.by_key = {each.key: each for each in candidates}
        self.best = max(each.tier for each in candidates)
        self._bounds = _bounds(candidates, load)
        self._rows = {floor: _rows([each for each in candidates if each.tier >= floor], load) for floor in Tier}

    def safest(self, load: Load) -> Candidate:
        """Return who can cost the least at most; of equals the lowest tier."""
        into, out = load.most_input, load.most_output
        return min((into * row[0] + out * row[1], row[2], row[3], row[4]) for row in self._bounds)[3]

    def cheapest(self, floor: Tier, work: Work) -> tuple[int, Tie, Candidate]:
        """Return whose `work` costs least, and what, from a tier on; of equals the better, the faster.

        A plain loop, since it is what choosing spends its time on; failures, which make nothing cheaper, are counted
        only for those that would be the cheapest without.
        """
        rows = self._rows[floor]
        least, tie, found = -1, rows[0][4], rows[0][5]
        into, cached, out = work.input + work.later_input, work.later_cached, work.output + work.later_output
        for price_in, price_cached, price_out, failures, order, candidate in rows:
            cost = into * price_in + cached * price_cached + out * price_out
            if 0 <= least < cost:
                continue
            if failures:
                cost = with_failures(work.input * price_in + work.output * price_out, failures) + with_failures(
                    work.later_input * price_in + cached * price_cached + work.later_output * price_out, failures
                )
            if least < 0 or cost < least or (cost == least and order < tie):
                least, tie, found = cost, order, candidate
        return least, tie, found


class Table(Sequence[Candidate]):
    """All candidates of a task: a sequence of them that knows where to look."""

    def __init__(self, candidates: Iterable[Candidate]) -> None:
        """Hold them in their order."""
        self._all = tuple(candidates)
        self._limits = sorted({each.context_limit for each in self._all})
        self._lengths = sorted({each.above for candidate in self._all for each in candidate.price.longer})
        self._shelves: dict[tuple[int, int, int, Tier], Shelf | None] = {}

    @overload
    def __getitem__(self, index: int) -> Candidate: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Candidate, ...]: ...
    def __getitem__(self, index: int | slice) -> Candidate | tuple[Candidate, ...]:
        """Return one, or some."""
        return self._all[index]

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._all)

    def __iter__(self) -> Iterator[Candidate]:
        """Go over all of them."""
        return iter(self._all)

    @property
    def largest(self) -> int:
        """Tokens of the largest context; 0 where there is none."""
        return self._limits[-1] if self._limits else 0

    def shelf(self, load: Load, at_least: Tier) -> Shelf | None:
        """Return those whose context has room for a load, from a tier on; None where nobody is left."""
        room, rates = bisect_left(self._limits, load.room), bisect_left(self._lengths, load.input)
        place = room, rates, bisect_left(self._lengths, load.most_input), at_least
        if place not in self._shelves:
            able = [each for each in self._all if each.tier >= at_least and each.context_limit >= load.room]
            self._shelves[place] = Shelf(able, load) if able else None
        return self._shelves[place]


def table_of(candidates: Sequence[Candidate]) -> Table:
    """Return a table as it is, or a new one."""
    return candidates if isinstance(candidates, Table) else Table(candidates)


def with_failures(pico: int, failures: int) -> int:
    """Return what has to be paid in all where so many of a thousand calls are paid for nothing."""
    return -(-pico * 1000 // (1000 - min(failures, MOST_FAILURES))) if failures else pico


def _rows(candidates: Sequence[Candidate], load: Load) -> tuple[Row, ...]:
    """Return those that can be the cheapest of them for some work, with no cache to begin with."""
    kept: list[Row] = []
    for each in candidates:
        price, tie = each.price.at(load.input), (-each.tier, -each.speed, each.key)
        row = (price.input, price.cached_input, price.output, each.failures, tie, each)
        if not any(_beats(other, row) for other in kept):
            kept = [other for other in kept if not _beats(row, other)]
            kept.append(row)
    return tuple(sorted(kept, key=_dearness))


def _dearness(row: Row) -> tuple[int, Tie]:
    """The first is likely the cheapest, which saves looking closely at the others."""
    return row[0] + row[2], row[4]


def _beats(one: Row, other: Row) -> bool:
    """Whether one is no dearer whatever is read and written, and comes first where both cost the same."""
    mine, its = 1000 - min(one[3], MOST_FAILURES), 1000 - min(other[3], MOST_FAILURES)
    dearer = one[0] * its > other[0] * mine or one[1] * its > other[1] * mine or one[2] * its > other[2] * mine
    return one[4] <= other[4] and not dearer


def _bounds(candidates: Sequence[Candidate], load: Load) -> tuple[Bound, ...]:
    """Return those that can have the lowest bound of them for some work."""
    kept: list[Bound] = []
    for each in candidates:
        price = each.price.up_to(load.most_input)
        dearest = max(price.input, price.cached_input, price.cache_write), max(price.output, price.reasoning)
        row = (*dearest, int(each.tier), each.key, each)
        if not any(_bounds_less(other, row) for other in kept):
            kept = [other for other in kept if not _bounds_less(row, other)]
            kept.append(row)
    return tuple(kept)


def _bounds_less(one: Bound, other: Bound) -> bool:
    return one[0] <= other[0] and one[1] <= other[1] and one[2:4] <= other[2:4]
