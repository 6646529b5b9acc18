"""A folder whose program was killed: what is told of it before the next start is what that start makes of it."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from msgspec.structs import replace

from app.cli.budget import Changes, budget
from app.cli.foretold import Foretold
from app.cli.looking import export_ledger, export_one, list_all, show_one
from app.cli.report import Output
from app.cli.running import engine_of
from app.composition import Program
from app.lock import FolderLock, Owner
from app.paths import Paths
from engine.domain.money import parse, plain
from engine.domain.states import PauseReason, State, Wanted
from engine.domain.step import AttemptRecord, AttemptStatus
from engine.domain.task import Standing
from engine.store.port import StoredTask
from engine.store.store import open_store
from tests.stored import HELD, intent, task, write_steps

JSON = Output(json=True)
LIVE = (State.RUNNING, State.CHECKPOINTING)
STARTED = {"ended_at_ms"}
"""What only the start itself can know."""


def stored(standing: Standing) -> StoredTask:
    """Return a task that stands so."""
    return replace(task(), standing=standing)


def forecast(held: bool, *opened: AttemptRecord) -> Foretold:
    """Return what tells of a folder with these attempts open."""
    return Foretold(held=held, at_ms=9, opened={task().id: opened} if opened else {})


@pytest.mark.parametrize("state", LIVE)
def test_what_no_process_runs_is_interrupted(state: State) -> None:
    """Whatever was stored last; while a process holds the folder it is as stored."""
    live = stored(Standing(state=state, steps_done=2))
    assert forecast(True).task(live) is live
    shown = forecast(False).task(live).standing
    assert (shown.state, shown.reason, shown.steps_done) == (State.PAUSED, PauseReason.INTERRUPTION, 2)
    wished = forecast(False).task(stored(Standing(state=state, wanted=Wanted.CANCEL))).standing
    assert (wished.state, wished.wanted) == (State.CANCELLED, Wanted.NOTHING)


@pytest.mark.parametrize("state", [state for state in State if state not in LIVE])
def test_what_rests_or_waits_is_as_it_is_stored(state: State) -> None:
    """With a process or without."""
    assert forecast(False).task(stored(Standing(state=state))) == stored(Standing(state=state))


def test_what_was_in_flight_is_unknown_at_its_hold() -> None:
    """And waits for its person."""
    opened = AttemptRecord(intent=intent(task()))
    shown = forecast(False, opened).task(stored(Standing(state=State.RUNNING, spent=5))).standing
    assert (shown.spent, shown.assumed, shown.unknown) == (5 + HELD, HELD, 1)


async def killed(folder: Path) -> Program:
    """Leave what a program leaves that was killed while it streamed a task's third step."""
    program = Program.load(Paths.under(folder))
    store = await open_store(program.paths.data)
    await store.create([stored(Standing())])
    await write_steps(store, task(), 2)
    running = replace(Standing(), state=State.RUNNING, steps_done=2, spent=2_000, attempts=3)
    await store.append_intent(intent(task(), 3), running)
    await store.close()
    return program


async def told(program: Program, capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    """Return all that the reading commands say."""
    capsys.readouterr()
    paths = program.paths
    await list_all(paths, JSON)
    await show_one(paths, task().id, JSON)
    await export_ledger(paths, None, JSON, csv=False)
    await budget(program, Changes(), JSON)
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    return [{name: value for name, value in line.items() if name not in STARTED} for line in lines]


async def test_a_start_changes_nothing_of_what_was_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """State, cost, unknown attempts, accounts and every attempt, in each command."""
    program = await killed(tmp_path)
    before = await told(program, capsys)
    async with engine_of(program) as engine:
        await engine.saved()
    after = await told(program, capsys)
    assert [_timeless(each) for each in before] == [_timeless(each) for each in after]
    (listed,) = [each for each in before if each["type"] == "task"]
    assert (listed["unknown_attempts"], listed["cost_usd"]) == (1, plain(2_000 + HELD))
    held = {str(each["held_usd"]) for each in before if each["type"] == "account"}
    assert held == {"0"}


def _timeless(line: dict[str, object]) -> str:
    return json.dumps(line, sort_keys=True)


async def test_the_exports_of_a_killed_program_sum_to_its_accounts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The CSV has what was in flight at its hold, and the task's own export calls it unknown."""
    program = await killed(tmp_path)
    await export_ledger(program.paths, None, Output(json=False), csv=True)
    rows = list(csv.DictReader(capsys.readouterr().out.splitlines()))
    assert rows[-1]["status"] == AttemptStatus.UNKNOWN and sum(parse(row["cost_usd"]) for row in rows) == 2_000 + HELD
    await export_one(program.paths, task().id, "json", None, Output(json=False))
    assert '"unknown"' in capsys.readouterr().out


async def test_beside_a_process_that_holds_the_folder_it_is_in_flight(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Held and not spent."""
    program = await killed(tmp_path)
    with FolderLock(program.paths.lock_file, Owner(pid=4711, kind="window", since_ms=0)):
        lines = await told(program, capsys)
    everything = next(each for each in lines if each.get("level") == "everything")
    assert (everything["spent_usd"], everything["held_usd"]) == (plain(2_000), plain(HELD))
