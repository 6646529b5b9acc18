"""The power cut after every operation of a run: what may be left each time, looked at and judged.

Many cuts leave the same: a store that was looked at is not looked at again, only judged against what was said since.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

from tests.crash.disk import inline
from tests.crash.disk.assembly import DATA, RESULTS
from tests.crash.disk.examination import examine, files_amiss, lay
from tests.crash.disk.operations import Sync, SyncFailed, SyncFolder
from tests.crash.disk.recording import Recording, scratch
from tests.crash.disk.remains import Disk, Key, Remains
from tests.crash.disk.tally import Tally
from tests.crash.disk.verdict import Found

KINDS = {
    "lost": "acknowledged steps and other records lost",
    "unknown_request": "requests that left and that the store knows nothing of",
    "refused": "refusals to start",
    "false_damage": "damage told of where nothing acknowledged is missing",
    "wrong": "records or figures that were never given in",
    "files": "published files and watermarks lost, torn or older than was said",
}


class Cuts:
    """Cuts the power of one run's disk."""

    def __init__(self, recording: Recording, *, seed: int, samples: int) -> None:
        """Take `samples` disks by chance at each cut, beside those that are always looked at."""
        self._recording = recording
        self._said = {given.durable_at for history in recording.witness.tasks.values() for given in history.given}
        self._seed = seed
        self._samples = samples

    def judge(self, first: int, last: int) -> Tally:
        """Cut after each operation from `first` to before `last`."""
        disk, tally, seen = Disk(), Tally(), dict[Key, Found]()
        with scratch() as root:
            for at, operation in enumerate(self._recording.operations[:last]):
                disk.perform(operation)
                if at < first:
                    continue
                news = isinstance(operation, Sync | SyncFailed | SyncFolder) or at + 1 in self._said or at == first
                tally.counts["cuts"] += 1
                chance = random.Random(f"{self._seed} {at}")
                for remains in disk.remains(chance, self._samples, beginnings=news):
                    self._one(remains, at, seen, tally, Path(root))
        return tally

    def _one(self, remains: Remains, at: int, seen: dict[Key, Found], tally: Tally, root: Path) -> None:
        key = remains.key(DATA)
        found = seen.get(key)
        if found is None:
            lay(remains.files(DATA), root)
            found = seen[key] = inline.run(examine(root, self._recording.witness))
            tally.counts["disks"] += 1
        else:
            tally.counts["judged_again"] += 1
        self._blame(found, at, tally)
        files = files_amiss(remains.files(RESULTS), self._recording.witness, at + 1)
        tally.blame("files", _after(at), [*files, *self._mark_amiss(found, at)])

    def _blame(self, found: Found, at: int, tally: Tally) -> None:
        witness = self._recording.witness
        lost = found.lost(witness.promised(at + 1))
        tally.blame("lost", _after(at), lost)
        tally.blame("refused", _after(at), [found.refused] if found.refused else [])
        tally.blame("wrong", _after(at), found.wrong)
        tally.blame("false_damage", _after(at), [] if lost else found.named)
        sent = [attempt for when, attempt in witness.sent if when <= at + 1]
        tally.blame("unknown_request", _after(at), [attempt for attempt in sent if attempt not in found.attempts])

    def _mark_amiss(self, found: Found, at: int) -> Iterator[str]:
        said = max((seq for when, seq in self._recording.witness.marks if when <= at + 1), default=-1)
        if found.mark < said:
            yield f"the watermark names record {found.mark}, and {said} was said"


def _after(at: int) -> str:
    return f"after operation {at}"
