"""Tasks run by a command in this process, against servers on loopback that do not behave."""

from __future__ import annotations

import asyncio
import json
import os
import random
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from app.cli.asked import Asked
from app.cli.looking import show_one
from app.cli.report import CommandError, Exit, Output
from app.cli.running import resume, run
from app.composition import Program
from app.paths import Paths
from app.settings import Settings
from engine.domain.errors import DroverError, ErrorCode
from engine.domain.ids import TaskId
from engine.simulator.config import Fault, FaultKind, SimulatorConfig
from engine.simulator.server import Simulator

JSON, PEOPLE = Output(json=True), Output(json=False)


def program(folder: Path, *, results_folder: str = "") -> Program:
    """Return a program with its data in `folder`."""
    return Program(paths=Paths.under(folder), settings=Settings(results_folder=results_folder))


def asked(address: str, **fields: object) -> Asked:
    """Return a task of one step on a server."""
    defaults = {"goal": "g", "base_url": address, "free": True, "model": "sim-fast", "steps": 1, "max_output": 10}
    return replace(Asked(), **(defaults | fields))


def result(capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    """Return the last object that was printed."""
    last = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert last["type"] == "result"
    return last


async def test_a_wrong_key_ends_with_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit 3 and the sentence, without a retry, without the key, and nothing is spent."""
    monkeypatch.setenv("SOME_KEY", "sk-not-the-one")
    async with Simulator(SimulatorConfig(speed=50, key="sk-right")) as server:
        status = await run(program(tmp_path), asked(server.base_url, key_variable="SOME_KEY"), JSON)
    told = result(capsys)
    assert (status, told["reason"], told["cost_usd"]) == (Exit.PAUSED, "provider", "0")
    assert "refused the key" in str(told["error"])
    assert "sk-not-the-one" not in str(told)


class Hasty(random.Random):
    """Chance that never waits before a retry."""

    def random(self) -> float:
        """See `random.Random`."""
        return 0.0


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait before no retry."""
    monkeypatch.setattr("app.composition.random.SystemRandom", Hasty)


@pytest.mark.parametrize(
    ("kind", "reason", "told"),
    [
        (FaultKind.HTML, "garbage", "Check the address"),
        (FaultKind.TOOL_CALLS, "tool_calls", "tool"),
    ],
)
async def test_what_no_retry_cures_ends_with_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], kind: FaultKind, reason: str, told: str
) -> None:
    """Exit 1, the code for programs, the sentence for people."""
    async with Simulator(SimulatorConfig(speed=50, faults=(Fault(kind=kind),))) as server:
        status = await run(program(tmp_path), asked(server.base_url), JSON)
    ended = result(capsys)
    assert (status, ended["reason"]) == (Exit.FAILED, reason)
    assert told in str(ended["error"])


async def test_a_server_s_own_words_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """Beside the sentence of ours, at the task's end and at its attempt in `show`; the log file has them, too."""
    caplog.set_level("INFO", "drover")
    async with Simulator(SimulatorConfig(speed=50, faults=(Fault(kind=FaultKind.HTML),))) as server:
        await run(program(tmp_path), asked(server.base_url), PEOPLE)
    printed = capsys.readouterr()
    assert "It said: text/html" in printed.err
    task = printed.err.split()[0]
    assert f"task {task} failed: garbage: text/html" in caplog.messages
    await show_one(Paths.under(tmp_path), task, PEOPLE)
    assert "text/html) " in capsys.readouterr().out


async def test_an_account_without_credit_pauses_with_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit 3: the task goes on when it is paid."""
    async with Simulator(SimulatorConfig(speed=50, faults=(Fault(kind=FaultKind.NO_CREDIT),))) as server:
        status = await run(program(tmp_path), asked(server.base_url), JSON)
    ended = result(capsys)
    assert (status, ended["reason"], ended["detail"]) == (Exit.PAUSED, "provider", "no_credit")
    assert "credit" in str(ended["error"])


async def test_answers_that_cannot_be_written_lose_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The store is the truth: a results folder that is a file harms no task, and its answer is printed."""
    (tmp_path / "taken").write_text("a file")
    async with Simulator(SimulatorConfig(speed=50)) as server:
        status = await run(program(tmp_path, results_folder=str(tmp_path / "taken")), asked(server.base_url), JSON)
    ended = result(capsys)
    assert (status, bool(ended["text"])) == (Exit.COMPLETED, True)
    assert (tmp_path / "taken").read_text() == "a file"


async def test_a_model_must_be_named_and_offered(tmp_path: Path) -> None:
    """What the server offers is told."""
    async with Simulator(SimulatorConfig(speed=50)) as server:
        for model, code in (("", "no_model"), ("gpt-none", "model_list")):
            with pytest.raises(CommandError, match="sim-fast") as raised:
                await run(program(tmp_path), asked(server.base_url, model=model), JSON)
            assert raised.value.code == code
    assert not (tmp_path / "data" / "drover.db").exists()


async def test_a_task_out_of_budget_pauses_and_goes_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 3 and how to go on; resuming without more money says the same, and spends nothing."""
    async with Simulator(SimulatorConfig(speed=50)) as server:
        priced = asked(server.base_url, free=False, price_in="1", price_out="2", budget="0.000001")
        here = program(tmp_path)
        assert await run(here, priced, JSON) == Exit.PAUSED
        ended = result(capsys)
        assert (ended["reason"], ended["cost_usd"]) == ("budget", "0")
        assert f"drover resume {ended['id']}" in str(ended["resume"])
        assert await resume(here, [TaskId(str(ended["id"]))], JSON) == Exit.PAUSED
    assert result(capsys)["cost_usd"] == "0"


async def test_a_wait_is_seen(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """How long until it asks again, and why; for programs as a figure."""
    limited = SimulatorConfig(speed=50, faults=(Fault(kind=FaultKind.RATE_LIMIT, retry_after="0.05", times=3),))
    async with Simulator(limited) as server:
        assert await run(program(tmp_path), asked(server.base_url), Output(json=False)) == Exit.COMPLETED
    assert "asks again in 0 s: rate limit" in capsys.readouterr().err
    async with Simulator(limited) as server:
        await run(program(tmp_path), asked(server.base_url), JSON)
    waits = [json.loads(line).get("retry_in_s") for line in capsys.readouterr().out.splitlines()]
    assert sum(wait is not None for wait in waits) >= 3


async def there(_: Program, provider: str, model: str) -> str:
    """Stand for a server that was there when it was asked for its models."""
    assert provider
    return model


async def test_a_server_that_is_away_is_said_to_be_and_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With its name and what to do; the task goes on by itself when it is there."""
    monkeypatch.setattr("engine.runtime.limits.circuit.FIRST_S", 0.2)
    monkeypatch.setattr("app.cli.choosing._model", there)
    said, absent = list[str](), asyncio.Event()

    def note(_: Output, text: str) -> None:
        said.append(text)
        if "does not answer" in text:
            absent.set()

    monkeypatch.setattr(Output, "note", note)
    async with Simulator(SimulatorConfig(speed=50)) as server:
        address = server.base_url
    here = program(tmp_path)
    running = asyncio.ensure_future(run(here, asked(address), Output(json=False)))
    async with asyncio.timeout(20):
        await absent.wait()
    async with Simulator(SimulatorConfig(speed=50, port=int(address.split(":")[2].partition("/")[0]))):
        assert await running == Exit.COMPLETED
    told = next(text for text in said if "does not answer" in text)
    assert "(unreachable)" in told and "Check that it runs" in told and "127-0-0-1-" in told


async def test_who_asks_for_a_day_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The task pauses at once and says why."""
    limited = SimulatorConfig(speed=50, faults=(Fault(kind=FaultKind.RATE_LIMIT, retry_after="86400"),))
    async with Simulator(limited) as server:
        assert await run(program(tmp_path), asked(server.base_url), JSON) == Exit.PAUSED
    ended = result(capsys)
    assert (ended["reason"], ended["detail"]) == ("provider", "asks_to_wait")
    assert "more than an hour" in str(ended["error"])


async def test_with_unreadable_settings_nothing_is_resumed(tmp_path: Path) -> None:
    """Nor run: the limits are not known."""
    here = Program(paths=Paths.under(tmp_path), settings=Settings(), problem=DroverError(ErrorCode.SETTINGS_UNREADABLE))
    for command in (resume(here, [TaskId("01")], JSON), run(here, asked("http://127.0.0.1:9/v1"), JSON)):
        with pytest.raises(CommandError) as raised:
            await command
        assert raised.value.code == "settings_unreadable"


async def test_a_reader_that_leaves_stops_no_task(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As with `| head -1`: the task ends as it would have, and stderr says so once."""
    taken, given = os.pipe()
    os.close(taken)
    with os.fdopen(given, "w") as unread:
        monkeypatch.setattr(sys, "stdout", unread)
        async with Simulator(SimulatorConfig(speed=50)) as server:
            assert await run(program(tmp_path), asked(server.base_url, steps=3), JSON) == Exit.COMPLETED
    assert capfd.readouterr().err.count("Nobody reads") == 1
