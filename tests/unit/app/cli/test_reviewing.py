"""A person's word by the command line, against a simulated model on loopback."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from app.cli.asked import Asked
from app.cli.main import cli
from app.cli.report import Exit, Output
from app.cli.running import run
from app.composition import Program
from app.paths import Paths
from app.settings import Settings, save
from engine.domain.errors import ErrorCode
from engine.simulator.config import Fault, FaultKind, SimulatorConfig
from engine.simulator.server import Simulator

pytestmark = pytest.mark.usefixtures("own_log")
RUN = ("run", "--provider", "simulator", "--model", "sim-fast", "--max-output", "12")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a data folder whose answers stay in it."""
    save(tmp_path / "config" / "settings.toml", Settings(results_folder=str(tmp_path / "results")))
    return tmp_path


def drover(folder: Path, *words: str) -> Result:
    """Run a command on the folder."""
    return CliRunner().invoke(cli, [*words, "--data-dir", str(folder)])


def last(result: Result) -> dict[str, object]:
    """Return the last object that was printed."""
    return json.loads(result.stdout.splitlines()[-1])


def begun(folder: Path, *more: str) -> str:
    """Return the id of a task whose first reply waits."""
    result = drover(folder, *RUN, "--goal", "Sheep", "--steps", "2", "--review-every", "1", "--json", *more)
    told = last(result)
    assert (result.exit_code, told["reason"], told["steps"]) == (Exit.PAUSED, "review", 1), result.output
    assert "drover review" in str(told["resume"])
    return str(told["id"])


def test_a_reply_waits_is_shown_and_goes_on_with_a_yes(folder: Path) -> None:
    """The task runs on to its end; listing says that it waits, and resuming is no yes."""
    task = begun(folder)
    assert "Paused · review" in drover(folder, "list").stdout
    assert drover(folder, "resume", task).exit_code == Exit.PAUSED
    shown = last(drover(folder, "review", task, "--json"))
    assert shown["text"] and shown["attempt"] == shown["review_attempt"]
    again = drover(folder, "review", task, "--approve", "--attempt", "nothing-like-it", "--json")
    assert (again.exit_code, last(again)["code"]) == (Exit.BAD_INPUT, ErrorCode.REVIEW_OVER)
    second = last(drover(folder, "review", task, "--approve", "--attempt", str(shown["attempt"])[:20], "--json"))
    assert (second["steps"], second["reason"]) == (2, "review")
    assert drover(folder, "review", task, "--approve").exit_code == Exit.COMPLETED
    assert drover(folder, "review", task).exit_code == Exit.BAD_INPUT


def test_an_edit_and_a_no(folder: Path, tmp_path: Path) -> None:
    """Both readable in what is shown after."""
    task, mine = begun(folder), tmp_path / "mine.md"
    mine.write_text("My own words.")
    rejected = last(drover(folder, "review", task, "--reject", "Shorter, please.", "--json"))
    assert (rejected["steps"], rejected["reason"]) == (1, "review")
    assert last(drover(folder, "review", task, "--edit", str(mine), "--json"))["steps"] == 2
    shown = drover(folder, "show", task).stdout
    assert "told: Shorter, please." in shown and "edited by you" in shown and "rejected by you" in shown
    steps = last(drover(folder, "show", task, "--json"))["steps_detail"]
    assert isinstance(steps, list) and steps[0]["text"] == "My own words."


def test_an_instruction_waits_for_the_next_step(folder: Path) -> None:
    """Told to a task at rest, it is kept, and used when it goes on."""
    task = begun(folder)
    told = last(drover(folder, "instruct", task, "In metres.", "--json"))
    assert told["instructions_waiting"] == ["In metres."]
    after = last(drover(folder, "review", task, "--approve", "--json"))
    assert after["instructions_waiting"] == []
    assert "told: In metres." in drover(folder, "show", task).stdout


@pytest.mark.parametrize(
    "words", [("--approve", "--reject", "no"), ("--edit", "/nowhere/at/all"), ("--loop", "sometimes")]
)
def test_what_cannot_be_meant_is_said(folder: Path, words: tuple[str, ...]) -> None:
    """Bad input, with what to do; nothing is decided."""
    asked = (*RUN, "--goal", "g") if words[0] == "--loop" else ("review", "x")
    result = drover(folder, *asked, *words, "--json")
    assert result.exit_code == Exit.BAD_INPUT and str(last(result)["message"]).endswith((".", "directory", "off."))


@pytest.mark.parametrize(("loop", "steps", "status"), [("", 4, Exit.PAUSED), ("off", 6, Exit.COMPLETED)])
async def test_a_model_that_goes_round_in_circles_is_stopped(
    folder: Path, capsys: pytest.CaptureFixture[str], loop: str, steps: int, status: Exit
) -> None:
    """After three repeats, and what to do is said; not where that is off."""
    circles = SimulatorConfig(speed=100, faults=(Fault(kind=FaultKind.REPEAT, probability=1.0),))
    async with Simulator(circles) as server:
        asked = Asked(goal="g", base_url=server.base_url, free=True, model="sim-fast", steps=6, max_output=9, loop=loop)
        program = Program(paths=Paths.under(folder), settings=Settings(results_folder=str(folder / "results")))
        assert await run(program, asked, Output(json=True)) == status
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert told["steps"] == steps
    assert loop or (told["reason"] == "loop" and "drover instruct" in told["error"])
