"""What had arrived of a reply when the program was killed in the middle of it: kept, and shown by the next start."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from asyncio.subprocess import PIPE, Process
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine.simulator.config import MODELS, SimulatorConfig
from engine.simulator.server import Simulator

SLOW = replace(MODELS[0], id="slow", tokens_per_s=25, reply_tokens=600)
TOKENS = 80
"""Of the reply when the program is killed: some three seconds into it."""

BEHIND_S = 2.0
"""A second, and another for a machine that has more to do."""

PATIENCE_S = 120.0

pytestmark = pytest.mark.slow


async def _drover(folder: Path, *words: str) -> Process:
    environment = os.environ | {"DROVER_DATA_DIR": str(folder), "PYTHONUNBUFFERED": "1"}
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "app", *words, "--json", env=environment, stdout=PIPE, limit=1 << 24
    )


async def _result(folder: Path, *words: str) -> dict[str, Any]:
    """Run a command to its end; return its last line."""
    async with asyncio.timeout(PATIENCE_S):
        out, _ = await (await _drover(folder, *words)).communicate()
    return json.loads(out.splitlines()[-1])


async def _sent(simulator: Simulator) -> list[tuple[float, int]]:
    """Wait until TOKENS of the first reply were sent; return how many had been at which time."""
    loop, history = asyncio.get_running_loop(), [(0.0, 0)]
    async with asyncio.timeout(PATIENCE_S):
        while history[-1][1] < TOKENS:
            now = next((seen.output_tokens for seen in simulator.witness), 0)
            if now > history[-1][1]:
                history.append((loop.time(), now))
            await asyncio.sleep(0.01)
    return history


async def test_the_text_of_a_reply_survives_the_program_s_death(tmp_path: Path) -> None:
    """Killed in mid-stream and resumed: the attempt is UNKNOWN, and its text a beginning of what the server sent."""
    async with Simulator(SimulatorConfig(models=(SLOW,))) as simulator:
        words = ("--base-url", simulator.base_url, "--price-in", "0.1", "--price-out", "0.4", "--model", SLOW.id)
        running = await _drover(tmp_path, "run", "--goal", "Write about dikes", "--steps", "1", *words)
        assert running.stdout is not None
        task = json.loads(await running.stdout.readline())["id"]
        history = await _sent(simulator)
        killed_at = asyncio.get_running_loop().time()
        running.kill()
        await running.wait()
        spool = tmp_path / "data" / "spool"
        assert spool.stat().st_mode & 0o777 == 0o600
        simulator.config = replace(simulator.config, speed=200.0)
        resumed = await _result(tmp_path, "resume", task)
        (step,) = (await _result(tmp_path, "show", task))["steps_detail"]
    unknown, accepted = step["attempts"]
    assert (unknown["status"], unknown["flags"], unknown["cost_usd"]) == ("unknown", ["assumed"], unknown["held_usd"])
    assert accepted["status"] == "accepted"
    assert resumed["text"] == accepted["text"]
    # The same question gets the same reply, a word a token: what had arrived is a beginning of it.
    assert accepted["text"].startswith(unknown["text"])
    before = max(count for at, count in history if at <= killed_at - BEHIND_S)
    assert before > 10
    assert before <= len(unknown["text"].split()) <= next(iter(simulator.witness)).output_tokens
    assert not spool.exists()
