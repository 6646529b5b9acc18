"""One fault of the disk, and what became of it: played in one process, judged in another."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tests.crash.disk import inline
from tests.crash.disk.assembly import DATA
from tests.crash.disk.device import Device, Fault
from tests.crash.disk.endurance import How, endure
from tests.crash.disk.examination import examine, lay
from tests.crash.disk.hearing import heard
from tests.crash.disk.lives import Program
from tests.crash.disk.operations import Operation
from tests.crash.disk.recording import scratch, watching
from tests.crash.disk.remains import Disk, Remains
from tests.crash.disk.tally import Tally
from tests.crash.disk.verdict import Found
from tests.crash.disk.witness import Witness
from tests.crash.disk.work import Work

KINDS = {
    "false_acknowledgement": "records said to be durable that a fresh process does not find",
    "lost_by_a_cut": "records said to be durable that a power cut after the fault takes",
    "reply_lost": "whole replies, paid, that are no step in the end",
    "stopped": "tasks that neither went on nor paused for the disk, or did not go on when it was well",
    "fell": "errors that nobody was told of",
    "wrong": "records or figures that were never given in, or damage told of",
}

CUTS = 6
"""Power cuts after a fault, at most: each when something was just said to be durable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Strike:
    """A run with a fault in it."""

    fault: Fault | None
    struck: str
    """What it struck."""
    struck_at: int
    tried: list[str]
    """What was done to the disk or tried, and to what."""
    operations: list[Operation]
    witness: Witness
    how: How


def strike(work: Work, fault: Fault | None) -> Strike:
    """Run the program on a disk with a fault."""
    witness = Witness()
    with scratch() as folder:
        device = Device(Path(folder), fault=fault)
        with watching(device), heard(witness, device):
            how = inline.run(endure(Program(Path(folder), device, witness, work)))
    return Strike(
        fault=fault,
        struck=device.struck,
        struck_at=device.struck_at,
        tried=device.tried,
        operations=device.operations,
        witness=witness,
        how=how,
    )


def judge(run: Strike) -> Tally:
    """Look at what a run with a fault left, in the end and if the power had gone before."""
    tally, moments, disk = Tally(), _moments(run), Disk()
    tally.counts.update([_how(run), *["struck"] * bool(run.struck)])
    for at, operation in enumerate(run.operations):
        disk.perform(operation)
        if at + 1 in moments:
            found = _examined(disk.synced_only(), run.witness)
            tally.blame("lost_by_a_cut", run.struck, found.lost(run.witness.promised(at + 1)))
    found = _examined(disk.whole(), run.witness)
    tally.blame("false_acknowledgement", run.struck, found.lost(run.witness.promised(len(run.operations))))
    tally.blame("wrong", run.struck, [*found.wrong, *found.named, *([found.refused] if found.refused else [])])
    tally.blame("reply_lost", run.struck, sorted(run.how.whole - found.accepted))
    tally.blame("stopped", run.struck, [run.how.stuck] if run.how.stuck else [])
    tally.blame("fell", run.struck, [run.how.fell] if run.how.fell else [])
    return tally


def _how(run: Strike) -> str:
    how = run.how
    return (
        "fell"
        if how.fell
        else "stuck"
        if how.stuck
        else "refused"
        if how.refused
        else "paused"
        if how.paused
        else "went_on"
    )


def _moments(run: Strike) -> set[int]:
    """Return when, after the fault, something was said to be durable."""
    given = (each for history in run.witness.tasks.values() for each in history.given)
    said = {each.durable_at for each in given if each.durable_at is not None and each.durable_at > run.struck_at}
    return set(sorted(said)[:CUTS])


def _examined(remains: Remains, witness: Witness) -> Found:
    with scratch() as root:
        lay(remains.files(DATA), Path(root))
        return inline.run(examine(Path(root), witness))
