"""The beat of the spool, on virtual time: what it writes and when, what it costs, what it leaves when that fails."""

from __future__ import annotations

import asyncio
import errno
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import pytest

from app.redaction import Redactor
from engine.domain.errors import DroverError, ErrorCode
from engine.domain.ids import AttemptId, TaskId
from engine.domain.states import State
from engine.domain.step import AttemptStatus, Outcome
from engine.providers.port import Delta, Opened
from engine.providers.scripted import Script, ScriptedProvider, Wait, in_turn, reply
from engine.runtime import spooling
from engine.runtime.record import Stream
from engine.runtime.spooling import BEAT_S, RETRY_S, SAVED_S, SHARE, Spooling
from engine.store.memory import MemoryStore
from engine.store.spool import MAGIC, MemorySpool, pack, unpack
from tests.virtual_time import run
from tests.workbench import Bench, bench

FULL = OSError(errno.ENOSPC, "No space left on device")


def name(number: int) -> AttemptId:
    """Return the id of an attempt."""
    return AttemptId(f"{number:026d}")


@dataclass(slots=True)
class Worked:
    """A count of this thread's work that grows by `each` with every second look: a slice of a beat."""

    each: float = 0.0
    looks: int = 0

    def __call__(self) -> float:
        """Return the seconds so far."""
        self.looks += 1
        return self.looks // 2 * self.each


class Counted(MemorySpool):
    """A spool that remembers how much was written anew, each time."""

    def __init__(self) -> None:
        """Begin empty."""
        super().__init__()
        self.anew: list[int] = []

    async def replace(self, frames: bytes) -> None:
        """See `Spool`."""
        self.anew.append(len(frames))
        await super().replace(frames)


async def begun(spool: MemorySpool, cpu: Callable[[], float] | None = None) -> Spooling:
    """Return a spooling that has started."""
    made = Spooling(spool, cpu or Worked())
    await made.found()
    await made.start(())
    return made


def say(to: Spooling, attempt: AttemptId, stream: Stream, text: str) -> None:
    """Let a delta come, as `Attempt` does."""
    stream.add(text, 1, 0.0)
    if not stream.marked:
        to.mark(attempt, stream)


async def speak(to: Spooling, attempts: Iterable[int], seconds: float, every: float = 0.1) -> dict[AttemptId, Stream]:
    """Let streams get a word every so often for a while."""
    streams = {name(number): Stream(number=1, step=1) for number in attempts}
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    while loop.time() < end:
        for attempt, stream in streams.items():
            say(to, attempt, stream, f"{loop.time():.1f} ")
        await asyncio.sleep(every)
    return streams


def test_the_spool_is_never_more_than_a_second_behind() -> None:
    """At any moment it has all that had come a second before."""

    async def main() -> None:
        spool = MemorySpool()
        made = await begun(spool)
        stream, came = Stream(number=1, step=1), list[tuple[float, int]]()
        loop = asyncio.get_running_loop()
        for _ in range(200):
            say(made, name(1), stream, "word ")
            came.append((loop.time(), stream.characters))
            await asyncio.sleep(0.07)
            due = max((characters for at, characters in came if at <= loop.time() - 1.0), default=0)
            assert len(unpack(spool.data).get(name(1), "")) >= due
        assert stream.text.startswith(unpack(spool.data)[name(1)])
        assert len(spool.writes) <= 200 * 0.07 / BEAT_S + 1

    run(main())


def test_only_streams_with_new_text_are_looked_at() -> None:
    """One of a thousand speaks: the beat writes that one, in one block, and nothing when nobody does."""

    async def main() -> None:
        spool = MemorySpool()
        made = await begun(spool)
        streams = await speak(made, range(1000), 0.1)
        await asyncio.sleep(1)
        before = len(spool.data)
        say(made, name(7), streams[name(7)], "alone ")
        await asyncio.sleep(5)
        assert spool.data[before:] == pack([(name(7), 7, "alone ")])
        assert len(spool.writes) == 2

    run(main())


def test_an_ended_attempt_is_not_written_and_an_idle_spool_is_emptied() -> None:
    """Its text is in the journal; while another streams nothing is rewritten, after the last one nothing stays."""

    async def main() -> None:
        spool = MemorySpool()
        made = await begun(spool)
        await speak(made, (1, 2), 2.0)
        made.ended(name(1))
        await asyncio.sleep(5)
        assert set(unpack(spool.data)) == {name(1), name(2)}
        made.ended(name(2))
        await asyncio.sleep(1)
        assert spool.data == b""

    run(main())


def test_the_spool_does_not_grow_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    """Past a bound it is written anew with what still streams, and then each time it has doubled."""
    monkeypatch.setattr(spooling, "BOUND", 4_000)

    async def main() -> None:
        spool, sizes = MemorySpool(), list[int]()
        made = await begun(spool)
        lasting = Stream(number=1, step=1)
        for number in range(200):
            say(made, name(0), lasting, f"{number} ")
            await speak(made, (number + 1,), 1.0)
            made.ended(name(number + 1))
            sizes.append(len(spool.data))
            assert lasting.text.startswith(unpack(spool.data).get(name(0), ""))
        assert max(sizes) < 8_000
        assert sum(spool.writes) > 10_000
        await asyncio.sleep(1)
        assert unpack(spool.data)[name(0)] == lasting.text

    run(main())


def test_text_that_only_grows_is_not_rewritten_at_each_beat(monkeypatch: pytest.MonkeyPatch) -> None:
    """All of it is needed: what is rewritten in all stays within a few times what came."""
    monkeypatch.setattr(spooling, "BOUND", 1_000)

    async def main() -> None:
        spool = Counted()
        made = await begun(spool)
        streams = await speak(made, (1, 2, 3), 400.0)
        characters = sum(stream.characters for stream in streams.values())
        assert sum(spool.anew) < 4 * characters
        assert len(spool.anew) < 20

    run(main())


def test_beats_keep_within_their_share_of_a_core() -> None:
    """Each slice of streams works 100 ms: over a minute no more than 5 % of it, with what was saved up."""

    async def main() -> None:
        spool, worked = MemorySpool(), Worked(each=0.1)
        made = await begun(spool, worked)
        await speak(made, range(1000), 60.0, every=0.4)
        assert 60 * SHARE * 0.7 < worked.looks // 2 * worked.each <= 60 * SHARE + SAVED_S + 0.25

    run(main())


def test_a_beat_leaves_the_loop_to_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hundred streams by ten: the loop goes round between one slice and the next."""
    monkeypatch.setattr(spooling, "SLICE", 10)

    async def main() -> None:
        packing, round_, seen = asyncio.Event(), 0, list[int]()

        def watched() -> float:
            packing.set()
            seen.append(round_)
            return 0.0

        made = await begun(MemorySpool(), watched)
        await speak(made, range(100), 0.1)
        await packing.wait()
        for round_ in range(1, 100):  # noqa: B007 - the rounds are what is counted
            await asyncio.sleep(0)
        assert len(set(seen)) == 10

    run(main())


def test_a_full_disk_is_logged_once_and_mended_by_writing_anew(caplog: pytest.LogCaptureFixture) -> None:
    """What was torn is replaced when there is room again: nothing that still streams is missing."""

    async def main() -> None:
        spool = MemorySpool()
        made = await begun(spool)
        streams = await speak(made, (1, 2), 2.0)
        data, good = spool.data, unpack(spool.data)
        spool.failing = FULL
        for attempt, stream in streams.items():
            say(made, attempt, stream, "lost? ")
        await asyncio.sleep(3 * RETRY_S)
        assert spool.data != data
        assert unpack(spool.data) == good
        spool.failing = None
        await asyncio.sleep(RETRY_S)
        assert unpack(spool.data) == {attempt: stream.text for attempt, stream in streams.items()}

    with caplog.at_level(logging.WARNING):
        run(main())
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "No space" in caplog.text


def test_a_failing_spool_is_no_task_s_failure() -> None:
    """Tasks run to their end and close as if there were none."""

    async def main() -> None:
        spool = MemorySpool(failing=FULL)
        async with bench(in_turn(reply("a b c d", pause_s=1.0)), spool=spool) as b:
            task = await b.submit(max_steps=3)
            assert (await b.done(task)).state is State.COMPLETED

    run(main())


# --- with a whole engine


async def _killed(spool: MemorySpool, store: MemoryStore, script: Script) -> TaskId:
    """Leave task and spool as a kill -9 six seconds into a reply leaves them."""
    async with bench(in_turn(script), store=store, provider=ScriptedProvider(), spool=spool) as b:
        task = await b.submit()
        await asyncio.sleep(6)
        kept, records = dict(store.tasks), {t: list(r) for t, r in store.records.items()}
        data = spool.data
    store.tasks, store.records, spool.data = kept, records, data
    return task


WORDS = "The hedge grows at night "
HALF: Script = (
    Opened(""),
    *(part for word in WORDS.split() for part in (Delta(f"{word} ", 1), Wait(1.0))),
    Wait(1e6),
)
"""A word a second, and then nothing more."""


async def _unknown(b: Bench, task: TaskId) -> Outcome:
    outcome = (await b.engine.steps(task))[0].attempts[0].outcome
    assert outcome is not None
    assert outcome.status is AttemptStatus.UNKNOWN
    return outcome


def test_after_a_kill_the_unknown_attempt_has_what_arrived() -> None:
    """Its status and money are as without; the spool is empty after, and the next start changes nothing."""

    async def main() -> None:
        spool, store = MemorySpool(), MemoryStore()
        task = await _killed(spool, store, HALF)
        assert spool.data
        async with bench(store=store, spool=spool) as b:
            unknown = await _unknown(b, task)
            assert unknown.text == WORDS
            assert b.engine.snapshot(task).standing.spent == unknown.cost > 0
            assert spool.data == b""
            await b.engine.close()
            await b.reopen()
            assert await _unknown(b, task) == unknown

    run(main())


def test_no_key_and_no_half_of_one_is_spooled() -> None:
    """It comes in two deltas, a beat apart; what an older spool has is cleaned before it is journaled."""

    async def main() -> None:
        spool, store, redactor = MemorySpool(), MemoryStore(), Redactor()
        redactor.learn("sk-canary-0123456789")
        halves: Script = (Opened(""), Delta("The key sk-canary-", 1), Wait(2.0), Delta("0123456789 at", 1), Wait(1e6))
        async with bench(in_turn(halves), spool=spool, redact=redactor) as b:
            await b.submit()
            for seconds in (1, 3):
                await asyncio.sleep(seconds)
                assert b"canary" not in spool.data
            assert list(unpack(spool.data).values()) == ["The key [key] at"]
        spool = MemorySpool()
        task = await _killed(spool, store, halves)
        async with bench(store=store, spool=spool, redact=redactor) as b:
            assert (await _unknown(b, task)).text == "The key [key] at"

    run(main())


def test_a_spool_is_not_emptied_before_its_text_is_durable() -> None:
    """The store takes nothing at this start: the text waits for the next one, or for the store to be mended."""

    async def main() -> None:
        spool, store = MemorySpool(), MemoryStore()
        task = await _killed(spool, store, HALF)
        data = spool.data

        def broken() -> MemoryStore:
            records = {task: list(each) for task, each in store.records.items()}
            return MemoryStore(tasks=dict(store.tasks), records=records, failing=DroverError(ErrorCode.DISK_FULL))

        async with bench(store=broken(), spool=spool):
            pass
        assert spool.data == data
        async with bench(store=broken(), spool=spool) as b:
            assert spool.data == data
            b.store.failing = None
            await b.engine.mend()
            assert (await _unknown(b, task)).text == WORDS
            assert spool.data == b""

    run(main())


def test_a_reply_that_the_store_did_not_take_stays_in_the_spool() -> None:
    """Its outcome is not durable: the text is all there is, at the end of the program too."""

    async def main() -> None:
        spool, store = MemorySpool(), MemoryStore()
        async with bench(in_turn(reply("one two three ", pause_s=1.0)), store=store, spool=spool) as b:
            await b.submit()
            await asyncio.sleep(1.5)
            store.failing = DroverError(ErrorCode.DISK_FULL)
            await asyncio.sleep(10)
        assert list(unpack(spool.data).values()) == ["one two three "]

    run(main())


def test_a_broken_spool_stops_no_start() -> None:
    """Garbage is nothing, and is replaced."""

    async def main() -> None:
        spool = MemorySpool(data=MAGIC + b"\xff" * 100)
        async with bench(in_turn(reply("a b", pause_s=1.0)), spool=spool) as b:
            assert spool.data == b""
            assert (await b.done(await b.submit(max_steps=1))).state is State.COMPLETED

    run(main())
