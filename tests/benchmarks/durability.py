"""What does it cost in bytes to keep every step? The real engine over its real store, beside one JSON file replaced.

One task starts with 50 KB and takes 200 steps of 2 KB, each of them with the raw reply that an OpenAI-compatible server
streams. Its *payload* is what has to be kept in the end: the start, the texts of the accepted steps, and their raw
replies as compressed by the store. Beside it stand

- the *records*: what the rows of the journal and of the tasks' settings hold in the end (the payload of their cells by
  SQLite's dbstat), and *all rows*, with those that say what is so now and follow from the records,
- the bytes *written* to database, write-ahead log and rollback journal from the first open to the last close, counted
  below SQLite's VFS, for 50, 100 and 200 steps, with what was written to watermark, spool and results folder apart,
- what one JSON file of start and texts writes, replaced at each step by temporary file, sync, rename.

    python -m tests.benchmarks.durability [--short] [--json]
"""

from __future__ import annotations

import json
import os
import random
import sys
import tempfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.cost.port import Price
from engine.domain.task import TaskSpec
from engine.domain.usage import FinishReason, Usage
from engine.providers.port import Delta, Finished, Opened
from engine.providers.scripted import Script as Events
from engine.providers.scripted import ScriptedProvider, Sent
from engine.simulator.config import SimulatedModel
from engine.simulator.script import Script
from engine.simulator.text import reply
from engine.simulator.wire import DONE, chunk, usage_chunk
from engine.store.codec import COMPRESSION
from engine.store.connection import open_reader
from engine.store.store import FILE, open_store
from tests.benchmarks.report import Aim, Figures, Row, finish
from tests.crash.disk import inline
from tests.crash.disk.assembly import DATA, RESULTS, open_engine
from tests.crash.disk.device import Device
from tests.crash.disk.plain_files import plain_files
from tests.crash.disk.recording import watching
from tests.inline import Inline
from tests.virtual_time import LoopClock

STEPS = (50, 100, 200)
START, STEP = 50 * 1024, 2 * 1024
"""Bytes."""
SUBJECT = "shepherds meadows seasons weather wool dogs fences markets"
START_TEXT = "".join(reply(random.Random(2), SUBJECT, START // 3))[:START]
MODEL = "gpt-4o-mini-2024-07-18"
SERVED = SimulatedModel(id=MODEL, tokens_per_s=1.0, first_token_s=0.0, reply_tokens=1, price=Price())

RECORDS = ("record", "task")
"""The journal's rows, and the settings in which the start lies."""
SIZES = "SELECT name, sum(payload) FROM dbstat WHERE name <> 'sqlite_schema' GROUP BY name"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bytes:
    """What one run came to."""

    payload: int
    records: int
    rows: int
    """Of all tables, the records among them."""
    database: int
    """Written to it and its logs."""
    results: int
    """Written to the results folder."""
    beside: int
    """Written to watermark and spool."""


class Model:
    """Answers with 2 KB each time, and remembers what has to be kept of that."""

    def __init__(self) -> None:
        """Draw the same replies in every run."""
        self._chance = random.Random(1)
        self.texts: list[str] = []
        self.raw = 0
        """Bytes of the raw replies, compressed as the store does it."""

    def text(self) -> str:
        """Return the next reply."""
        return "".join(reply(self._chance, SUBJECT, STEP // 3))[:STEP]

    def play(self, sent: Sent) -> Events:
        """Return a whole reply, and the bytes that a server would have streamed for it."""
        del sent
        text = self.text()
        pieces = tuple(text[at : at + 5] for at in range(0, STEP, 5))
        usage = Usage(input=100, output=len(pieces))
        script = Script(
            request_id=f"{self._chance.getrandbits(64):016x}",
            model=SERVED,
            pieces=pieces,
            finish="stop",
            usage=usage,
            first_token_s=0.0,
            tokens_per_s=0.0,
        )
        events = [chunk(script, {"content": piece}) for piece in pieces]
        raw = b"".join([*events, chunk(script, {}, "stop"), usage_chunk(script, usage), DONE])
        self.texts.append(text)
        self.raw += len(zlib.compress(raw, COMPRESSION))
        return (Opened(script.request_id), Delta(text, len(pieces)), Finished(FinishReason.STOP, usage, None, raw))


def spec(steps: int) -> TaskSpec:
    """Return a task with a start of 50 KB."""
    return TaskSpec(goal=START_TEXT, provider="scripted", model=MODEL, max_steps=steps, max_output=1_000)


async def work(root: Path, model: Model, steps: int) -> None:
    """Run the task to its end."""
    store = await open_store(root / DATA, clock=LoopClock(), executors=(Inline(), Inline()))
    engine = await open_engine(root, store, ScriptedProvider(playbook=model.play), seed=1)
    (task,) = await engine.submit([spec(steps)])
    async for _ in engine.watch(task):
        pass
    await engine.close()
    if len(model.texts) != steps:
        raise RuntimeError(f"{len(model.texts)} replies for {steps} steps")


def measure(steps: int) -> Bytes:
    """Run the task on a watched folder."""
    model = Model()
    with tempfile.TemporaryDirectory(prefix="drover-bench-") as folder:
        device = Device(Path(folder), keep=False)
        with watching(device):
            inline.run(work(Path(folder), model, steps))
        rows = held(Path(folder, DATA, FILE))
    database = sum(size for name, size in device.written.items() if name.startswith(f"{DATA}/{FILE}"))
    results = sum(size for name, size in device.written.items() if name.startswith(f"{RESULTS}/"))
    return Bytes(
        payload=START + sum(len(text.encode()) for text in model.texts) + model.raw,
        records=sum(rows[name] for name in RECORDS),
        rows=sum(rows.values()),
        database=database,
        results=results,
        beside=device.written.total() - database - results,
    )


def held(file: Path) -> dict[str, int]:
    """Return the bytes that the rows of each table or key hold."""
    connection = open_reader(file)
    try:
        return {name: int(size) for name, size in connection.execute(SIZES)}
    finally:
        connection.close()


def whole_file(steps: int) -> int:
    """Return the bytes that one file of start and texts takes, replaced at each step."""
    model, texts = Model(), list[str]()
    with tempfile.TemporaryDirectory(prefix="drover-bench-") as folder:
        device, file = Device(Path(folder), keep=False), Path(folder, "task.json")
        with plain_files(device):
            for _ in range(steps):
                texts.append(model.text())
                replace_whole(file, json.dumps({"start": START_TEXT, "steps": texts}))
    return device.written.total()


def replace_whole(file: Path, content: str) -> None:
    """Write a file anew: temporary file, sync, rename, sync of the folder."""
    temporary = file.with_suffix(".tmp")
    with temporary.open("w") as opened:
        opened.write(content)
        opened.flush()
        os.fsync(opened.fileno())
    temporary.replace(file)
    folder = os.open(file.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)


def row(steps: int, ours: Bytes, theirs: int) -> Row:
    """Put ours beside the baseline."""
    figures: Figures = {
        "payload": ours.payload,
        "records": ours.records,
        "records_ratio": round(ours.records / ours.payload, 3),
        "all_rows_ratio": round(ours.rows / ours.payload, 3),
        "written": ours.database,
        "written_ratio": round(ours.database / ours.payload, 2),
        "watermark_and_spool": ours.beside,
        "results_folder": ours.results,
        "results_ratio": round(ours.results / ours.payload, 2),
    }
    other = {"written": theirs, "written_ratio": round(theirs / ours.payload, 1)}
    ratio = {"written": round(theirs / ours.database, 1)}
    return Row(case=f"{steps} steps of 2 KB from 50 KB", ours=figures, baseline={"json+rename": other}, ratio=ratio)


def growth(few: int, some: int, many: int) -> float:
    """Return how much more a later step writes than an earlier one: 1 where that is linear."""
    first = (some - few) / (STEPS[1] - STEPS[0])
    later = (many - some) / (STEPS[2] - STEPS[1])
    return round(later / first, 3)


def aims(runs: Sequence[Bytes]) -> list[Aim]:
    """Return what is asked of runs of more and more steps, all of it in times of something else."""
    last = runs[-1]
    asked = (
        (
            "bytes of records over 200 steps from a 50 KB start, by their payload",
            round(last.records / last.payload, 3),
            1.1,
        ),
        ("bytes written to the database's files, by the payload", round(last.database / last.payload, 2), 6),
        (
            "bytes written by a step between 100 and 200, by those between 50 and 100",
            growth(*(each.database for each in runs)),
            1.1,
        ),
        ("the same of the results folder", growth(*(each.results for each in runs)), 1.1),
    )
    return [Aim(text=text, value=value, op="<=", bound=bound, unit="times") for text, value, bound in asked]


def main() -> int:
    """Run; some seconds, with `--short` too."""
    runs = [measure(steps) for steps in STEPS]
    rows = [row(steps, ours, whole_file(steps)) for steps, ours in zip(STEPS, runs, strict=True)]
    return finish("durability", rows, aims(runs))


if __name__ == "__main__":
    sys.exit(main())
