"""A disk that gets full under a running command, below SQLite: it says so once, tries again, and nothing is lost."""

from __future__ import annotations

import errno
import os
import signal
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from app.cli import mending
from app.cli.asked import Asked
from app.cli.report import Exit, Output
from app.cli.running import resume, run
from app.composition import Program
from app.paths import Paths
from app.settings import Settings
from engine.domain.ids import TaskId
from engine.simulator.config import SimulatorConfig
from engine.simulator.server import Simulator
from tests.crash.disk.below_sqlite import hooks
from tests.crash.disk.device import Device, Doing, StruckError


class Filling(Device):
    """A disk that can be full: writes to the database's files fail, all else goes on."""

    full = False
    refused = 0

    def about(self, doing: Doing, name: str) -> None:
        """See `Device`."""
        super().about(doing, name)
        if self.full and doing is Doing.WRITE:
            self.refused += 1
            raise StruckError(errno.ENOSPC, doing, name)


@dataclass(frozen=True, slots=True)
class Listener(Output):
    """Fills the disk after the first step, and hears what is said."""

    json: bool
    disk: Filling
    told: list[str] = field(default_factory=list[str])
    ended: dict[str, object] = field(default_factory=dict[str, object])

    def emit(self, kind: str, text: str = "", fields: Mapping[str, object] | None = None) -> bool:
        """See `Output`."""
        del text
        if kind == "progress" and fields and fields["step"] == 1 and not self.disk.refused:
            self.disk.full = True
        if kind == "result" and fields:
            self.ended.update(fields)
        return True

    def warn(self, text: str) -> None:
        """See `Output`."""
        self.told.append(text)


@pytest.fixture
def listener(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[Listener]:
    """Somebody who hears a run in the folder `tmp_path`, whose waits are short."""
    monkeypatch.setattr(mending, "FIRST_S", 0.02)
    disk = Filling(tmp_path, keep=False)
    hooks().device = disk
    yield Listener(json=True, disk=disk)
    hooks().device = None
    assert not hooks().broken


def program(folder: Path) -> Program:
    """Return a program with its data in `folder`."""
    return Program(paths=Paths.under(folder), settings=Settings())


def asked(server: Simulator) -> Asked:
    """Return a task of three steps."""
    return Asked(goal="g", base_url=server.base_url, free=True, model="sim-fast", steps=3, max_output=10)


async def test_it_says_so_once_tries_again_and_goes_on(
    tmp_path: Path, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each step was asked for once, and the waits double."""
    waits: list[float] = []
    within = mending.Interrupts.within

    async def heals(self: mending.Interrupts, seconds: float) -> bool:
        waits.append(seconds)
        listener.disk.full = len(waits) < 4
        return await within(self, seconds)

    monkeypatch.setattr(mending.Interrupts, "within", heals)
    async with Simulator(SimulatorConfig(speed=50)) as server:
        assert await run(program(tmp_path), asked(server), listener) == Exit.COMPLETED
        assert len(server.witness) == 3
    assert waits == [0.02, 0.04, 0.08, 0.16]
    assert listener.ended["steps"] == 3
    said, again = listener.told
    assert "disk is full" in said and "tries again by itself" in said and "\n" not in said
    assert again == "Saved. It goes on."


async def test_ctrl_c_ends_the_wait_and_says_how_to_go_on(
    tmp_path: Path, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What could not be saved counts as spent; resumed on a disk with room it comes to its end."""
    tried: list[float] = []

    async def pressed(self: mending.Interrupts, seconds: float) -> bool:
        tried.append(seconds)
        os.kill(os.getpid(), signal.SIGINT)
        await self._asked.wait()  # pyright: ignore[reportPrivateUsage]
        return True

    monkeypatch.setattr(mending.Interrupts, "within", pressed)
    here = program(tmp_path)
    async with Simulator(SimulatorConfig(speed=50)) as server:
        assert await run(here, asked(server), listener) == Exit.PAUSED
        ended = dict(listener.ended)
        assert (tried, ended["reason"]) == ([0.02], "storage")
        assert f"drover resume {ended['id']}" in str(ended["resume"])
        listener.disk.full = False
        assert await resume(here, [TaskId(str(ended["id"]))], listener) == Exit.COMPLETED
    assert listener.ended["steps"] == 3
