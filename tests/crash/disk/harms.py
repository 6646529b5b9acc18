"""A store whose files were harmed, opened and read: it may refuse, name damage, or say that its end is missing.

What it may not do is to give out anything that was not given in, or to leave anything out and say nothing. Damage that
only reading finds is told to the store, as the engine does, and the next start must repair it: a task that is not named
is whole then, and of a named one the beginning is there.

Files of the results folder are made from the store and never read by Drover: where one of them is harmed all that is
given out is as it was, and writing them anew makes them what they were.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from engine.domain.damage import STORE, Damage
from engine.domain.errors import DroverError
from engine.results.atomic import stamp
from engine.store import watermark
from engine.store.store import SqliteStore
from tests.crash.disk import inline
from tests.crash.disk.assembly import RESULTS, open_data
from tests.crash.disk.examination import lay, spoken_of
from tests.crash.disk.harm import Harm, harmed
from tests.crash.disk.recording import scratch
from tests.crash.disk.tally import Tally
from tests.crash.disk.verdict import Found, bits, read
from tests.crash.disk.whole import Whole, published

KINDS = {
    "another": "harms after which something was given out that was never given in",
    "silent": "harms after which something was missing and nothing was said",
    "cheaper": "harms without a lost end after which less counted as spent",
    "unmended": "harms that were named and that the next start did not repair",
    "unlost": "harms of the watermark after which records were said to be missing",
    "fell": "harms that ended in an error nobody was told of",
}


def judge(store: Whole, harms: Sequence[Harm]) -> Tally:
    """Open and read a store after each harm by itself."""
    with scratch() as root:
        return inline.run(_judge(store, harms, Path(root)))


async def _judge(store: Whole, harms: Sequence[Harm], root: Path) -> Tally:
    tally = Tally()
    for harm in harms:
        lay(harmed(store.files, harm), root)
        if harm.name.startswith(RESULTS):
            stamp(root / harm.name)  # the disk changed it, and nobody wrote to it
        try:
            found = await _opened(root, store, tally, harm)
            tally.counts[_spoken(found)] += 1
            if found.unread:
                found = await _opened(root, store, tally, harm, found.damage)
                tally.blame("unmended", str(harm), [found.refused or str(found.unread)] if _fails(found) else [])
        except Exception as error:  # noqa: BLE001 - that is the verdict
            tally.blame("fell", str(harm), [repr(error)])
    return tally


async def _opened(root: Path, whole: Whole, tally: Tally, harm: Harm, before: tuple[Damage, ...] = ()) -> Found:
    """Open the store, read all of it, and blame it for what is amiss; what cannot be read is suspected.

    Damage found `before` was told then, and stays in the journal.
    """
    try:
        store = await open_data(root)
    except DroverError as error:
        return Found(refused=str(error))
    try:
        damage = (*before, *store.damage)
        found = await read(store, whole.witness, {each.task for each in damage} - {STORE})
        found.named += spoken_of(store)
        found.damage = damage
        if found.unread:
            await store.suspect(found.unread)
        if harm.name.startswith(RESULTS):
            tally.blame("another", str(harm), await _other_files(root, whole, store))
    finally:
        await store.close()
    tally.blame("another", str(harm), found.wrong)
    tally.blame("silent", str(harm), list(_unsaid(found, whole)))
    unlost = store.lost and harm.name.endswith(watermark.NAME)
    tally.blame("unlost", str(harm), [f"{store.lost} records"] if unlost else [])
    cheaper = not (found.unread or store.lost) and found.spent < whole.spent
    tally.blame("cheaper", str(harm), [f"{found.spent} instead of {whole.spent}"] if cheaper else [])
    return found


async def _other_files(root: Path, whole: Whole, store: SqliteStore) -> list[str]:
    now = await published(store, root)
    return [name for name, content in whole.files.items() if name.startswith(RESULTS) and now.get(name) != content]


def _unsaid(found: Found, whole: Whole) -> Iterator[str]:
    """Yield what was promised, is missing, and was not named: by its task, or as so many at the end of the journal."""
    named = {*found.unread, *(damage.task for damage in found.damage)}
    missing = found.missing(whole.witness.promised(whole.at))
    unnamed = {task: bits(places) for task, places in missing.items() if task not in named}
    buried = sum(damage.exported for damage in found.damage)  # under a name of their own, where theirs is lost too
    ends = sum(damage.lost_records for damage in found.damage if damage.task == STORE)
    if len(unnamed) > buried and sum(map(len, unnamed.values())) > ends:
        yield f"{unnamed} are missing, {ends} records were said to be"


def _fails(found: Found) -> bool:
    return bool(found.unread or found.refused)


def _spoken(found: Found) -> str:
    return "refused" if found.refused else "named" if found.named else "as_it_was"
