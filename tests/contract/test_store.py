"""What every store promises: the real one and its fake pass the same suite."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import msgspec
import pytest
from msgspec.structs import replace

from engine.domain.errors import DroverError, ErrorCode
from engine.domain.fence import Fence
from engine.domain.ids import AttemptId, TaskId
from engine.domain.money import MOST_COUNTED
from engine.domain.states import State
from engine.domain.step import AttemptRecord, AttemptStatus, Flag, NoteKind, StepRecord
from engine.domain.task import Standing
from engine.store.port import Holding, StoredTask
from tests.shelves import Shelf
from tests.stored import CREATED_AT, HELD, checkpoint, correction, intent, note, outcome, task, write_steps


async def test_tasks_come_back_as_they_were_stored_and_in_order(shelf: Shelf) -> None:
    """Spec, standing, id and order survive, whatever the order of creation."""
    tasks = [task(3), task(1), task(2)]
    await shelf.store.create(tasks)
    expected = tuple(sorted(tasks, key=lambda each: each.order))
    assert await shelf.store.scan() == expected
    assert await (await shelf.reopen()).scan() == expected


async def test_an_empty_store_has_nothing(shelf: Shelf) -> None:
    """A new store holds no tasks, no open attempts and no spending."""
    assert await shelf.store.scan() == ()
    assert await shelf.store.open_attempts() == ()
    assert (await shelf.store.spending()).total == 0


async def test_a_standing_is_as_of_the_last_record(shelf: Shelf) -> None:
    """Each kind of record carries the standing with it."""
    one = task()
    await shelf.store.create([one])
    writes: list[Callable[[Standing], Awaitable[None]]] = [
        lambda standing: shelf.store.append_intent(intent(one), standing),
        lambda standing: shelf.store.append_outcome(outcome(one), standing),
        lambda standing: shelf.store.append_note(note(one), standing),
        lambda standing: shelf.store.checkpoint(checkpoint(one), standing),
    ]
    for count, write in enumerate(writes, 1):
        standing = Standing(state=State.RUNNING, attempts=count, grants={"step": 1.5})
        await write(standing)
        assert (await shelf.store.load(one.id)).standing == standing


async def test_a_task_is_followed_from_where_it_was_read_to(shelf: Shelf) -> None:
    """What a later reading returns is what a whole one would: raw replies apart, of which nobody makes a file."""
    one = task()
    await shelf.store.create([one])
    seen = await shelf.store.follow(one.id)
    assert (seen.task, seen.steps, seen.fork) == (one, (), None)
    for step in (1, 3):
        await write_steps(shelf.store, one, 2, first=step)
        seen = await shelf.store.follow(one.id, seen)
        assert seen.task == await shelf.store.load(one.id)
        assert [bare(each) for each in seen.steps] == [bare(each) for each in await shelf.store.steps(one.id)]
    await shelf.store.delete([one.id])
    with pytest.raises(DroverError) as raised:
        await shelf.store.follow(one.id, seen)
    assert raised.value.code is ErrorCode.UNKNOWN_TASK


def bare(step: StepRecord) -> list[AttemptRecord]:
    """Return a step's attempts without their raw replies."""
    return [
        replace(attempt, outcome=attempt.outcome and replace(attempt.outcome, raw=b"")) for attempt in step.attempts
    ]


async def test_steps_hold_their_attempts_in_order(shelf: Shelf) -> None:
    """A step with a failed and an accepted attempt, then one in flight."""
    one = task()
    await shelf.store.create([one])
    await shelf.store.append_intent(intent(one, 1, 1), one.standing)
    failed = outcome(one, 1, 1, status=AttemptStatus.FAILED, text="half a re")
    await shelf.store.append_outcome(failed, one.standing)
    await shelf.store.append_intent(intent(one, 1, 2), one.standing)
    await shelf.store.append_outcome(outcome(one, 1, 2), one.standing)
    await shelf.store.append_intent(intent(one, 2, 1), one.standing)
    first, second = await (await shelf.reopen()).steps(one.id)
    assert [attempt.status for attempt in first.attempts] == [AttemptStatus.FAILED, AttemptStatus.ACCEPTED]
    assert first.attempts[0].outcome is not None and first.attempts[0].outcome.text == "half a re"
    assert first.accepted is not None and first.accepted.text == outcome(one, 1, 2).text
    assert first.attempts[1].intent == intent(one, 1, 2)
    assert second.accepted is None and second.attempts[0].status is AttemptStatus.OPEN


async def test_replies_are_the_texts_of_accepted_steps(shelf: Shelf) -> None:
    """What a resumed task builds its context from, to the character."""
    one = task()
    await shelf.store.create([one])
    texts = ["", "plain", "nul \0 in it", "line\u2028break \U0001f411", "x" * 300_000]
    for step, text in enumerate(texts, 1):
        await shelf.store.append_intent(intent(one, step), one.standing)
        await shelf.store.append_outcome(outcome(one, step, text=text), one.standing)
    assert await (await shelf.reopen()).replies(one.id) == tuple(texts)


async def test_open_attempts_are_those_without_an_outcome(shelf: Shelf) -> None:
    """What a start after a crash must account for."""
    one, two = task(1), task(2)
    await shelf.store.create([one, two])
    for each in (one, two):
        await shelf.store.append_intent(intent(each), each.standing)
    await shelf.store.append_outcome(outcome(one), one.standing)
    (left,) = await (await shelf.reopen()).open_attempts()
    assert left.intent == intent(two) and left.outcome is None


async def test_spending_counts_costs_and_open_holds_by_day_and_batch(shelf: Shelf) -> None:
    """An attempt without an outcome counts at its hold, the others at their cost, deleted tasks too."""
    one, two = task(1, batch="b"), task(2)
    await shelf.store.create([one, two])
    await shelf.store.append_intent(intent(one, 1), one.standing)
    await shelf.store.append_outcome(outcome(one, 1, cost=700), one.standing)
    await shelf.store.append_intent(intent(one, 2, day="2026-11-25"), one.standing)
    await shelf.store.append_intent(intent(two, 1), two.standing)
    await shelf.store.append_outcome(outcome(two, 1, cost=30), two.standing)
    await shelf.store.delete([two.id])
    spending = await (await shelf.reopen()).spending()
    assert spending.total == 730 + HELD
    assert spending.days == {"2026-11-24": 730, "2026-11-25": HELD}
    assert spending.batches == {"b": 700 + HELD}


async def test_outlays_are_the_sums_of_attempts_that_ended(shelf: Shelf) -> None:
    """By day, batch and model, corrections and deleted tasks among them; what is in flight is not spent yet."""
    one, two = task(1, batch="b"), task(2)
    await shelf.store.create([one, two])
    for step in (1, 2):
        await shelf.store.append_intent(intent(one, step), one.standing)
        await shelf.store.append_outcome(outcome(one, step, cost=700), one.standing)
    await shelf.store.append_correction(correction(one, 2, 40, before=700), one.standing)
    await shelf.store.append_intent(intent(two, 1, day="2026-11-25"), two.standing)
    await shelf.store.append_outcome(outcome(two, 1, cost=30), two.standing)
    await shelf.store.append_intent(intent(two, 2), two.standing)
    await shelf.store.delete([two.id])
    found = await (await shelf.reopen()).outlays()
    assert sorted((each.day, each.batch, each.provider, each.model, each.attempts, each.cost) for each in found) == [
        ("2026-11-24", "b", "p", "m", 2, 740),
        ("2026-11-25", "", "p", "m", 1, 30),
    ]
    assert sum(each.input for each in found) == 30


async def test_attempts_that_were_billed_otherwise_than_their_price_are_counted(shelf: Shelf) -> None:
    """By their model."""
    one = task()
    await shelf.store.create([one])
    assert dict(await shelf.store.differing()) == {}
    for step, flags in enumerate([(Flag.DIFFERS,), (), (Flag.DIFFERS, Flag.SHORTENED)], 1):
        await shelf.store.append_intent(intent(one, step), one.standing)
        await shelf.store.append_outcome(msgspec.structs.replace(outcome(one, step), flags=flags), one.standing)
    assert dict(await (await shelf.reopen()).differing()) == {("p", "m"): 2}


async def test_no_sum_wraps_or_turns_into_a_float(shelf: Shelf) -> None:
    """Bills that no call has sum to what the store counts to at least, in integers: nothing is admitted then."""
    one = task(1, batch="b")
    await shelf.store.create([one])
    for step in (1, 2, 3):
        await shelf.store.append_intent(intent(one, step), one.standing)
        await shelf.store.append_outcome(outcome(one, step, cost=2**62), one.standing)
    await shelf.store.append_intent(intent(one, 4, day="2026-11-25"), one.standing)
    await shelf.store.append_outcome(outcome(one, 4, cost=2**62), one.standing)
    spending = await (await shelf.reopen()).spending()
    for amount in (spending.total, spending.days["2026-11-24"], spending.batches["b"]):
        assert type(amount) is int and amount >= 2**63 - 1 > MOST_COUNTED
    assert spending.days["2026-11-25"] == 2**62


async def test_the_ledger_has_every_attempt_and_correction_of_every_task(shelf: Shelf) -> None:
    """In order, deleted tasks among them; costs and open holds sum to what is counted as spent."""
    one, two = task(1, batch="b"), task(2)
    await shelf.store.create([one, two])
    await write_steps(shelf.store, one, 2)
    await shelf.store.append_correction(correction(one, 1, 7), one.standing)
    await shelf.store.append_correction(correction(one, 1, 9, before=7), one.standing)
    await shelf.store.append_intent(intent(two), two.standing)
    await shelf.store.delete([one.id])
    entries = [entry async for entry in (await shelf.reopen()).ledger()]
    assert [(e.task, e.kind, e.status, e.step, e.held, e.cost) for e in entries] == [
        (one.id, "attempt", "accepted", 1, HELD, 1_000),
        (one.id, "correction", "person", 1, 0, -993),
        (one.id, "correction", "person", 1, 0, 2),
        (one.id, "attempt", "accepted", 2, HELD, 1_000),
        (two.id, "attempt", "open", 1, HELD, 0),
    ]
    held = sum(entry.held for entry in entries if entry.status == "open")
    assert sum(entry.cost for entry in entries) + held == (await shelf.store.spending()).total
    assert (entries[0].title, entries[0].batch, entries[0].provider_request_id) == (one.spec.name, "b", "req-1")
    assert entries[0].usage is not None and entries[1].usage is None


async def test_budgets_and_fences_stand_until_they_are_taken_away(shelf: Shelf) -> None:
    """A budget set again is the last one; a fence is there once."""
    fence = Fence(provider="p", model="m", attempt=AttemptId("a"), at_ms=5)
    await shelf.store.set_budget("batch", "b", 5)
    await shelf.store.set_budget("batch", "b", 2**62)
    await shelf.store.set_budget("batch", "c", 1)
    await shelf.store.set_budget("batch", "c", None)
    await shelf.store.set_fence(fence, up=True)
    await shelf.store.set_fence(fence, up=True)
    store = await shelf.reopen()
    assert dict(await store.budgets()) == {("batch", "b"): 2**62}
    assert await store.fences() == (fence,)
    await store.set_fence(fence, up=False)
    await store.set_fence(fence, up=False)
    assert await store.fences() == ()


async def test_a_deleted_task_is_in_no_view(shelf: Shelf) -> None:
    """Deleting takes a task out of scan, load, steps and log."""
    one, two = task(1), task(2)
    await shelf.store.create([one, two])
    await shelf.store.delete([one.id])
    store = await shelf.reopen()
    assert await store.scan() == (two,)
    reads: list[Callable[[TaskId], Awaitable[object]]] = [store.load, store.steps, store.replies, store.log]
    for read in reads:
        with pytest.raises(DroverError) as raised:
            await read(one.id)
        assert raised.value.code is ErrorCode.UNKNOWN_TASK


async def test_checkpoints_come_back_in_order(shelf: Shelf) -> None:
    """First to last."""
    one = task()
    await shelf.store.create([one])
    points = tuple(checkpoint(one, step) for step in (3, 6, 9))
    for point in points:
        await shelf.store.checkpoint(point, one.standing)
    assert await (await shelf.reopen()).checkpoints(one.id) == points


async def test_an_edit_changes_the_spec_and_is_recorded(shelf: Shelf) -> None:
    """The new spec comes back and the log says that there was an edit."""
    one = task()
    await shelf.store.create([one])
    spec = msgspec.structs.replace(one.spec, max_steps=7, budget=12)
    changed = StoredTask(id=one.id, order=one.order, spec=spec, standing=Standing(state=State.PAUSED))
    edited = msgspec.structs.replace(note(one), kind=NoteKind.EDITED)
    await shelf.store.edit(changed, edited)
    store = await shelf.reopen()
    assert await store.load(one.id) == changed
    assert [entry.kind for entry in await store.log(one.id)] == ["created", "edited"]


async def test_the_log_tells_every_record_in_the_order_it_was_written(shelf: Shelf) -> None:
    """With codes, figures and running numbers."""
    one = task()
    await shelf.store.create([one])
    await write_steps(shelf.store, one, 1)
    await shelf.store.checkpoint(checkpoint(one), one.standing)
    await shelf.store.append_note(note(one, "completed:marker"), one.standing)
    log = await (await shelf.reopen()).log(one.id)
    assert [entry.seq for entry in log] == [1, 2, 3, 4, 5]
    assert [entry.kind for entry in log] == ["created", "intent", "outcome", "checkpoint", "state"]
    assert log[2].figures["cost"] == 1_000 and log[4].code == "completed:marker"


async def test_writes_keep_the_order_of_the_calls_without_being_awaited(shelf: Shelf) -> None:
    """A thousand records queued at once stand as they were called for, after one wait for the last."""
    one = task()
    created = shelf.store.create([one])
    saved = [shelf.store.append_note(note(one, str(place)), Standing(attempts=place)) for place in range(1_000)]
    await asyncio.gather(created, *saved)
    log = await shelf.store.log(one.id)
    assert [entry.code for entry in log[1:]] == [str(place) for place in range(1_000)]
    assert (await shelf.store.load(one.id)).standing.attempts == 999


async def test_a_cancelled_caller_loses_no_record(shelf: Shelf) -> None:
    """Who stops waiting for a write has not stopped the write."""
    one = task()
    await shelf.store.create([one])

    async def save() -> None:
        await shelf.store.append_note(note(one, "kept"), Standing(attempts=1))
        await asyncio.sleep(3600)

    saving = asyncio.create_task(save())
    await asyncio.sleep(0)
    saving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await saving
    store = await shelf.reopen()
    assert [entry.code for entry in await store.log(one.id)][-1] == "kept"


async def test_an_unknown_task_is_named(shelf: Shelf) -> None:
    """Reading what is not there is an error with a code."""
    with pytest.raises(DroverError) as raised:
        await shelf.store.load(TaskId("nobody"))
    assert raised.value.code is ErrorCode.UNKNOWN_TASK


async def test_health_tells_that_everything_is_saved(shelf: Shelf) -> None:
    """Nothing is queued once the last write is durable."""
    await shelf.store.create([task()])
    assert shelf.store.health().queued == 0


FOR_EVER = 1 << 50
"""A time after all others, in milliseconds."""


async def test_raw_replies_can_be_dropped(shelf: Shelf) -> None:
    """The task goes on as before, and its chain holds."""
    await shelf.store.create([task()])
    await write_steps(shelf.store, task(), 3)
    before = await shelf.store.sizes()
    await shelf.store.drop_raw(task().id, FOR_EVER)
    store = await shelf.reopen()
    after = await store.sizes()
    assert before.raw > 0 == after.raw and after.texts == before.texts > 0
    await store.check(task().id)
    assert len(await store.replies(task().id)) == 3


async def test_dropped_texts_are_told_and_the_last_is_kept(shelf: Shelf) -> None:
    """An empty text is not the same as none; and no context is silently shorter."""
    await shelf.store.create([task()])
    await write_steps(shelf.store, task(), 3)
    await shelf.store.drop_texts(task().id, FOR_EVER)
    store = await shelf.reopen()
    await store.check(task().id)
    accepted = [step.accepted for step in await store.steps(task().id)]
    assert [Flag.DROPPED in each.flags for each in accepted if each] == [True, True, False]
    assert accepted[-1] and accepted[-1].text == outcome(task(), 3).text
    with pytest.raises(DroverError) as raised:
        await store.replies(task().id)
    assert raised.value.code is ErrorCode.TEXT_DROPPED


async def test_only_what_is_old_enough_is_dropped(shelf: Shelf) -> None:
    """The time is that of the reply."""
    await shelf.store.create([task()])
    await write_steps(shelf.store, task(), 3)
    before = (await shelf.store.sizes()).raw
    await shelf.store.drop_raw(task().id, CREATED_AT + 2)
    assert (await shelf.store.sizes()).raw == before * 2 // 3


async def test_deleted_tasks_are_dropped_whole_and_no_others(shelf: Shelf) -> None:
    """What they take up is told apart."""
    one, two = task(1), task(2)
    await shelf.store.create([one, two])
    await write_steps(shelf.store, one, 2)
    await write_steps(shelf.store, two, 2)
    whole = await shelf.store.sizes()
    await shelf.store.delete([one.id])
    await shelf.store.drop_deleted(0)
    kept = await shelf.store.sizes()
    assert kept.deleted == (whole.texts + whole.raw) // 2 and kept.texts == whole.texts // 2
    await shelf.store.drop_deleted(FOR_EVER)
    store = await shelf.reopen()
    gone = await store.sizes()
    assert gone.deleted == 0 and (gone.texts, gone.raw) == (kept.texts, kept.raw)
    await store.undelete([one.id])
    await store.check(one.id)


async def test_what_is_whole_checks_and_what_is_not_there_is_named(shelf: Shelf) -> None:
    """Of each task by itself."""
    await shelf.store.create([task()])
    await write_steps(shelf.store, task(), 3)
    await shelf.store.check(task().id)
    with pytest.raises(DroverError) as raised:
        await shelf.store.check(TaskId("nobody"))
    assert raised.value.code is ErrorCode.UNKNOWN_TASK
    assert not shelf.store.damage
    assert await shelf.store.holding(task().id) == Holding(steps=3)
    with pytest.raises(DroverError):
        await shelf.store.holding(TaskId("nobody"))
