"""How a build proves itself: `drover --self-test` opens the window offscreen and plays one task on the simulator.

It makes, pauses and resumes a task by the window's own buttons, closes, and reads the store again. What a frozen build
may lack (a font, a theme, a library loaded by name) fails here, on the machine that built it.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from app.paths import Paths
from engine.domain.states import State
from engine.domain.task import TaskSpec
from engine.store.store import open_store_reader

if TYPE_CHECKING:
    from app.desktop import Desktop

PATIENCE_S = 60.0
STEPS = 4


def run_self_test() -> int:
    """Return 0 when everything works; says what does not."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from app.desktop import run_window  # noqa: PLC0415 - after the platform is chosen

    problems: list[str] = []
    with tempfile.TemporaryDirectory(prefix="drover-self-test-") as folder:
        paths = Paths.under(Path(folder))

        def ready(desktop: Desktop) -> None:
            desktop.window.services.spawn(_play(desktop, problems))

        status = run_window(paths, ready)
        if status:
            problems.append(f"the window ended with {status}")
        if not problems:
            problems += asyncio.run(_check_store(paths.data))
    for problem in problems:
        sys.stderr.write(f"self-test: {problem}\n")
    sys.stdout.write("self-test: failed\n" if problems else "self-test: passed\n")
    return 1 if problems else 0


async def _play(desktop: Desktop, problems: list[str]) -> None:
    try:
        async with asyncio.timeout(PATIENCE_S):
            await _make_pause_resume(desktop, problems)
    except Exception as problem:  # noqa: BLE001 - whatever a build lacks is reported, not raised into Qt
        problems.append(repr(problem))
    desktop.window.close()


async def _make_pause_resume(desktop: Desktop, problems: list[str]) -> None:
    window, engine = desktop.window, desktop.engine
    spec = TaskSpec(goal="Check this build", provider="simulator", model="sim-fast", max_steps=STEPS, max_output=40)
    (task,) = await engine.submit([spec])
    window.bridge.drain()
    window.table.select(task)
    await _until(lambda: engine.snapshot(task).standing.steps_done >= 1)
    window.toolbar.pause.click()
    await _until(lambda: engine.snapshot(task).state is State.PAUSED)
    steps = engine.snapshot(task).standing.steps_done
    window.bridge.drain()
    if window.grab().isNull():
        problems.append("the window cannot be drawn")
    window.toolbar.go.click()
    await _until(lambda: engine.snapshot(task).state is State.COMPLETED)
    if not 1 <= steps < STEPS:
        problems.append(f"the pause came after {steps} steps")


async def _until(seen: Callable[[], bool]) -> None:
    while not seen():  # noqa: ASYNC110 - what is waited for is what the window shows
        await asyncio.sleep(0.02)


async def _check_store(data: Path) -> list[str]:
    reader = await open_store_reader(data)
    try:
        (task,) = await reader.scan()
        steps = await reader.steps(task.id)
        if len(steps) != STEPS or not all(step.accepted for step in steps):
            return [f"the store has {len(steps)} steps, not {STEPS}"]
        if not (await reader.spending()).total:
            return ["the store knows of no spending"]
    finally:
        await reader.close()
    return []
