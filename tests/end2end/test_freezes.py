"""`drover run` is stopped as by SIGSTOP amid a reply that goes on: what came meanwhile is read before it is judged.

The limits are shorter than the freeze, so that a deadline which counts it would fire. What must be cut still is: a
server that says nothing after the freeze either.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from asyncio.subprocess import PIPE, Process
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from engine.domain.states import TimeLevel
from engine.simulator.config import MODELS, SimulatorConfig
from engine.simulator.server import Simulator
from tests.wire import STOP, USAGE, Exchange, delta, good, head, serving

FREEZE_S = 3.0
LIMITS = ("first_token=2", "silence=2", "attempt=2.5", "step=60")
WORD = b"still"
"""What the server says again and again until its client stands still."""
PATIENCE_S = 60.0

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="no process can be stopped")]


@dataclass
class Server:
    """A reply that is begun before its client stands still, or not, and goes on meanwhile, or not."""

    begun: bool
    goes_on: bool = True
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    still: asyncio.Event = field(default_factory=asyncio.Event)
    said: asyncio.Event = field(default_factory=asyncio.Event)

    async def answer(self, exchange: Exchange) -> None:
        """Answer the first chat so, all others well."""
        if exchange.line.startswith("GET"):
            await exchange.say(head(404, "content-length: 0"))
        elif self.asked.is_set():
            await good(exchange)
        else:
            await self._first(exchange)

    async def _first(self, exchange: Exchange) -> None:
        self.asked.set()
        await exchange.say(head(200, "transfer-encoding: chunked"))
        while not await happened(self.still, within=0.2):
            await exchange.say(*[chunk(delta(WORD.decode() + " "))] if self.begun else ())
        if not self.goes_on:
            await asyncio.Event().wait()
        await exchange.say(*(chunk(each) for each in (delta("there"), STOP, USAGE, b"[DONE]")), b"0\r\n\r\n")
        self.said.set()


async def happened(event: asyncio.Event, *, within: float) -> bool:
    """Whether something happens within so many seconds."""
    try:
        async with asyncio.timeout(within):
            return await event.wait()
    except TimeoutError:
        return False


def chunk(data: bytes) -> bytes:
    """Return an event as a chunk of a body."""
    event = b"data: " + data + b"\n\n"
    return b"%x\r\n%s\r\n" % (len(event), event)


async def drover(folder: Path, *words: str, around: tuple[str, ...] = ()) -> Process:
    """Start a command, perhaps by another one."""
    environment = os.environ | {"DROVER_DATA_DIR": str(folder), "PYTHONUNBUFFERED": "1"}
    command = (*around, sys.executable, "-m", "app", *words, "--json")
    return await asyncio.create_subprocess_exec(*command, env=environment, stdout=PIPE)


async def told(process: Process) -> dict[str, Any]:
    """Return the last line of a command when it has ended."""
    out, _ = await process.communicate()
    return json.loads(out.splitlines()[-1])


async def freeze(process: Process, server: Server) -> None:
    """Stop a process, and let it go on when the server has said the rest."""
    process.send_signal(signal.SIGSTOP)
    await asyncio.to_thread(os.waitid, os.P_PID, process.pid, os.WSTOPPED | os.WNOWAIT)
    server.still.set()
    await asyncio.sleep(FREEZE_S)  # what is tested: three seconds in which nothing runs
    assert server.said.is_set() == server.goes_on
    process.send_signal(signal.SIGCONT)


async def spooled(folder: Path) -> None:
    """Wait until some of the reply's text was taken in."""
    spool = folder / "data" / "spool"
    while not (spool.exists() and WORD in spool.read_bytes()):  # noqa: ASYNC110 - written by another process
        await asyncio.sleep(0.02)


async def frozen(folder: Path, server: Server, limited: tuple[str, ...] = LIMITS) -> dict[str, Any]:
    """Run a task that is frozen in its first reply; return it as `drover show` does."""
    async with serving() as wire, asyncio.timeout(PATIENCE_S):
        wire.answer = server.answer
        limits = [word for limit in limited for word in ("--time", limit)]
        words = ("run", "--goal", "Say it", "--steps", "1", "--base-url", wire.base_url, "--free", "--model", "m")
        process = await drover(folder, *words, *limits)
        try:
            await server.asked.wait()
            if server.begun:
                await spooled(folder)
            await freeze(process, server)
            result = await told(process)
        finally:
            if process.returncode is None:
                process.kill()
        return await told(await drover(folder, "show", result["id"]))


@pytest.mark.parametrize("begun", [True, False], ids=["amid the text", "before the first token"])
async def test_what_came_while_it_stood_still_is_no_timeout(tmp_path: Path, begun: bool) -> None:
    """One attempt, accepted, with all that the server said."""
    task = await frozen(tmp_path, Server(begun))
    (step,) = task["steps_detail"]
    assert (task["state"], task["attempts"]) == ("completed", 1)
    assert step["text"].endswith("there")
    assert task["active_s"] < PATIENCE_S


@pytest.mark.parametrize(
    ("begun", "level"), [(True, TimeLevel.SILENCE), (False, TimeLevel.FIRST_TOKEN)], ids=["silence", "first token"]
)
async def test_a_server_that_stays_silent_is_cut_all_the_same(
    tmp_path: Path,
    begun: bool,
    level: TimeLevel,
) -> None:
    """By the level that is due, after the freeze; the step is asked for again and done."""
    task = await frozen(tmp_path, Server(begun, goes_on=False), (f"{level}=2",))
    (step,) = task["steps_detail"]
    cut, accepted = step["attempts"]
    assert (task["state"], accepted["status"]) == ("completed", "accepted")
    assert (cut["status"], cut["error"]) == ("cut", level)
    assert cut["duration_s"] >= 2.0 + FREEZE_S - 0.1


HOURS_8 = 28_800


def _namespace(*command: str) -> tuple[str, ...]:
    """Return a command that runs where the clocks of the machine say eight hours more."""
    return ("unshare", "-T", "-f", "--kill-child", f"--monotonic={HOURS_8}", f"--boottime={HOURS_8}", *command)


def _namespaces() -> bool:
    """Whether this machine lets a process have clocks of its own."""
    try:
        return subprocess.run(_namespace("true"), check=False, capture_output=True).returncode == 0
    except OSError:
        return False


@pytest.mark.skipif(not _namespaces(), reason="unshare -T is not permitted here")
async def test_clocks_that_are_set_eight_hours_on_and_back_between_runs_end_nothing(tmp_path: Path) -> None:
    """Killed amid each step and gone on with under another clock: active time goes on, no limit is passed."""
    slow = replace(MODELS[0], id="slow", tokens_per_s=40, reply_tokens=60)
    limits = [word for limit in ("step=60", "window=120", "task=180") for word in ("--time", limit)]
    async with Simulator(SimulatorConfig(models=(slow,))) as simulator, asyncio.timeout(PATIENCE_S):
        words = ("run", "--goal", "Say it", "--steps", "3", "--base-url", simulator.base_url, "--free", "--model")
        process = await drover(tmp_path, *words, slow.id, *limits)
        task = await _amid_step(process, 1)
        process = await drover(tmp_path, "resume", task, around=_namespace())
        await _amid_step(process, 2)
        await told(await drover(tmp_path, "resume", task))
        shown = await told(await drover(tmp_path, "show", task))
    errors = {attempt["error"] for step in shown["steps_detail"] for attempt in step["attempts"]}
    assert (shown["state"], shown["steps"]) == ("completed", 3)
    assert not errors & set(TimeLevel)
    assert 0 < shown["active_s"] < 180


async def _amid_step(process: Process, done: int) -> str:
    """Wait until so many steps are done, then kill; return the task's id."""
    assert process.stdout is not None
    async for line in process.stdout:
        said = json.loads(line)
        if said["type"] == "progress" and said["step"] >= done:
            process.kill()
            await process.wait()
            return said["id"]
    raise AssertionError("it ended before")
