"""A store whose files were harmed, opened and read: it may refuse, name damage, or say that its end is missing.

What it may not do is to give out anything that was not given in, or to leave anything out and say nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.domain.errors import DroverError
from tests.crash.disk import inline
from tests.crash.disk.assembly import DATA, open_data
from tests.crash.disk.examination import lay, spoken_of
from tests.crash.disk.harm import Harm, harmed
from tests.crash.disk.recording import Recording, scratch
from tests.crash.disk.remains import Disk
from tests.crash.disk.tally import Tally
from tests.crash.disk.verdict import Found, read
from tests.crash.disk.witness import Witness

KINDS = {
    "another": "harms after which something was given out that was never given in",
    "silent": "harms after which something was missing and nothing was said",
    "fell": "harms that ended in an error nobody was told of",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """A store in the middle of its work: its files, and what it holds by what was said."""

    files: Mapping[str, bytes]
    witness: Witness
    at: int


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
    return best


def _living(store: Whole) -> int:
    """Return the bytes that are in the log and in the file, whichever has less."""
    sizes = [len(content) for name, content in store.files.items() if name.endswith((".db", ".db-wal"))]
    return min(sizes) if len(sizes) == 2 else 0


def judge(store: Whole, harms: Sequence[Harm]) -> Tally:
    """Open and read a store after each harm by itself."""
    with scratch() as root:
        return inline.run(_judge(store, harms, Path(root)))


async def _judge(store: Whole, harms: Sequence[Harm], root: Path) -> Tally:
    tally, promised = Tally(), store.witness.promised(store.at)
    for harm in harms:
        lay(harmed(store.files, harm), root)
        try:
            found = await _read(root, store.witness)
        except Exception as error:  # noqa: BLE001 - that is the verdict
            tally.blame("fell", str(harm), [repr(error)])
            continue
        lost = found.lost(promised)
        spoken = "refused" if found.refused else "named" if found.named else "as_it_was"
        tally.counts[spoken] += 1
        tally.blame("another", str(harm), found.wrong)
        tally.blame("silent", str(harm), lost if spoken == "as_it_was" else [])
    return tally


async def _read(root: Path, witness: Witness) -> Found:
    try:
        store = await open_data(root)
    except DroverError as error:
        return Found(refused=str(error))
    try:
        found = await read(store, witness)
        found.named += spoken_of(store)
    finally:
        await store.close()
    return found
