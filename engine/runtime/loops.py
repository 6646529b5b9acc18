"""Sees when a task goes round in circles: how many of its last replies, running, repeat an earlier one.

It follows from the replies alone, so it is the same after a restart. A long reply is looked at in slices, between
which the loop does other things.
"""

from __future__ import annotations

import asyncio
from collections.abc import Generator
from typing import TYPE_CHECKING, TypeVar

from engine.domain.repeats import LOOK_BACK, Sketch, digesting, resemblance, sketching
from engine.domain.task import RecipeName

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.domain.task import TaskSpec

T = TypeVar("T")


class Loops:
    """Looks at the replies of one task, which only ever grow."""

    def __init__(self, spec: TaskSpec, replies: Sequence[str]) -> None:
        """Look at `replies` as `spec` says; a pipeline asks something else each time, so its replies may be alike."""
        self._most = spec.loop_after if spec.recipe is RecipeName.ITERATE else 0
        self._similarity = spec.loop_similarity
        self._replies = replies
        self._digests: list[bytes] = []
        self._first: dict[bytes, int] = {}
        """Place of the first reply with such words."""
        self._sketches: dict[int, Sketch] = {}
        """By place; of the last ones alone."""

    async def found(self, since: int) -> bool:
        """Whether the last replies repeat earlier ones as often as is allowed; only those behind `since` count."""
        if not self._most or len(self._replies) - since < self._most:
            return False
        await self._take()
        for place in range(len(self._replies) - 1, len(self._replies) - 1 - self._most, -1):
            if not await self._repeats(place):
                return False
        return True

    async def _take(self) -> None:
        for place in range(len(self._digests), len(self._replies)):
            made = await _in_slices(digesting(self._replies[place]))
            self._digests.append(made)
            self._first.setdefault(made, place)
        oldest = len(self._replies) - self._most - LOOK_BACK
        self._sketches = {place: made for place, made in self._sketches.items() if place >= oldest}

    async def _repeats(self, place: int) -> bool:
        if self._first[self._digests[place]] < place:
            return True
        made = await self._sketch(place)
        for earlier in range(place - 1, max(-1, place - 1 - LOOK_BACK), -1):
            if resemblance(made, await self._sketch(earlier)) >= self._similarity:
                return True
        return False

    async def _sketch(self, place: int) -> Sketch:
        if place not in self._sketches:
            self._sketches[place] = await _in_slices(sketching(self._replies[place]))
        return self._sketches[place]


async def _in_slices(work: Generator[None, None, T]) -> T:
    """Do work on a text, and let the loop do other things between its slices."""
    while True:
        try:
            next(work)
        except StopIteration as done:
            return done.value
        await asyncio.sleep(0)
