"""A store with damage in some tasks opens: they are named and cut back, a copy is kept, all else is as it was."""

from __future__ import annotations

import shutil
from contextlib import suppress
from pathlib import Path
from typing import cast

import apsw
import msgspec
import pytest

from engine.domain.damage import STORE, Damage
from engine.domain.errors import DroverError, ErrorCode
from engine.domain.ids import TaskId
from engine.domain.states import Action, State, allowed
from engine.domain.step import AttemptStatus, Note, NoteKind
from engine.store import suspects, watermark
from engine.store.database import Database
from engine.store.reading import summed
from engine.store.repair import start
from engine.store.repair.glance import glance
from engine.store.repair.quarantine import FOLDER, REPORT
from engine.store.repair.verify import NO_MARK, Unsound, verify
from engine.store.rows import PLACES
from engine.store.store import FILE, SqliteStore, open_store, open_store_reader
from tests.damaged import STEPS, Seen, fill, flip, harm, pages_of, see
from tests.stored import HELD, correction, intent, note, outcome, standing, task, write_steps

FIRST, LAST = task(1).id, task(4).id


async def whole(folder: Path) -> Seen:
    """Make a store and return what it says."""
    await fill(folder)
    reader = await open_store_reader(folder)
    seen = await see(reader)
    await reader.close()
    return seen


async def reopened(folder: Path) -> tuple[Seen, tuple[Damage, ...]]:
    """Open a store as the program does; return what it says and what was found damaged."""
    store = await open_store(folder)
    seen = await see(store)
    for each in seen.tasks:
        await store.check(each)
    damage = store.damage
    await store.close()
    again = await open_store(folder)
    assert again.damage == () and not again.lost
    await again.close()
    return seen, damage


def copies(folder: Path) -> list[Path]:
    """Return the copies of damaged files."""
    return sorted((folder / FOLDER).glob("*"))


async def test_a_sound_store_is_left_as_it_is(tmp_path: Path) -> None:
    """Nothing is copied and nothing is told."""
    before = await whole(tmp_path)
    seen, damage = await reopened(tmp_path)
    assert seen == before and damage == () and copies(tmp_path) == []


async def test_a_broken_chain_is_cut_back_and_no_other_task_is_touched(tmp_path: Path) -> None:
    """Two of four steps hold; the third was paid, and stays counted."""
    before = await whole(tmp_path)
    (tmp_path / suspects.NAME).write_bytes(b"[]!")
    harm(tmp_path, f"UPDATE record SET text = 'another answer' WHERE id = {PLACES + 7}")
    seen, (told,) = await reopened(tmp_path)
    assert (told.task, told.kept_steps, told.lost_records, told.repaired) == (FIRST, 2, 3, True)
    cut = seen.tasks[FIRST].standing
    assert (cut.state, cut.reason, cut.steps_done) == (State.FAILED, ErrorCode.STORE_DAMAGED, 2)
    assert cut.spent == before.tasks[FIRST].standing.spent and seen.spending == before.spending
    assert seen.steps[FIRST][:2] == before.steps[FIRST][:2]
    third = seen.steps[FIRST][2].attempts[-1].outcome
    assert third and (third.status, third.error, third.cost) == (AttemptStatus.FAILED, ErrorCode.STORE_DAMAGED, 1_000)
    for other in before.tasks.keys() - {FIRST}:
        assert (seen.tasks[other], seen.steps[other]) == (before.tasks[other], before.steps[other])
    assert seen.budgets == before.budgets


async def test_what_is_said_to_hold_while_it_runs_is_what_the_next_start_keeps(tmp_path: Path) -> None:
    """One rule: the steps and the records, read around the damage."""
    await whole(tmp_path)
    harm(tmp_path, f"UPDATE record SET text = 'another answer' WHERE id = {PLACES + 7}")
    store = await open_store(tmp_path)  # looks at heads, which hold
    said = await store.holding(FIRST)
    await store.suspect([FIRST])
    await store.close()
    _, (told,) = await reopened(tmp_path)
    assert (said.steps, said.lost_records) == (told.kept_steps, told.lost_records) == (2, 3)


async def test_the_copy_is_private_and_has_the_files_as_they_were(tmp_path: Path) -> None:
    """With what was found beside it."""
    await whole(tmp_path)
    harm(tmp_path, "UPDATE standing SET head = zeroblob(32) WHERE no = 1")
    content = (tmp_path / FILE).read_bytes()
    await reopened(tmp_path)
    (copy,) = copies(tmp_path)
    assert (copy / FILE).read_bytes() == content
    assert copy.stat().st_mode & 0o777 == 0o700 == (tmp_path / FOLDER).stat().st_mode & 0o777
    assert {file.stat().st_mode & 0o777 for file in copy.iterdir()} == {0o600}
    assert FIRST in (copy / REPORT).read_text()


async def test_the_task_goes_on_from_the_last_good_point(tmp_path: Path) -> None:
    """Its journal is whole again: new steps are written behind the note."""
    await whole(tmp_path)
    harm(tmp_path, f"DELETE FROM record WHERE id > {PLACES + 5} AND id < {2 * PLACES}")
    store = await open_store(tmp_path)
    assert len(await store.replies(FIRST)) == 2
    again = intent(task(1), 3, 2)
    await store.append_intent(again, standing(2))
    await store.close()
    store = await open_store(tmp_path)
    assert [a.intent.attempt for a in await store.open_attempts()] == [again.attempt, intent(task(4), 5).attempt]
    await store.check(FIRST)
    await store.close()


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE standing SET standing = x'00' WHERE no = 1",
        "DELETE FROM standing WHERE no = 1",
        "UPDATE standing SET records = 3 WHERE no = 1",
    ],
)
async def test_a_standing_that_is_lost_is_made_anew_from_the_records(tmp_path: Path, sql: str) -> None:
    """All steps hold, so all are kept; whether there were more, nobody knows."""
    before = await whole(tmp_path)
    harm(tmp_path, sql)
    seen, (told,) = await reopened(tmp_path)
    assert (told.task, told.kept_steps) == (FIRST, STEPS)
    assert seen.steps == before.steps and seen.spending == before.spending
    assert seen.tasks[FIRST].standing.spent == before.tasks[FIRST].standing.spent
    assert seen.tasks[FIRST].standing.state is State.FAILED


async def test_all_damage_is_repaired_by_one_start(tmp_path: Path) -> None:
    """Where a head is wrong everything is looked at: what is deeper in another task is found at once, too."""
    await whole(tmp_path)
    harm(tmp_path, "UPDATE standing SET head = zeroblob(32) WHERE no = 1")
    harm(tmp_path, f"UPDATE record SET text = 'another answer' WHERE id = {2 * PLACES + 3}")
    seen, damage = await reopened(tmp_path)
    assert {each.task for each in damage} == {FIRST, task(2).id} and len(copies(tmp_path)) == 1
    assert seen.tasks[task(2).id].standing.steps_done == 0


async def test_settings_that_are_lost_leave_the_answers_and_the_money(tmp_path: Path) -> None:
    """Its steps hold and stay in it, but it goes on no more; what was spent counts on."""
    before = await whole(tmp_path)
    harm(tmp_path, "UPDATE task SET spec = x'00' WHERE no = 1")
    seen, (told,) = await reopened(tmp_path)
    assert (told.task, told.untold, told.exported, told.kept_steps) == (FIRST, True, False, STEPS)
    assert seen.steps == before.steps and seen.spending == before.spending
    kept = seen.tasks[FIRST]
    assert (kept.standing.state, kept.standing.reason) == (State.FAILED, ErrorCode.SETTINGS_LOST)
    assert kept.standing.steps_done == STEPS and kept.spec.name == FIRST
    assert allowed(kept.standing.state, kept.standing.reason) == {Action.DELETE}


async def test_a_task_whose_name_is_lost_leaves_its_money_and_its_answers(tmp_path: Path) -> None:
    """Without its id no record can be checked: the replies are exported, each attempt stays in the ledger."""
    before = await whole(tmp_path)
    harm(tmp_path, "UPDATE task SET spec = x'00', id = '' WHERE no = 1")
    seen, (told,) = await reopened(tmp_path)
    assert (told.task, told.untold, told.exported, told.kept_steps) == ("lost-1", True, True, 0)
    assert seen.tasks.keys() == before.tasks.keys() - {FIRST} | {told.task}
    assert seen.tasks[told.task].standing.reason == ErrorCode.SETTINGS_LOST
    assert seen.spending == before.spending
    assert seen.tasks[told.task].standing.spent == before.tasks[FIRST].standing.spent
    text = (copies(tmp_path)[0] / "lost-1.md").read_text()
    assert all(f"Reply {step} of {FIRST}" in text for step in range(1, STEPS + 1))


HARMS = {
    "a text": f"UPDATE record SET text = 'another answer' WHERE id = {PLACES + 5}",
    "the first record": f"UPDATE record SET text = 'another answer' WHERE id = {PLACES + 1}",
    "all records": f"DELETE FROM record WHERE id > {PLACES} AND id < {2 * PLACES}",
    "one in flight": f"UPDATE record SET header = x'80' WHERE id = {4 * PLACES + 9}",
    "the settings": "UPDATE task SET spec = x'00' WHERE no = 1",
    "the name": "UPDATE task SET spec = x'00', id = '' WHERE no = 1",
    "a correction": f"DELETE FROM record WHERE id = {2 * PLACES + 10}",
    "rows of attempts": f"DELETE FROM attempt WHERE record > {PLACES + 3} AND record < {2 * PLACES}",
    "a standing": "UPDATE standing SET standing = x'00' WHERE no = 1",
}


@pytest.mark.parametrize("sql", HARMS.values(), ids=HARMS)
async def test_verify_foretells_what_repairing_does_and_the_ledger_sums_to_every_account(
    tmp_path: Path, sql: str
) -> None:
    """The same tasks, steps and records; and no amount is told by the sums alone."""
    await fill(tmp_path)
    store = await open_store(tmp_path)
    dearer = msgspec.structs.replace(standing(STEPS), spent=STEPS * 1_000 + 4_000)
    await store.append_correction(correction(task(2), 3, 5_000), dearer)
    await store.suspect([FIRST])
    await store.close()
    harm(tmp_path, sql)
    foretold = verify(tmp_path).unsound
    store = await open_store(tmp_path)
    done = store.damage
    assert [_figures(each) for each in foretold if each.task] == [_figures(each) for each in done if each.task]
    entries = [entry async for entry in store.ledger()]
    opened = {each.intent.attempt: each.intent for each in await store.open_attempts()}
    amounts = [(e.day, e.batch, opened[e.attempt].held if e.attempt in opened else e.cost) for e in entries]
    assert summed(amounts) == await store.spending()
    for each in await store.scan():
        own = [e.cost for e in entries if e.task == each.id]
        assert sum(own) == each.standing.spent
    await store.close()


def _figures(each: Damage | Unsound) -> tuple[object, ...]:
    return each.task, each.title, each.kept_steps, each.lost_records, each.untold, each.exported


async def test_settings_that_were_changed_are_told_and_taken_for_what_they_are(tmp_path: Path) -> None:
    """Never silently: the task stops, and its person looks at them."""
    before = await whole(tmp_path)
    other = before.tasks[task(2).id]
    harm(tmp_path, "UPDATE task SET spec = (SELECT spec FROM task WHERE no = 2) WHERE no = 1")
    await suspected(tmp_path)
    seen, (told,) = await reopened(tmp_path)
    assert "settings are not those recorded" in told.place
    assert seen.tasks[FIRST].spec == other.spec and seen.tasks[FIRST].standing.state is State.FAILED


async def suspected(folder: Path) -> None:
    """Have the next start look at everything."""
    store = await open_store(folder)
    await store.suspect([FIRST])
    await store.close()


async def test_rows_of_attempts_are_made_anew(tmp_path: Path) -> None:
    """The records tell them; the task itself is whole."""
    before = await whole(tmp_path)
    harm(tmp_path, f"UPDATE attempt SET cost = 1 WHERE record < {2 * PLACES}")
    await suspected(tmp_path)
    seen, (told,) = await reopened(tmp_path)
    assert told.lost_records == 0 and seen == before


async def test_an_open_attempt_that_is_cut_off_counts_at_its_hold(tmp_path: Path) -> None:
    """Nobody will ever close it."""
    before = await whole(tmp_path)
    harm(tmp_path, f"UPDATE record SET header = x'80' WHERE id = {4 * PLACES + 9}")
    await suspected(tmp_path)
    seen, (told,) = await reopened(tmp_path)
    assert told.task == LAST and seen.spending.total == before.spending.total
    assert seen.tasks[LAST].standing.spent == before.tasks[LAST].standing.spent + 1_000 + HELD - 1_000


@pytest.mark.parametrize("table", ["record", "task", "standing", "attempt", "spending", "budget", "fence"])
async def test_a_bad_page_costs_what_lies_on_it_and_no_more(tmp_path: Path, table: str) -> None:
    """Each page of each table, one at a time: every task is as it was, or named."""
    before = await whole(tmp_path / "whole")
    for page in [number for number, name in pages_of(tmp_path / "whole").items() if name == table]:
        folder = tmp_path / f"{table}{page}"
        shutil.copytree(tmp_path / "whole", folder)
        (folder / suspects.NAME).write_bytes(b"[]!")
        flip(folder, page)
        seen, damage = await reopened(folder)
        named = {each.task for each in damage}
        assert damage and all(each.repaired and each.quarantine for each in damage)
        for task_id in before.tasks.keys() - named:
            assert (seen.tasks[task_id], seen.steps[task_id]) == (before.tasks[task_id], before.steps[task_id])
        for task_id in seen.tasks.keys() & named:
            kept = seen.tasks[task_id].standing.steps_done
            assert seen.steps[task_id][:kept] == before.steps[task_id][:kept]
        assert seen.spending.total >= before.spending.total
        assert seen.budgets == before.budgets or table == "budget"
        shutil.rmtree(folder)


async def test_a_bad_page_that_only_a_read_finds_is_repaired_at_the_next_start(tmp_path: Path) -> None:
    """The start looks at heads; what is found later is remembered."""
    await whole(tmp_path / "whole")
    for page in [number for number, name in pages_of(tmp_path / "whole").items() if name == "record"]:
        folder = tmp_path / str(page)
        shutil.copytree(tmp_path / "whole", folder)
        flip(folder, page)
        store = await open_store(folder)
        if store.damage:
            await store.close()
            continue
        damaged = [each.id for each in await store.scan() if not await holds(store, each.id)]
        await store.suspect(damaged)
        await store.close()
        _, told = await reopened(folder)
        assert damaged and set(damaged) <= {each.task for each in told}
        return
    raise AssertionError("every page of records is looked at by the start")


async def test_a_bad_page_that_only_writing_meets_is_repaired_at_the_next_start(tmp_path: Path) -> None:
    """The heads of all tasks are sound, and rows of attempts that ended are read when they are corrected."""
    before = await whole(tmp_path / "whole")
    for page in [number for number, name in pages_of(tmp_path / "whole").items() if name == "attempt"]:
        folder = tmp_path / str(page)
        shutil.copytree(tmp_path / "whole", folder)
        flip(folder, page)
        store = await open_store(folder)
        sound = not store.damage
        with suppress(DroverError):
            for step in range(1, STEPS + 1) if sound else ():
                await store.append_correction(correction(task(1), step, 1_000), before.tasks[FIRST].standing)
        trouble = store.health().trouble
        await store.close()
        if trouble is not None:
            seen, damage = await reopened(folder)
            assert trouble.code is ErrorCode.STORE_DAMAGED and damage and all(each.repaired for each in damage)
            assert seen.steps.keys() == before.steps.keys() and seen.spending.total >= before.spending.total
            return
    raise AssertionError("every page of attempts is looked at by the start")


async def holds(store: SqliteStore, task_id: TaskId) -> bool:
    """Whether all of a task can be read."""
    try:
        await store.check(task_id)
    except DroverError as error:
        return error.code is not ErrorCode.STORE_DAMAGED
    return True


async def test_what_cannot_be_repaired_is_refused_and_left_as_it_was(tmp_path: Path) -> None:
    """With the copy's place; and a second try makes no second copy."""
    await whole(tmp_path)
    content = bytes((tmp_path / FILE).stat().st_size)
    (tmp_path / FILE).write_bytes(content)
    for _ in range(2):
        with pytest.raises(DroverError) as raised:
            await open_store(tmp_path)
        (copy,) = copies(tmp_path)
        assert (raised.value.code, raised.value.detail) == (ErrorCode.STORE_UNREADABLE, str(copy))
    assert (tmp_path / FILE).read_bytes() == content


async def test_a_creation_that_was_cut_short_is_begun_anew(tmp_path: Path) -> None:
    """A file with a journal beside it that rolls it back to nothing: nobody's yet, and no damage."""
    (tmp_path / "data").mkdir()
    creating = cast("Database", apsw.Connection(str(tmp_path / FILE)))
    creating.execute("PRAGMA cache_size = 2; BEGIN; CREATE TABLE t (x); INSERT INTO t VALUES (zeroblob(100000))")
    for suffix in ("", "-journal"):
        shutil.copyfile(tmp_path / f"{FILE}{suffix}", tmp_path / "data" / f"{FILE}{suffix}")
    creating.close()
    assert (tmp_path / "data" / FILE).stat().st_size and (tmp_path / "data" / f"{FILE}-journal").stat().st_size
    seen, damage = await reopened(tmp_path / "data")
    assert damage == () and seen.tasks == {} and copies(tmp_path / "data") == []


@pytest.mark.parametrize("content", [None, b""])
async def test_a_database_that_is_gone_is_told(tmp_path: Path, content: bytes | None) -> None:
    """The watermark knows that there was one: nothing starts afresh silently."""
    await whole(tmp_path)
    (tmp_path / FILE).unlink()
    if content is not None:
        (tmp_path / FILE).write_bytes(content)
    store = await open_store(tmp_path)
    (told,) = store.damage
    assert (told.task, told.lost_records) == (STORE, store.lost) and store.lost > 30 and told.since_ms
    assert await store.scan() == () and (copies(tmp_path)[0] / watermark.NAME).exists()
    await store.close()
    again = await open_store(tmp_path)
    assert again.damage == ()
    await again.close()


@pytest.mark.parametrize("place", [8, 20, 60])
async def test_a_damaged_watermark_is_told_as_that_and_written_anew(tmp_path: Path, place: int) -> None:
    """Nothing is lost, and nothing is said to be."""
    before = await whole(tmp_path)
    mark = watermark.read(tmp_path)
    content = bytearray((tmp_path / watermark.NAME).read_bytes())
    content[place] ^= 4
    (tmp_path / watermark.NAME).write_bytes(content)
    seen = glance(tmp_path)
    assert (seen.unmarked, seen.lost_records, seen.sound) == (True, 0, False)
    assert [(each.place, each.lost_records) for each in verify(tmp_path).unsound] == [("the watermark", 0)]
    found, (told,) = await reopened(tmp_path)
    assert (told.task, told.place, told.lost_records) == (STORE, "the watermark", 0) and found == before
    assert (copies(tmp_path)[0] / watermark.NAME).read_bytes() == content
    now = watermark.read(tmp_path)
    assert mark and now and (now.seq, now.record, now.hash) == (mark.seq, mark.record, mark.hash)
    assert glance(tmp_path).sound and verify(tmp_path).sound


async def test_a_watermark_that_is_gone_is_a_doubt(tmp_path: Path) -> None:
    """Without it nobody knows whether the end is there; a backup that was put back has none either."""
    await whole(tmp_path)
    (tmp_path / watermark.NAME).unlink()
    found = verify(tmp_path)
    assert found.sound and found.doubts == (NO_MARK,)
    store = await open_store(tmp_path)
    await store.append_note(note(task(1)), standing(STEPS))
    await store.close()
    assert not verify(tmp_path).doubts


async def test_a_store_that_is_none_any_more_is_damaged(tmp_path: Path) -> None:
    """Zeros where it was: whoever looks is not told that there never was one."""
    await whole(tmp_path)
    (tmp_path / FILE).write_bytes(bytes(20_000))
    with pytest.raises(DroverError) as raised:
        glance(tmp_path)
    assert raised.value.code is ErrorCode.STORE_DAMAGED


async def test_a_lost_tail_is_copied_before_sqlite_cuts_the_log(tmp_path: Path) -> None:
    """A flipped bit in the log: SQLite takes it for the end, and what lies behind it is in the copy alone."""
    store = await open_store(tmp_path / "data")
    await store.create([task()])
    await write_steps(store, task(), 6)
    log = bytearray((tmp_path / "data" / f"{FILE}-wal").read_bytes())
    (tmp_path / "cut").mkdir()
    shutil.copyfile(tmp_path / "data" / FILE, tmp_path / "cut" / FILE)
    await store.close()
    shutil.copyfile(tmp_path / "data" / watermark.NAME, tmp_path / "cut" / watermark.NAME)
    log[len(log) // 2] ^= 1
    (tmp_path / "cut" / f"{FILE}-wal").write_bytes(log)
    _, (told,) = await reopened(tmp_path / "cut")
    assert told.task == STORE and told.lost_records > 0 and told.since_ms
    assert (copies(tmp_path / "cut")[0] / f"{FILE}-wal").read_bytes() == log


async def test_a_start_that_was_cut_short_is_finished_by_the_next(tmp_path: Path) -> None:
    """What was salvaged is whole before it takes the old one's place, and then it does, whatever happens."""
    before = await whole(tmp_path)
    shutil.copyfile(tmp_path / FILE, tmp_path / start.SALVAGED)
    (tmp_path / FILE).write_bytes(b"torn")
    (tmp_path / f"{FILE}-wal").write_bytes(b"old")
    seen, damage = await reopened(tmp_path)
    assert seen == before and damage == () and not (tmp_path / start.SALVAGED).exists()


async def test_a_repair_that_fails_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither in place nor beside it."""
    await whole(tmp_path)
    (tmp_path / suspects.NAME).write_bytes(b"[]!")
    page = next(number for number, name in pages_of(tmp_path).items() if name == "attempt")
    flip(tmp_path, page)
    content = (tmp_path / FILE).read_bytes()

    def fails(*_: object) -> None:
        raise DroverError(ErrorCode.DISK_FULL)

    monkeypatch.setattr(start.Rebuilding, "finish", fails)
    with pytest.raises(DroverError) as raised:
        await open_store(tmp_path)
    assert raised.value.code is ErrorCode.DISK_FULL and (tmp_path / FILE).read_bytes() == content


async def test_a_correction_that_is_cut_off_leaves_a_store_that_is_sound(tmp_path: Path) -> None:
    """It decided on a request that nobody confirmed; told anew, it still does."""
    store = await open_store(tmp_path)
    await store.create([task(1)])
    await store.append_intent(intent(task(1)), standing(1))
    unknown = msgspec.structs.replace(standing(1), spent=1_000, unknown=1)
    await store.append_outcome(outcome(task(1), status=AttemptStatus.UNKNOWN, text=""), unknown)
    await store.append_correction(
        correction(task(1), 1, 5_000), msgspec.structs.replace(unknown, spent=5_000, unknown=0)
    )
    await store.suspect([FIRST])
    await store.close()
    harm(tmp_path, f"UPDATE record SET at = at + 1 WHERE id = {PLACES + 4}")
    seen, (told,) = await reopened(tmp_path)
    assert (told.task, seen.tasks[FIRST].standing.spent, seen.tasks[FIRST].standing.unknown) == (FIRST, 5_000, 0)
    assert verify(tmp_path).sound


async def test_an_instruction_whose_request_is_cut_off_leaves_a_store_that_is_sound(tmp_path: Path) -> None:
    """The request that said it is told anew, and nothing waits to be said."""
    store = await open_store(tmp_path)
    await store.create([task(1)])
    told = Note(task=FIRST, kind=NoteKind.INSTRUCTION, text="Shorter", at_ms=1)
    await store.append_note(told, msgspec.structs.replace(standing(1), instructions=("Shorter",)))
    await store.append_intent(intent(task(1)), standing(1))
    await store.suspect([FIRST])
    await store.close()
    harm(tmp_path, f"UPDATE record SET at = at + 1 WHERE id = {PLACES + 3}")
    seen, _ = await reopened(tmp_path)
    assert seen.tasks[FIRST].standing.instructions == ()
    assert verify(tmp_path).sound
