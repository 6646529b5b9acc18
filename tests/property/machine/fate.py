"""What the world does to the engine: time passes, disks fail, the power goes."""

from __future__ import annotations

import asyncio

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from engine.domain.errors import DroverError
from tests.property.machine.disks import LAG_S
from tests.property.machine.steering import Steering


class Fate(Steering):
    """Rules that nobody asks for."""

    @rule(seconds=st.sampled_from((0.0, 0.5, 3.0, 40.0, 200.0)))
    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.run(asyncio.sleep(seconds))

    @precondition(lambda self: not self.failing)
    @rule()
    def fail_disk(self) -> None:
        """Let every write fail from now on."""
        self.failing = True
        self.disk.fail(failing=True)

    @precondition(lambda self: not self.failing)
    @rule(running=st.sampled_from((0.0, LAG_S / 2, 0.5)), stopping=st.sampled_from((0.0, LAG_S, 0.5)))
    def fail_disk_amid_stopping(self, running: float, stopping: float) -> None:
        """Let everything run, then stop: and while that is under way every write fails."""
        self.ask_all("resume_all")
        self.wait(running)
        self.ask_all("pause_all")
        self.wait(stopping)
        self.fail_disk()

    @precondition(lambda self: self.failing)
    @rule()
    def mend_in_vain(self) -> None:
        """Try to save what waits, on a disk that still fails."""

        async def go() -> None:
            try:
                self.stopped.difference_update(await self.engine.mend())
            except DroverError:
                return

        self.run(go())

    @precondition(lambda self: self.failing)
    @rule()
    def mend_disk(self) -> None:
        """Let writes work again and save what waits in memory."""
        self.failing = False
        self.disk.fail(failing=False)

        async def go() -> None:
            resumed = await self.engine.mend()
            self.stopped.difference_update(resumed)
            assert not self.asked.intersection(resumed), resumed

        self.run(go())
        self.look_closely()

    @rule(mending=st.booleans(), by_itself=st.booleans())
    def crash(self, mending: bool, by_itself: bool) -> None:
        """End the program as a power switch does, perhaps amid mending, and start it again on what the disk holds.

        By a setting, what was interrupted then goes on by itself.
        """
        if mending and self.failing:
            self.disk.fail(failing=False)
            amid = self.run(self._begin_to_mend())
        else:
            amid = None
        next_life = self.disk.cut()
        sent = len(self.provider.sent)
        self.run(self._end(amid))
        del self.provider.sent[sent:]
        self.early.clear()
        next_life()
        self.disk.fail(failing=False)
        self.failing, self.crashes = False, self.crashes + 1
        self.run(self.start())
        self.stopped = set(self.within(lambda: [snapshot.id for snapshot in self.engine.snapshots()]))
        self.asked.clear()
        self.look_closely()
        if by_itself:
            self.within(self.go_on_by_itself)

    async def _begin_to_mend(self) -> asyncio.Task[object]:
        mending = asyncio.ensure_future(self.engine.mend())
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        return mending

    async def _end(self, amid: asyncio.Task[object] | None) -> None:
        if amid is not None:
            await asyncio.wait((amid,))
            amid.exception()
        await self.engine.close(grace_s=0.0)
