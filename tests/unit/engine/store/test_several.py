"""Records that no attempt hangs on, written many at a time."""

from __future__ import annotations

import asyncio
from pathlib import Path

from msgspec.structs import replace

from engine.domain.states import State
from engine.store.several import SIZES, TOGETHER
from engine.store.store import open_store
from tests.stored import intent, note, outcome, task

MANY = TOGETHER + sum(SIZES) + 2
"""Statements of each size, and one of the smallest three times."""


def test_many_notes_of_many_tasks_are_all_there_and_chained(tmp_path: Path) -> None:
    """Full statements, and the rest in smaller ones."""

    async def main() -> None:
        store = await open_store(tmp_path)
        every = [task(number) for number in range(1, MANY + 1)]
        await store.create(every)
        await asyncio.gather(*(store.append_note(note(e), replace(e.standing, state=State.PAUSED)) for e in every))
        await store.close()
        store = await open_store(tmp_path)
        assert {each.standing.state for each in await store.scan()} == {State.PAUSED}
        for each in every:
            await store.check(each.id)
            assert len(await store.log(each.id)) == 2
        assert store.damage == ()
        await store.close()

    asyncio.run(main())


def test_the_last_of_a_tasks_notes_counts(tmp_path: Path) -> None:
    """More of them than one statement holds, queued before the first is written."""

    async def main() -> None:
        store = await open_store(tmp_path)
        one = task()
        await store.create([one])
        saved = [store.append_note(note(one), replace(one.standing, retries=n)) for n in range(MANY)]
        await asyncio.gather(*saved)
        assert (await store.load(one.id)).standing.retries == MANY - 1
        await store.check(one.id)
        await store.close()

    asyncio.run(main())


def test_an_attempt_between_notes_keeps_its_place(tmp_path: Path) -> None:
    """What waits to be written together is written before what does not wait."""

    async def main() -> None:
        store = await open_store(tmp_path)
        one = task()
        await store.create([one])
        saved = [
            store.append_note(note(one), one.standing),
            store.append_intent(intent(one), replace(one.standing, attempts=1)),
            store.append_note(note(one), replace(one.standing, attempts=1)),
            store.append_outcome(outcome(one), replace(one.standing, attempts=1, steps_done=1)),
        ]
        await asyncio.gather(*saved)
        kinds = [each.kind for each in await store.log(one.id)]
        assert kinds.index("intent") == 2 and kinds[4] == "outcome" and len(kinds) == 5
        assert (await store.load(one.id)).standing.steps_done == 1
        await store.close()

    asyncio.run(main())
