"""Attempts corrected, tasks restored and forked from the command line, in this process."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from msgspec.structs import replace
from typer.testing import CliRunner, Result

from app.cli.main import cli
from app.cli.report import Exit
from app.lock import FolderLock, Owner
from app.paths import Paths
from engine.domain.history import History
from engine.domain.states import PauseReason, State
from engine.domain.step import AttemptStatus, Flag, Intent
from engine.domain.task import Standing
from engine.recipes import recipe
from engine.runtime.dialogue import context_sha256
from engine.store.port import Spending, StoredTask
from engine.store.store import open_store, open_store_reader
from tests.stored import HELD, checkpoint, intent, outcome, task

pytestmark = pytest.mark.usefixtures("own_log")

DONE = 3
TASK = task()
SPEC = replace(TASK.spec, provider="simulator", model="sim-fast", max_steps=9)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a task of three steps, a checkpoint after each, and a fourth whose end nobody knows."""
    asyncio.run(_fill(Paths.from_environment({}, tmp_path).data))
    return tmp_path


def made(step: int) -> Intent:
    """Return an attempt at the simulator."""
    return replace(intent(TASK, step), provider="simulator")


async def _fill(data: Path) -> None:
    spent = DONE * 1_000 + HELD
    stored = StoredTask(id=TASK.id, order=1, spec=SPEC, standing=Standing(created_at_ms=1))
    store = await open_store(data)
    await store.create([stored])
    replies: list[str] = []
    for step in range(1, DONE + 1):
        await store.append_intent(made(step), stored.standing)
        await store.append_outcome(outcome(stored, step), stored.standing)
        replies.append(outcome(stored, step).text)
        digest = context_sha256(recipe(SPEC.recipe), SPEC, History(replies=tuple(replies)))
        await store.checkpoint(replace(checkpoint(stored, step), context_sha256=digest), stored.standing)
    await store.append_intent(made(DONE + 1), stored.standing)
    standing = Standing(
        state=State.PAUSED,
        reason=PauseReason.INTERRUPTION,
        steps_done=DONE,
        spent=spent,
        assumed=HELD,
        unknown=1,
        undecided={intent(stored, DONE + 1).attempt: HELD},
    )
    lost = outcome(stored, DONE + 1, status=AttemptStatus.UNKNOWN, text="", cost=HELD)
    await store.append_outcome(replace(lost, flags=(Flag.ASSUMED,), provider_request_id=""), standing)
    await store.close()


def drover(folder: Path, *words: str) -> Result:
    """Run a command."""
    return CliRunner().invoke(cli, [*words, "--data-dir", str(folder)])


def result(folder: Path, *words: str) -> dict[str, object]:
    """Run a command that goes well and return its result."""
    ended = drover(folder, *words, "--json")
    assert ended.exit_code == Exit.COMPLETED, ended.output
    return json.loads(ended.stdout.splitlines()[-1])


def spending(folder: Path) -> Spending:
    """Return what the store says was spent."""

    async def read() -> Spending:
        reader = await open_store_reader(Paths.from_environment({}, folder).data)
        try:
            return await reader.spending()
        finally:
            await reader.close()

    return asyncio.run(read())


@pytest.mark.parametrize(
    ("amount", "counted", "shown"),
    [
        ("0.05", 5 * 10**10, "0.05"),
        ("spent", HELD, "0.000005"),
        ("not-billed", 0, "0"),
    ],
)
def test_an_attempt_is_corrected(folder: Path, amount: str, counted: int, shown: str) -> None:
    """By its name; the task, its attempt and the ledger have it after, and nothing is unknown any more."""
    told = result(folder, "correct", TASK.id, "4.1", amount)
    assert (told["unknown_attempts"], told["assumed_usd"]) == (0, "0")
    attempt = told["attempt"]
    assert isinstance(attempt, dict) and (attempt["cost_usd"], attempt["assumed"]) == (shown, False)
    assert spending(folder).total == 3_000 + counted
    text = drover(folder, "show", TASK.id).stdout
    assert "4.1  unknown" in text and "(corrected)" in text and "assumed" not in text


def test_an_attempt_is_called_by_its_name_or_its_id(folder: Path) -> None:
    """By the beginning of its id too, where it is alone with it."""
    id_ = intent(TASK, 4).attempt
    assert result(folder, "correct", TASK.id, id_, "1")["cost_usd"] == "1.000000003"
    ended = drover(folder, "correct", TASK.id, TASK.id[:5], "1")
    assert (ended.exit_code, "More than one attempt" in ended.stderr) == (Exit.BAD_INPUT, True)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("correct", "task", "4.1", "lots"), "no amount"),
        (("correct", "task", "4.1", "1001"), "1,000 dollars"),
        (("correct", "task", "9.9", "1"), "no attempt 9.9"),
        (("correct", "nobody", "4.1", "1"), "no task nobody"),
        (("restore", "task", "7"), "no checkpoint"),
        (("fork", "task", "7"), "no checkpoint"),
        (("fork", "task", "3", "--steps", "3"), "steps are used up"),
        (("fork", "task", "3", "--budget", "much"), "no amount"),
        (("fork", "task", "3", "--provider", "nobody"), "no provider of this name"),
    ],
)
def test_bad_input(folder: Path, words: tuple[str, ...], told: str) -> None:
    """One sentence, exit code 2, and nothing is written."""
    before = result(folder, "show", TASK.id)
    ended = drover(folder, *words)
    assert (ended.exit_code, told in ended.stderr) == (Exit.BAD_INPUT, True), ended.stderr
    assert result(folder, "show", TASK.id) == before


def test_a_provider_that_cannot_tell(folder: Path) -> None:
    """The simulator of this run knows nothing of an earlier one's requests: exit code 1, nothing is changed."""
    ended = drover(folder, "correct", TASK.id, "4.1", "ask")
    assert (ended.exit_code, "cannot tell" in ended.stderr) == (Exit.FAILED, True)
    assert spending(folder).total == 3_000 + HELD


def test_checkpoints_are_listed(folder: Path) -> None:
    """With step, cost, model and time."""
    ended = drover(folder, "checkpoints", TASK.id, "--json")
    points = [json.loads(line) for line in ended.stdout.splitlines()]
    assert [(p["type"], p.get("step")) for p in points] == [*(("checkpoint", n) for n in (1, 2, 3)), ("result", None)]
    assert points[0]["cost_usd"] == "0.000000001" and len(points[0]["context_sha256"]) == 64
    assert "$0.000000001" in drover(folder, "checkpoints", TASK.id).stdout


def test_a_task_is_restored(folder: Path) -> None:
    """It shows at its checkpoint, later attempts are marked, and what was spent stays."""
    told = result(folder, "restore", TASK.id, "2")
    assert (told["state"], told["reason"], told["steps"]) == ("paused", "user", 2)
    lines = drover(folder, "show", TASK.id).stdout.splitlines()
    assert sum("superseded" in line for line in lines) == 2
    assert spending(folder).total == 3_000 + HELD
    assert "superseded" in drover(folder, "export", TASK.id).stdout


def test_a_task_is_forked(folder: Path, tmp_path: Path) -> None:
    """With what was given otherwise; the rest is as it was, and it says where it comes from."""
    prompts = tmp_path / "prompts.txt"
    prompts.write_text("a\n---\nb\n---\nc\n---\nd")
    changed = ("--model", "sim-quality", "--budget", "2", "--title", "Fork", "--pipeline", str(prompts))
    told = result(folder, "fork", TASK.id, "2", *changed)
    fork = str(told["id"])
    assert (told["state"], told["steps"], told["total_steps"], told["cost_usd"]) == ("paused", 2, 4, "0")
    assert (told["model"], told["budget_usd"], told["name"]) == ("sim-quality", "2", "Fork")
    shown = result(folder, "show", fork)
    parent = shown["parent"]
    assert isinstance(parent, dict) and (parent["task"], parent["step"]) == (TASK.id, 2)
    assert shown["answer"] == outcome(TASK, 2).text.strip()
    exported = drover(folder, "export", fork).stdout
    assert f"Fork of: `{TASK.id}`, after step 2" in exported and "Step 1 (of the parent)" in exported
    assert result(folder, "show", TASK.id)["parent"] is None
    assert result(folder, "fork", fork, "2", "--budget", "none", "--steps", "8")["budget_usd"] is None


def test_a_running_window_is_not_written_beside(folder: Path) -> None:
    """Reading works; commands that write say who holds the folder."""
    with FolderLock(Paths.from_environment({}, folder).lock_file, Owner(pid=4711, kind="window", since_ms=0)):
        assert drover(folder, "checkpoints", TASK.id).exit_code == Exit.COMPLETED
        for words in (("correct", TASK.id, "4.1", "0"), ("restore", TASK.id, "2"), ("fork", TASK.id, "2")):
            ended = drover(folder, *words)
            assert (ended.exit_code, "4711" in ended.stderr) == (Exit.FOLDER_IN_USE, True)
