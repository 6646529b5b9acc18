"""The program under test, on a watched disk, twice in a row.

The first life takes the tasks, runs them half-way, with a pause among them, and closes; the second finds them and ends
them.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from engine.domain.ids import AttemptId
from engine.providers.scripted import ScriptedProvider, Sent
from engine.runtime.supervisor import Supervisor
from tests.crash.disk.assembly import open_data, open_engine
from tests.crash.disk.device import Device
from tests.crash.disk.watched import watched
from tests.crash.disk.witness import Witness
from tests.crash.disk.work import PROVIDER, Work

HALF_S = 6.0
"""Virtual seconds of the first life."""


class Program:
    """What is started, stopped and started again on one folder."""

    def __init__(self, root: Path, device: Device, witness: Witness, work: Work) -> None:
        """Lie below `root`, which `device` watches."""
        self._root = root
        self._device = device
        self._witness = witness
        self.work = work
        self.heal = device.heal
        self.requests: list[Sent] = []
        """All that left, in all lives."""

    def now(self) -> int:
        """Return how much was done to the disk."""
        return len(self._device.operations)

    async def start(self) -> Supervisor:
        """Open the engine on the folder; raises `DroverError`."""
        store = watched(await open_data(self._root), self._witness, self.now)
        provider = ScriptedProvider(name=PROVIDER, playbook=self.work.playbook(self._sent))
        return await open_engine(self._root, store, provider, seed=self.now())

    async def live(self) -> None:
        """Live twice."""
        engine = await self.start()
        ids = await engine.submit(self.work.specs())
        await asyncio.sleep(HALF_S / 2)
        engine.pause(ids[::3])
        await asyncio.sleep(HALF_S / 2)
        await engine.close(grace_s=0.1)
        engine = await self.start()
        engine.resume_all()
        await engine.saved()
        async for _ in engine.watch_all():
            pass
        await engine.close()

    def _sent(self, sent: Sent) -> None:
        self.requests.append(sent)
        self._witness.sent.append((self.now(), AttemptId(sent.client_request_id)))
