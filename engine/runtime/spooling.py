"""Partial text of running streams into the spool, a beat at a time: at most a second behind while that is cheap.

A stream that has text to spool says so once a beat; a beat's work is that of the streams that did, packed in slices
that leave the loop to others, and one write. Its own cost is measured, and the beats come farther apart where they
would take more than their share of a core. What goes wrong here is logged once and stops nothing: the spool only adds.
The text is the stream's as a person sees it, and what the journal gets when it ends.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from itertools import islice
from typing import TYPE_CHECKING

from engine.runtime.pace import Pace
from engine.runtime.ports import logger
from engine.runtime.tape import Tape
from engine.store.spool import Spool, pack

if TYPE_CHECKING:
    from engine.domain.ids import AttemptId
    from engine.runtime.record import Stream

BEAT_S = 0.6
"""Seconds from one beat to the next: with the write, within a second."""

SHARE = 0.05
"""Of a core that beats may take."""

SAVED_S = 0.5
"""Seconds of a core that cheap beats leave to a dear one, such as one that writes the spool anew."""

RETRY_S = 30.0
"""Seconds from a write that failed to the next try."""

BOUND = 16 * 1024 * 1024
"""Bytes from which the spool is written anew with what still streams, each time it has doubled."""

SLICE, SLICE_ANEW = 2_500, 250
"""Streams packed at one go, with what is new of each or with all of it: some two milliseconds. Each go costs a beat one
round of the loop, and a round of a busy loop is long."""


class Spooling:
    """Does nothing before `start`, and nothing at all without a spool."""

    def __init__(self, spool: Spool | None, cpu: Callable[[], float] = time.thread_time) -> None:
        """Write to `spool`; `cpu` counts the seconds that this thread has worked."""
        self._spool = spool
        self._cpu = cpu
        self._on = False
        self._found: Mapping[AttemptId, str] = {}
        self._tapes: dict[AttemptId, Tape] = {}
        self._marked: dict[AttemptId, Tape] = {}
        self._pace = Pace(beat_s=BEAT_S, share=SHARE, saved_s=SAVED_S)
        self._began = self._due = float("-inf")
        self._cost = 0.0
        self._kept = 0
        """Bytes when it was last written anew."""
        self._torn = False
        self._told = False
        self._timer: asyncio.TimerHandle | None = None
        self._beating: asyncio.Task[None] | None = None

    async def found(self) -> Mapping[AttemptId, str]:
        """Return what an earlier run left, by attempt."""
        if self._spool is not None:
            self._found = await self._spool.read()
        return self._found

    async def start(self, unsettled: Iterable[AttemptId]) -> None:
        """Begin with an empty spool; where what was found is not durable elsewhere by now, leave it as it is."""
        if self._spool is None or self._on or not self._found.keys().isdisjoint(unsettled):
            return
        self._found = {}
        self._on = self._torn = True
        await self._beat(self._spool)

    def mark(self, attempt: AttemptId, stream: Stream) -> None:
        """Say that a stream has text; it need not say so again before it is looked at."""
        stream.marked = True
        if not self._on:
            return
        tape = self._tapes.get(attempt)
        if tape is None:
            tape = self._tapes[attempt] = Tape(stream=stream)
        self._marked[attempt] = tape
        self._wake()

    def ended(self, attempt: AttemptId) -> None:
        """Say that an attempt's outcome is durable: its text is kept elsewhere."""
        self._marked.pop(attempt, None)
        if self._tapes.pop(attempt, None) is not None:
            self._wake()

    async def close(self) -> None:
        """Write what is still in flight, or leave no spool where nothing is."""
        on, self._on = self._on, False
        if self._timer is not None:
            self._timer.cancel()
        if self._beating is not None:
            await self._beating
        if self._spool is not None and on:
            await self._beat(self._spool)
            with suppress(OSError):
                await self._spool.close()

    def _wake(self) -> None:
        if self._spool is None or not self._on or self._timer is not None or self._beating is not None:
            return
        if self._marked or self._torn or self._idle(self._spool):
            loop = asyncio.get_running_loop()
            now = loop.time()
            due = self._due if self._due > now else now + BEAT_S
            self._timer = loop.call_at(due, self._start_beat, self._spool)

    def _start_beat(self, spool: Spool) -> None:
        self._timer = None
        self._beating = asyncio.get_running_loop().create_task(self._beat(spool), name="spool")
        self._beating.add_done_callback(self._beaten)

    def _beaten(self, beating: asyncio.Task[None]) -> None:
        del beating
        self._beating = None
        self._wake()

    async def _beat(self, spool: Spool) -> None:
        loop = asyncio.get_running_loop()
        began, before = loop.time(), self._began
        self._began, self._cost = began, 0.0
        try:
            await self._write(spool)
        except Exception as error:  # noqa: BLE001 - whatever is wrong with it, the spool stops nothing
            self._failed(error)
            self._due = loop.time() + RETRY_S
        else:
            self._due = began + self._pace.wait(self._cost, min(began - before, SAVED_S / SHARE))

    async def _write(self, spool: Spool) -> None:
        if self._marked and not self._torn:
            marked, self._marked, self._torn = self._marked, {}, True
            await spool.append(await self._packed(marked, SLICE))
            self._torn = False
        if self._torn or self._idle(spool) or spool.size > max(BOUND, 2 * self._kept):
            await self._write_anew(spool)

    async def _write_anew(self, spool: Spool) -> None:
        self._marked, self._torn = {}, True
        for tape in self._tapes.values():
            tape.rewind()
        await spool.replace(await self._packed(self._tapes, SLICE_ANEW))
        self._kept = spool.size
        self._torn = False

    async def _packed(self, tapes: Mapping[AttemptId, Tape], at_once: int) -> bytes:
        frames: list[bytes] = []
        left = iter(tuple(tapes.items()))
        while some := tuple(islice(left, at_once)):
            began = self._cpu()
            frames.append(pack([(attempt, *tape.take()) for attempt, tape in some]))
            self._cost += self._cpu() - began
            await asyncio.sleep(0)
        return b"".join(frames)

    def _idle(self, spool: Spool) -> bool:
        """Whether the spool holds text and none of it is still needed."""
        return not self._tapes and spool.size > 0

    def _failed(self, error: Exception) -> None:
        if not self._told:
            self._told = True
            logger.warning("text of running streams is not kept meanwhile: %r", error)
