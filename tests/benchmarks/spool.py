"""What does it cost to keep the text of running streams, and how far behind is it? Beside one append per stream.

10,000 streams get 10 tokens a second each from a feed in the same process; each ends after 300 tokens and another takes
its place, so that the spool is also written anew. The cost is the time that threads work for the spool: the loop's in
its beats, and those of aiofiles; beside it stands what the whole process takes more than the same feed without a spool,
which also has the marks and the turns of the loop, and the noise of the machine. The lag is from a token's arrival to
the end of the write that holds it; how late the feed was and how long a write took at most say what of it is the
machine's, whose disk others may keep busy. The
baseline appends each stream's new text to a file of its own by aiofiles, one await a stream.

    python -m tests.benchmarks.spool [--short] [--json]
"""

from __future__ import annotations

import asyncio
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import ParamSpec, TypeVar

import aiofiles

from app.limits import raise_open_files
from engine.domain.ids import AttemptId, ulid
from engine.runtime.record import Stream
from engine.runtime.spooling import BEAT_S, Spooling
from engine.simulator.text import reply
from engine.store.spool import MAGIC, Spool, pieces_of
from engine.store.spool_file import FileSpool
from tests.benchmarks.report import Aim, Figures, Row, finish, percentile

P = ParamSpec("P")
T = TypeVar("T")

STREAMS = 10_000
RATE = 10
"""Tokens a second of each stream."""
TOKENS = 300
"""Tokens of a reply."""
SAMPLED = 50
"""One stream of so many has its lag measured."""


class Watched(FileSpool):
    """A spool that remembers when each block was written."""

    def __init__(self, folder: Path) -> None:
        """Write to a folder."""
        super().__init__(folder)
        self.written: list[tuple[float, bytes]] = []
        self.anew = self.largest = 0
        self.slowest = 0.0

    async def append(self, frames: bytes) -> None:
        """See `Spool`."""
        began = time.perf_counter()
        await super().append(frames)
        self.slowest = max(self.slowest, time.perf_counter() - began)
        self.written.append((time.perf_counter(), frames))
        self.largest = max(self.largest, self.size)

    async def replace(self, frames: bytes) -> None:
        """See `Spool`."""
        await super().replace(frames)
        self.anew += bool(frames)


@dataclass(slots=True)
class Feed:
    """The streams, and when the tokens of some of them came."""

    spooling: Spooling
    streams: list[tuple[AttemptId, Stream]] = field(default_factory=list[tuple[AttemptId, Stream]])
    came: dict[AttemptId, list[tuple[float, int]]] = field(default_factory=dict[AttemptId, list[tuple[float, int]]])
    number: int = 0
    late: float = 0.0
    """Seconds that it was behind at most."""
    words: list[str] = field(default_factory=lambda: reply(random.Random(1), "hedges and walls", TOKENS))

    def __post_init__(self) -> None:
        """Begin with streams that are anywhere in their replies."""
        for place in range(STREAMS):
            self.streams.append(self._new(place))
            self.streams[-1][1].tokens = place % TOKENS

    def _new(self, place: int) -> tuple[AttemptId, Stream]:
        self.number += 1
        attempt = AttemptId(ulid(1_800_000_000_000, self.number))
        if place % SAMPLED == 0:
            self.came[attempt] = []
        return attempt, Stream(number=1, step=1)

    async def run(self, seconds: float) -> None:
        """Give every stream a token ten times a second, a fiftieth of them at a time."""
        loop = asyncio.get_running_loop()
        began, turn = loop.time(), 0
        while (due := began + turn / (RATE * 50)) < began + seconds:
            await asyncio.sleep(max(0.0, due - loop.time()))  # one that is late, too, gives others a turn
            self.late = max(self.late, loop.time() - due)
            for place in range(turn % 50, STREAMS, 50):
                self._token(place)
            turn += 1

    def _token(self, place: int) -> None:
        attempt, stream = self.streams[place]
        if stream.tokens == TOKENS:
            self.spooling.ended(attempt)
            attempt, stream = self.streams[place] = self._new(place)
        stream.add(self.words[stream.tokens], 1, 0.0)
        if not stream.marked:
            self.spooling.mark(attempt, stream)
        if place % SAMPLED == 0:
            self.came[attempt].append((time.perf_counter(), stream.characters))


class Threads(ThreadPoolExecutor):
    """The threads of aiofiles, and how long they worked."""

    worked = 0.0

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Count what `fn` takes."""

        def counted() -> T:
            began = time.thread_time()
            try:
                return fn(*args, **kwargs)
            finally:
                self.worked += time.thread_time() - began

        return super().submit(counted)


@dataclass(slots=True)
class Beats:
    """A clock of the thread's work that adds up what lies between two looks: a beat's slices."""

    worked: float = 0.0
    began: float | None = None

    def __call__(self) -> float:
        """See `time.thread_time`."""
        now = time.thread_time()
        if self.began is None:
            self.began = now
        else:
            self.worked += now - self.began
            self.began = None
        return now


@dataclass(frozen=True, slots=True, kw_only=True)
class Fed:
    """One turn: shares of a core, of the spool and of the process, and what the feed saw."""

    spool: float
    process: float
    feed: Feed


async def fed(spool: Spool | None, seconds: float) -> Fed:
    """Feed streams for a while."""
    threads, beats = Threads(4), Beats()
    asyncio.get_running_loop().set_default_executor(threads)
    spooling = Spooling(spool, beats)
    await spooling.start(())
    feed = Feed(spooling)
    await feed.run(2 * BEAT_S)
    began, worked, own = time.perf_counter(), time.process_time(), threads.worked + beats.worked
    await feed.run(seconds)
    took = time.perf_counter() - began
    done = Fed(
        spool=(threads.worked + beats.worked - own) / took, process=(time.process_time() - worked) / took, feed=feed
    )
    await spooling.close()
    threads.shutdown()
    return done


def lags(feed: Feed, written: Sequence[tuple[float, bytes]]) -> list[float]:
    """Return, for each token of the sampled streams that was written, the seconds from its arrival to that."""
    known, found = dict.fromkeys(feed.came, 0), list[float]()
    for at, frames in written:
        ends = _ends(frames)
        for attempt in known.keys() & ends.keys():
            new = [came for came, end in feed.came[attempt] if known[attempt] < end <= ends[attempt]]
            found += [at - came for came in new]
            known[attempt] = max(known[attempt], ends[attempt])
    return found


def _ends(frames: bytes) -> dict[AttemptId, int]:
    """Return up to which character a block has each stream."""
    return {attempt: offset + len(text) for attempt, offset, text in pieces_of(MAGIC + frames)}


async def one_append_a_stream(folder: Path) -> Figures:
    """Return what one beat costs where each stream has a file of its own."""
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(4))
    files = [await aiofiles.open(folder / str(number), "ab", buffering=0) for number in range(STREAMS)]
    text = ("word " * round(RATE * BEAT_S)).encode()
    began, worked = time.perf_counter(), time.process_time()
    for file in files:
        await file.write(text)
    took, cost = time.perf_counter() - began, time.process_time() - worked
    for file in files:
        await file.close()
    return {"core_percent": round(100 * cost / BEAT_S, 1), "lag_max_s": round(BEAT_S + took, 2)}


async def measure(folder: Path, *, seconds: float, turns: int) -> tuple[Row, Figures]:
    """Measure with and without, in turns."""
    with_, without, behind, sizes, anew = list[Fed](), list[Fed](), list[float](), list[int](), 0
    slowest = 0.0
    for _ in range(turns):
        without.append(await fed(None, seconds))
        spool = Watched(folder)
        with_.append(await fed(spool, seconds))
        behind += lags(with_[-1].feed, spool.written)
        sizes.append(spool.largest)
        anew += spool.anew
        slowest = max(slowest, spool.slowest)
    more = [ours.process - idle.process for ours, idle in zip(with_, without, strict=True)]
    ours = {
        "core_percent": round(100 * max(each.spool for each in with_), 2),
        "lag_p50_s": round(percentile(behind, 0.5), 3),
        "lag_p99_s": round(percentile(behind, 0.99), 3),
        "lag_max_s": round(max(behind), 3),
    }
    theirs = await one_append_a_stream(folder)
    ratio = {name: round(theirs[name] / ours[name], 1) for name in theirs}
    row = Row(case=f"{STREAMS} streams, {RATE} tokens/s each", ours=ours, baseline={"append each": theirs}, ratio=ratio)
    return row, {
        "process_more_percent": round(100 * statistics.median(more), 2),
        "feed_late_max_s": round(max(each.feed.late for each in with_), 3),
        "write_max_s": round(slowest, 3),
        "tokens_timed": len(behind),
        "spool_mb": round(max(sizes) / 1e6, 1),
        "written_anew": anew,
    }


def main(arguments: Sequence[str]) -> int:
    """Run; `--short` takes about a minute."""
    raise_open_files()
    short = "--short" in arguments
    with tempfile.TemporaryDirectory(prefix="drover-bench-", dir=Path.home()) as folder:
        row, counts = asyncio.run(measure(Path(folder), seconds=20.0 if short else 60.0, turns=1 if short else 2))
    aims = [
        Aim(text="of a core for the spool", value=row.ours["core_percent"], op="<=", bound=5, unit="%"),
        Aim(text="the longest lag", value=row.ours["lag_max_s"], op="<=", bound=1, unit="s"),
    ]
    return finish("spool", [row], aims, counts)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
