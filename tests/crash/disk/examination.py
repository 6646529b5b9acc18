"""A disk as a cut left it, looked at: its files, then its store read, then an engine opened on it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

from engine.domain.errors import DroverError
from engine.providers.scripted import ScriptedProvider
from engine.results.task_files import MARK
from engine.store import watermark
from engine.store.store import SqliteStore
from tests.crash.disk.assembly import DATA, open_data, open_engine
from tests.crash.disk.verdict import Found, read
from tests.crash.disk.witness import Witness, digest
from tests.crash.disk.work import PROVIDER


def lay(files: Mapping[str, bytes], root: Path) -> None:
    """Make a folder hold these files and nothing else."""
    shutil.rmtree(root, ignore_errors=True)
    for name, content in files.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)


async def examine(root: Path, witness: Witness) -> Found:
    """Open the store below `root` and read all of it, then open an engine on it and close it."""
    marked = watermark.read(root / DATA)
    mark = -1 if marked is None else marked.seq
    try:
        store = await open_data(root)
        found = await read(store, witness)
        found.named += spoken_of(store)
        engine = await open_engine(root, store, ScriptedProvider(name=PROVIDER), seed=1)
    except DroverError as error:
        return Found(refused=str(error), mark=mark)
    found.mark = mark
    missing = found.present.keys() - {snapshot.id for snapshot in engine.snapshots()}
    found.wrong += [f"task {task} is not in the engine" for task in missing]
    await engine.close(grace_s=0.0)
    return found


def spoken_of(store: SqliteStore) -> list[str]:
    """Return the damage that a store found when it was opened."""
    lost = [f"{store.lost} records behind the watermark"] if store.lost else []
    return lost + [f"{damage.task}: {damage.place}" for damage in store.damage]


def files_amiss(files: Mapping[str, bytes], witness: Witness, at: int) -> Iterator[str]:
    """Yield published files that are missing, torn or older than was said when `at` operations were done.

    A file beside a mark may be torn: the next start writes it anew from the store.
    """
    for name in witness.files:
        contents, due = witness.may_hold(name, at)
        if name not in files:
            if due:
                yield f"{name} is missing"
        elif digest(files[name]) not in contents and f"{name.rpartition('/')[0]}/{MARK}" not in files:
            yield f"{name} is older than was said, or torn"
