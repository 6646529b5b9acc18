"""What every store promises of what is over: corrections, restoring, forks, undeleting."""

from __future__ import annotations

from collections.abc import Awaitable

import pytest
from msgspec.structs import replace

from engine.domain.errors import DroverError, ErrorCode
from engine.domain.ids import TaskId
from engine.domain.states import State
from engine.domain.step import Note, NoteKind, Verdict
from engine.domain.task import Standing
from engine.store.port import StoredTask
from tests.shelves import Shelf
from tests.stored import HELD, attempt_id, checkpoint, correction, fork, intent, note, outcome, task, write_steps


async def restore(shelf: Shelf, of: StoredTask, step: int) -> None:
    """Take a task back."""
    written = replace(note(of, ""), kind=NoteKind.RESTORED, figures={"step": step})
    await shelf.store.append_note(written, Standing(state=State.PAUSED, steps_done=step))


async def with_points(shelf: Shelf, of: StoredTask, steps: int, first: int = 1) -> None:
    """Write steps, a checkpoint after each."""
    for step in range(first, first + steps):
        await write_steps(shelf.store, of, 1, first=step)
        await shelf.store.checkpoint(checkpoint(of, step), Standing(state=State.RUNNING, steps_done=step))


async def code_of(reading: Awaitable[object]) -> ErrorCode:
    """Return with what reading ends."""
    with pytest.raises(DroverError) as caught:
        await reading
    return caught.value.code


async def test_the_last_correction_counts_on_the_attempt_s_own_day(shelf: Shelf) -> None:
    """Before and after opening anew; the outcome stays as it was recorded, and the standing comes with it."""
    one = task(1, batch="b")
    await shelf.store.create([one])
    await write_steps(shelf.store, one, 2)
    standing = Standing(state=State.PAUSED, steps_done=2, spent=1_007)
    await shelf.store.append_correction(correction(one, 2, 400), standing)
    await shelf.store.append_correction(correction(one, 2, 7, before=400), standing)
    for anew in (False, True):
        store = await shelf.reopen() if anew else shelf.store
        spending = await store.spending()
        assert (spending.total, spending.days, spending.batches) == (1_007, {"2026-11-24": 1_007}, {"b": 1_007})
        (attempt,) = (await store.steps(one.id))[1].attempts
        assert (attempt.cost, attempt.correction) == (7, correction(one, 2, 7, before=400))
        assert attempt.outcome is not None and attempt.outcome.cost == 1_000
        assert (await store.load(one.id)).standing == standing


async def test_a_correction_holds_beside_open_attempts_and_after_deleting(shelf: Shelf) -> None:
    """What is in flight counts at its hold, what was corrected at its new amount, seen or not."""
    one = task()
    await shelf.store.create([one])
    await write_steps(shelf.store, one, 1)
    await shelf.store.append_correction(correction(one, 1, 0), one.standing)
    await shelf.store.append_intent(intent(one, 2, day="2026-11-25"), one.standing)
    await shelf.store.delete([one.id])
    spending = await (await shelf.reopen()).spending()
    assert (spending.total, spending.days) == (HELD, {"2026-11-24": 0, "2026-11-25": HELD})


async def test_restoring_leaves_later_steps_behind_and_keeps_them(shelf: Shelf) -> None:
    """Replies and checkpoints end there, attempts are marked, money stays; what comes after is new."""
    one = task()
    await shelf.store.create([one])
    await with_points(shelf, one, 4)
    await restore(shelf, one, 2)
    store = await shelf.reopen()
    assert await store.replies(one.id) == (outcome(one, 1).text, outcome(one, 2).text)
    assert [point.step for point in await store.checkpoints(one.id)] == [1, 2]
    assert [step.attempts[0].superseded for step in await store.steps(one.id)] == [False, False, True, True]
    assert (await store.spending()).total == 4_000
    assert (await store.load(one.id)).standing.steps_done == 2
    again = replace(intent(one, 3), attempt=attempt_id(one, 3, 9))
    await store.append_intent(again, one.standing)
    ended = replace(outcome(one, 3, text="Anew"), attempt=again.attempt)
    await store.append_outcome(ended, Standing(steps_done=3))
    store = await shelf.reopen()
    assert (await store.replies(one.id))[2:] == ("Anew",)
    third = (await store.steps(one.id))[2]
    assert [attempt.superseded for attempt in third.attempts] == [True, False]
    assert third.accepted is not None and third.accepted.text == "Anew"


async def test_a_point_has_its_place_and_its_replies(shelf: Shelf) -> None:
    """The last checkpoint at a step; what lies behind a restoring, or was never one, is none."""
    one = task()
    await shelf.store.create([one])
    await with_points(shelf, one, 3)
    newest = replace(checkpoint(one, 2), at_ms=9)
    await shelf.store.checkpoint(newest, one.standing)
    point = await shelf.store.point(one.id, 2)
    assert (point.checkpoint, len(point.hash), point.edited) == (newest, 32, False)
    assert point.replies == (outcome(one, 1).text, outcome(one, 2).text)
    assert (await shelf.store.log(one.id))[point.place - 1].kind == "checkpoint"
    assert point.hash != (await shelf.store.point(one.id, 1)).hash
    await shelf.store.edit(one, replace(note(one), kind=NoteKind.EDITED))
    assert (await shelf.store.point(one.id, 2)).edited
    await restore(shelf, one, 1)
    store = await shelf.reopen()
    assert await code_of(store.point(one.id, 2)) is ErrorCode.NO_CHECKPOINT
    assert await code_of(store.point(one.id, 9)) is ErrorCode.NO_CHECKPOINT
    assert await code_of(store.point(TaskId("nobody"), 1)) is ErrorCode.UNKNOWN_TASK


async def test_a_fork_begins_with_its_parent_s_replies(shelf: Shelf) -> None:
    """And goes on with its own; it says where it comes from, costs nothing itself, and outlives its parent."""
    parent, child = task(1), task(2)
    await shelf.store.create([parent])
    await with_points(shelf, parent, 3)
    point = await shelf.store.point(parent.id, 2)
    came = replace(fork(child, point.replies, parent=parent, head=point.hash), place=point.place)
    await shelf.store.fork(child, came)
    await write_steps(shelf.store, child, 1, first=3)
    for anew in (False, True):
        store = await shelf.reopen() if anew else shelf.store
        assert await store.replies(child.id) == (*point.replies, outcome(child, 3).text)
        assert await store.parent(child.id) == came and await store.parent(parent.id) is None
        assert [step.number for step in await store.steps(child.id)] == [3]
        assert [entry.kind for entry in await store.log(child.id)][:2] == ["fork", "created"]
        assert (await store.spending()).total == 4_000
    await shelf.store.delete([parent.id])
    assert len(await (await shelf.reopen()).replies(child.id)) == 3


async def test_a_fork_can_be_restored_to_where_it_began(shelf: Shelf) -> None:
    """Its own steps are left behind, the inherited ones never."""
    parent, child = task(1), task(2)
    await shelf.store.create([parent])
    await with_points(shelf, parent, 2)
    point = await shelf.store.point(parent.id, 2)
    await shelf.store.fork(
        child, replace(fork(child, point.replies, parent=parent, head=point.hash), place=point.place)
    )
    await shelf.store.checkpoint(checkpoint(child, 2), child.standing)
    await with_points(shelf, child, 2, first=3)
    await restore(shelf, child, 2)
    store = await shelf.reopen()
    assert await store.replies(child.id) == point.replies
    assert [each.step for each in await store.checkpoints(child.id)] == [2]


async def test_what_is_taken_back_into_view_is_whole(shelf: Shelf) -> None:
    """Deleted and undeleted, a task is as it was, in its place."""
    one, two = task(1), task(2)
    await shelf.store.create([one, two])
    await write_steps(shelf.store, one, 2)
    before = (await shelf.store.scan(), await shelf.store.steps(one.id), await shelf.store.log(one.id))
    await shelf.store.delete([one.id])
    assert await (await shelf.reopen()).scan() == (two,)
    await shelf.store.undelete([one.id])
    store = await shelf.reopen()
    assert (await store.scan(), await store.steps(one.id), await store.log(one.id)) == before


async def test_a_person_s_words_come_back(shelf: Shelf) -> None:
    """Instructions by the step that used them, an edit in the place of the reply, and a no with what it said.

    Retention takes replies, never these.
    """
    one = task()
    await shelf.store.create([one])
    told = Note(task=one.id, kind=NoteKind.INSTRUCTION, figures={"step": 1}, at_ms=1, text="In metres.")
    await shelf.store.append_note(told, one.standing)
    await write_steps(shelf.store, one, 2)
    edited = replace(told, kind=NoteKind.APPROVAL, code=Verdict.EDITED, attempt=attempt_id(one, 1), text="Mine.")
    rejected = replace(edited, code=Verdict.REJECTED, figures={"step": 2}, attempt=attempt_id(one, 2), text="Again.")
    await shelf.store.append_note(edited, one.standing)
    await shelf.store.append_note(rejected, one.standing)
    await shelf.store.append_intent(replace(intent(one, 2), attempt=attempt_id(one, 2, 9)), one.standing)
    store = await shelf.reopen()
    await store.drop_texts(one.id, before_ms=outcome(one, 2).at_ms)
    history = await store.history(one.id)
    assert (history.replies, history.told) == (("Mine.",), {1: ("In metres.",), 2: ("Again.",)})
    first, second = await store.steps(one.id)
    assert (first.text, first.attempts[0].verdict, first.attempts[0].told) == ("Mine.", "edited", ("In metres.",))
    assert second.attempts[0].superseded and second.attempts[1].told == ("Again.",)
    assert [entry.detail for entry in await store.log(one.id) if entry.detail] == ["In metres.", "Mine.", "Again."]
