"""The real window over a real engine, in a folder of the test's own: simulator, real store, everything composed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtWidgets import QAbstractButton

from app.composition import Program
from app.paths import Paths
from app.window_services import Services
from engine.domain.ids import TaskId
from engine.domain.states import State
from engine.domain.task import TaskSpec
from engine.runtime.supervisor import Supervisor
from engine.simulator.config import SimulatorConfig
from tests.loops import application
from ui.main_window import MainWindow
from ui.text import load_words
from ui.theme import Look

PATIENCE_S = 20.0


@dataclass(slots=True)
class Cockpit:
    """A window and what is behind it."""

    window: MainWindow
    engine: Supervisor
    services: Services
    program: Program

    async def until(self, seen: Callable[[], bool]) -> None:
        """Wait until something is so; the window goes on meanwhile."""
        async with asyncio.timeout(PATIENCE_S):
            while not seen():  # noqa: ASYNC110 - a person looks, too
                await asyncio.sleep(0.01)

    async def make(self, **fields: object) -> TaskId:
        """Create a task on the simulator, behind the window's back."""
        defaults: dict[str, object] = {
            "goal": "Test",
            "provider": "simulator",
            "model": "sim-fast",
            "max_steps": 4,
            "max_output": 30,
        }
        (task,) = await self.engine.submit([TaskSpec(**(defaults | fields))])  # type: ignore[arg-type]
        self.window.bridge.drain()
        return task

    def state(self, task: TaskId) -> State:
        """Return where a task stands."""
        return self.engine.snapshot(task).state


def click(button: QAbstractButton) -> None:
    """Press a button that can be pressed."""
    assert button.isEnabled(), button.text()
    button.click()


@asynccontextmanager
async def cockpit(folder: Path, *, speed: float = 10.0) -> AsyncGenerator[Cockpit]:
    """Open the window on a folder for the body; closes durably, as the program does."""
    program = Program.load(Paths.under(folder))
    program.use_simulator(SimulatorConfig(speed=speed))
    async with opened(program, grace_s=5.0) as at:
        yield at


@asynccontextmanager
async def opened(program: Program, *, grace_s: float) -> AsyncGenerator[Cockpit]:
    """Open the window on a program for the body; closes durably, with so long for the steps in flight."""
    with program.hold_folder("window"):
        engine, _ = await program.open_engine()
        look = Look(application())
        look.apply("dark")
        services = Services(program, engine)
        window = MainWindow(engine, services, load_words(), look)
        window.show()
        window.charts.build()
        window.bridge.start()
        try:
            yield Cockpit(window, engine, services, program)
        finally:
            window.close_for_good()
            await services.finished()
            await engine.close(grace_s)
            window.deleteLater()
