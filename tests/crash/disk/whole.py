"""A store in the middle of its work, taken from a recording: what is harmed bit by bit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from engine.recipes import recipe
from engine.results.folder import ResultsFolder
from engine.store.store import SqliteStore
from tests.crash.disk import inline
from tests.crash.disk.assembly import DATA, RESULTS, open_data
from tests.crash.disk.examination import lay
from tests.crash.disk.recording import Recording, scratch
from tests.crash.disk.remains import Disk
from tests.crash.disk.witness import Witness


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """Its files, with the results made from it, and what it holds by what was said."""

    files: Mapping[str, bytes]
    witness: Witness
    at: int
    spent: int = 0
    """Pico that count as spent or held."""


def whole(recording: Recording) -> Whole:
    """Return the store as it was when a watermark had just been written, the log was long and the file not empty."""
    disk, best, marks = Disk(), None, {at for at, _ in recording.witness.marks}
    for at, operation in enumerate(recording.operations, 1):
        disk.perform(operation)
        if at in marks:
            found = Whole(files=disk.whole().files(DATA), witness=recording.witness, at=at)
            if best is None or _living(found) >= _living(best):
                best = found
    if best is None:
        raise RuntimeError("no watermark was written")
    return inline.run(_with_results(best))


async def published(store: SqliteStore, root: Path) -> dict[str, bytes]:
    """Write the results of all tasks anew, and return what is then in their files."""
    results = ResultsFolder(root / RESULTS, store, recipe)
    for task in await store.scan():
        results.publish(task.id)
    await results.close()
    return {str(file.relative_to(root)): file.read_bytes() for file in (root / RESULTS).rglob("*.md")}


def _living(store: Whole) -> int:
    """Return the bytes that are in the log and in the file, whichever has less."""
    sizes = [len(content) for name, content in store.files.items() if name.endswith((".db", ".db-wal"))]
    return min(sizes) if len(sizes) == 2 else 0


async def _with_results(found: Whole) -> Whole:
    with scratch() as folder:
        root = Path(folder)
        lay(found.files, root)
        store = await open_data(root)
        results, spent = await published(store, root), (await store.spending()).total
        await store.close()
    return replace(found, files={**found.files, **results}, spent=spent)
