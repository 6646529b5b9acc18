"""The command that shows where money went."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from app.cli.asked import Asked
from app.cli.budget import Changes, budget
from app.cli.report import CommandError, Exit, Output
from app.cli.running import run
from app.cli.spending import spend
from app.composition import Program
from app.paths import Paths
from engine.domain.money import parse, plain
from engine.simulator.config import SimulatorConfig

JSON, TEXT = Output(json=True), Output(json=False)


def program(folder: Path) -> Program:
    """Return a program with its data in `folder`, and a fast simulator."""
    made = Program.load(Paths.under(folder))
    made.use_simulator(SimulatorConfig(speed=100))
    return made


def asked(**fields: object) -> Asked:
    """Return a task of two steps on the simulator."""
    defaults = {"goal": "g", "provider": "simulator", "model": "sim-fast", "steps": 2, "max_output": 20}
    return replace(Asked(), **(defaults | fields))


def printed(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    """Return the objects that were printed."""
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def summed(lines: list[dict[str, object]]) -> int:
    """Return pico of the lines together."""
    return sum(parse(str(line["spent_usd"])) for line in lines if line["type"] == "spent")


async def test_an_empty_folder_has_spent_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is made by looking."""
    assert await spend(program(tmp_path), "day", JSON) is Exit.COMPLETED
    (told,) = printed(capsys)
    assert (told["spent_usd"], told["completed_tasks"], told["each_completed_usd"]) == ("0", 0, None)
    assert not (tmp_path / "data").exists()


@pytest.mark.usefixtures("own_log")
async def test_each_way_comes_to_what_the_ledger_says(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """To the last digit: lines, their total, and the account of everything."""
    await run(program(tmp_path), asked(batch="b"), JSON)
    await run(program(tmp_path), asked(model="sim-quality"), JSON)
    capsys.readouterr()
    await budget(program(tmp_path), Changes(), JSON)
    (everything,) = [each for each in printed(capsys) if each.get("level") == "everything"]
    for by, names in (("day", 1), ("model", 2), ("provider", 1), ("batch", 2)):
        await spend(program(tmp_path), by, JSON)
        told = printed(capsys)
        assert summed(told) == parse(str(told[-1]["spent_usd"])) == parse(str(everything["spent_usd"])) > 0
        assert len(told) == names + 1
        assert told[-1]["completed_tasks"] == 2


@pytest.mark.usefixtures("own_log")
async def test_it_is_told_to_people(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A line each, one for everything, and what a completed task cost."""
    await run(program(tmp_path), asked(), JSON)
    capsys.readouterr()
    await spend(program(tmp_path), "batch", TEXT)
    said = capsys.readouterr()
    assert said.out.splitlines()[0].startswith("No batch")
    assert said.out.splitlines()[1].startswith("Everything")
    assert "1 task is completed" in said.err


async def test_another_way_is_refused(tmp_path: Path) -> None:
    """With the ways there are."""
    with pytest.raises(CommandError, match="day, model, provider or batch"):
        await spend(program(tmp_path), "hour", JSON)


@pytest.mark.usefixtures("own_log")
async def test_a_run_tells_of_a_budget_that_is_used_up_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As an event; not again by the next command."""
    await run(program(tmp_path), asked(steps=3), JSON)
    spent = parse(str(printed(capsys)[-1]["cost_usd"]))
    await budget(program(tmp_path), Changes(day=plain(spent * 10 // 19)), JSON)
    await budget(program(tmp_path), Changes(day=plain(spent * 19 // 10)), JSON)
    capsys.readouterr()
    await run(program(tmp_path), asked(steps=1), JSON)
    (alert,) = [each for each in printed(capsys) if each["type"] == "alert"]
    assert (alert["level"], alert["part"], alert["limit_usd"]) == ("day", 50, plain(spent * 19 // 10))
    await run(program(tmp_path), asked(steps=1), JSON)
    assert [each for each in printed(capsys) if each["type"] == "alert" and each["part"] == 50] == []
