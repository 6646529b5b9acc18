"""One run of the program on a watched disk, kept: what was done to the disk and what was said of it.

Made in a process of its own: the hooks below SQLite are put in place for good.
"""

from __future__ import annotations

import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.crash.disk import inline
from tests.crash.disk.below_sqlite import hooks
from tests.crash.disk.device import Device
from tests.crash.disk.hearing import heard
from tests.crash.disk.lives import Program
from tests.crash.disk.operations import Operation
from tests.crash.disk.plain_files import plain_files
from tests.crash.disk.witness import Witness
from tests.crash.disk.work import Work

MEMORY = Path("/dev/shm")


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """A run."""

    operations: list[Operation]
    witness: Witness


def record(work: Work) -> Recording:
    """Run the program to its end; raises what goes wrong in it."""
    witness = Witness()
    with scratch() as folder:
        device = Device(Path(folder))
        with watching(device), heard(witness, device):
            inline.run(Program(Path(folder), device, witness, work).live())
    return Recording(operations=device.operations, witness=witness)


@contextmanager
def watching(device: Device) -> Generator[None]:
    """Let `device` watch all that SQLite and Python do within the body; raises what went wrong in watching."""
    hooks().device = device
    try:
        with plain_files(device):
            yield
    finally:
        hooks().device = None
    if hooks().broken:
        raise hooks().broken[0]


def scratch() -> tempfile.TemporaryDirectory[str]:
    """Return a folder in memory, where the system has that: what a disk holds is played, not waited for."""
    return tempfile.TemporaryDirectory(prefix="drover-disk-", dir=MEMORY if MEMORY.is_dir() else None)
