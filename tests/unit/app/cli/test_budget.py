"""The command that shows and sets what may be spent."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest

from app import settings as settings_file
from app.cli.asked import Asked
from app.cli.budget import Changes, budget
from app.cli.looking import export_ledger
from app.cli.report import CommandError, Exit, Output
from app.cli.running import run
from app.composition import Program
from app.paths import Paths
from engine.domain.fence import Fence
from engine.domain.ids import AttemptId
from engine.domain.money import parse, plain
from engine.simulator.config import SimulatorConfig
from engine.store.store import open_store

JSON, TEXT = Output(json=True), Output(json=False)


def program(folder: Path) -> Program:
    """Return a program with its data in `folder`, and a fast simulator."""
    made = Program.load(Paths.under(folder))
    made.use_simulator(SimulatorConfig(speed=100))
    return made


def printed(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    """Return the objects that were printed."""
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def asked(**fields: object) -> Asked:
    """Return a task of two steps on the simulator."""
    defaults = {"goal": "g", "provider": "simulator", "model": "sim-fast", "steps": 2, "max_output": 20}
    return replace(Asked(), **(defaults | fields))


async def test_an_empty_folder_has_accounts_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is made by looking."""
    assert await budget(program(tmp_path), Changes(), JSON) is Exit.COMPLETED
    told = printed(capsys)
    assert [each.get("level") for each in told] == ["day", "month", "everything", None]
    assert not (tmp_path / "data").exists()


async def test_limits_are_set_and_shown_exactly(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In the settings for day, month and everything; "none" takes one away."""
    await budget(program(tmp_path), Changes(day="5", month="0.000000000001", everything="100"), JSON)
    kept = settings_file.load(program(tmp_path).paths.settings_file)
    assert (kept.day_limit, kept.month_limit, kept.total_limit) == ("5", "0.000000000001", "100")
    assert [each["limit_usd"] for each in printed(capsys)[:3]] == ["5", "0.000000000001", "100"]
    await budget(program(tmp_path), Changes(month="none"), TEXT)
    assert settings_file.load(program(tmp_path).paths.settings_file).month_limit == ""
    assert "of $5, $5 free" in capsys.readouterr().out


async def test_a_batch_s_budget_stops_its_tasks_and_stays(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Given with the run, kept for later ones, raised by the command; all accounts say the same."""
    tight = asked(batch="trial", batch_budget="0.00002")
    assert await run(program(tmp_path), tight, JSON) is Exit.PAUSED
    task = printed(capsys)[-1]
    assert (task["reason"], task["detail"]) == ("budget", "batch")
    assert await run(program(tmp_path), asked(batch="trial"), JSON) is Exit.PAUSED
    capsys.readouterr()
    await budget(program(tmp_path), Changes(batch="trial", limit="1"), JSON)
    *_, month, everything, batch, last = printed(capsys)
    assert len(cast("list[str]", last["offered"])) == 2
    assert (batch["key"], batch["limit_usd"]) == ("trial", "1")
    assert batch["spent_usd"] == everything["spent_usd"] == month["spent_usd"]
    assert await run(program(tmp_path), asked(batch="trial"), JSON) is Exit.COMPLETED


async def test_raising_a_limit_offers_to_resume_what_it_had_stopped(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """By name and with the command; nothing goes on by itself, and looking offers nothing."""
    await run(program(tmp_path), asked(batch="trial", batch_budget="0.00002"), JSON)
    task = str(printed(capsys)[-1]["id"])
    await budget(program(tmp_path), Changes(batch="trial", limit="1"), TEXT)
    said = capsys.readouterr().err
    assert f"drover resume {task} --data-dir" in said and "One task" in said
    await budget(program(tmp_path), Changes(), TEXT)
    assert task not in capsys.readouterr().err


async def test_the_limit_of_a_batch_that_is_not_there_is_refused(tmp_path: Path) -> None:
    """A name with a mistake in it would guard nothing; those that are there are named."""
    with pytest.raises(CommandError, match="No task is in any batch"):
        await budget(program(tmp_path), Changes(batch="trail", limit="1"), TEXT)
    await run(program(tmp_path), asked(batch="trial", batch_budget="0.00002"), JSON)
    with pytest.raises(CommandError, match="There are: trial"):
        await budget(program(tmp_path), Changes(batch="trail", limit="1"), TEXT)
    store = await open_store(program(tmp_path).paths.data)
    assert {name for level, name in await store.budgets() if level.endswith("batch")} == {"trial"}
    await store.close()


async def test_a_fence_is_shown_and_lifted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """By the name that it is shown under."""
    store = await open_store(program(tmp_path).paths.data)
    await store.set_fence(Fence(provider="p", model="a/b", attempt=AttemptId("x"), at_ms=1), up=True)
    await store.close()
    await budget(program(tmp_path), Changes(), TEXT)
    assert "drover budget --lift p/a/b" in capsys.readouterr().out
    with pytest.raises(CommandError, match="not fenced"):
        await budget(program(tmp_path), Changes(lift="p/c"), TEXT)
    await budget(program(tmp_path), Changes(lift="p/a/b"), JSON)
    assert printed(capsys)[-1]["fences"] == 0


@pytest.mark.parametrize(
    "changes",
    [Changes(day="much"), Changes(month="-1"), Changes(limit="2"), Changes(batch="b", limit="x")],
)
async def test_bad_input_changes_nothing(tmp_path: Path, changes: Changes) -> None:
    """A sentence, and no folder."""
    with pytest.raises(CommandError):
        await budget(program(tmp_path), changes, TEXT)
    assert not (tmp_path / "data").exists()


async def test_a_batch_budget_needs_a_batch(tmp_path: Path) -> None:
    """Else it would limit nothing."""
    with pytest.raises(CommandError, match="Say which batch"):
        await run(program(tmp_path), asked(batch_budget="1"), TEXT)


async def test_the_ledger_sums_to_what_the_budget_command_shows(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As objects, as lines, as CSV on the screen or in a file; beside nothing that was paid twice."""
    made = program(tmp_path)
    await run(made, asked(title="=1+1"), JSON)
    await budget(program(tmp_path), Changes(), JSON)
    spent = next(each["spent_usd"] for each in printed(capsys) if each.get("level") == "everything")
    await export_ledger(made.paths, None, JSON, csv=False)
    *entries, last = printed(capsys)
    assert (len(entries), last["count"]) == (2, 2)
    assert plain(sum(parse(str(entry["cost_usd"])) for entry in entries)) == spent
    await export_ledger(made.paths, tmp_path / "out.csv", JSON, csv=False)
    await export_ledger(made.paths, None, TEXT, csv=True)
    shown = capsys.readouterr().out
    rows = list(csv.DictReader(shown.splitlines()))
    assert (tmp_path / "out.csv").read_bytes().decode().splitlines() == shown.splitlines()
    assert plain(sum(parse(row["cost_usd"]) for row in rows)) == spent
    assert {row["title"] for row in rows} == {"'=1+1"}
    await export_ledger(made.paths, None, TEXT, csv=False)
    assert "attempt accepted" in capsys.readouterr().out
    with pytest.raises(CommandError, match="cannot be written"):
        await export_ledger(made.paths, tmp_path, TEXT, csv=True)
