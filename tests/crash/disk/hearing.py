"""Lets a witness hear what ordinary files are said to hold: those of the results folder, and the watermark."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

from engine.results import folder as results
from engine.store import watermark
from tests.crash.disk.device import Device
from tests.crash.disk.witness import Version, Witness, digest


@contextmanager
def heard(witness: Witness, device: Device) -> Generator[None]:
    """Let the witness hear, within the body, when a file is said to be published."""
    publish, mark = results.write_atomically, watermark.write

    async def publish_and_tell(file: Path, parts: Iterable[str]) -> None:
        parts = list(parts)
        version = Version(sha256=digest("".join(parts).encode("utf-8", "replace")))
        witness.files.setdefault(device.place(file) or "", []).append(version)
        await publish(file, parts)
        version.durable_at = len(device.operations)

    def mark_and_tell(folder: Path, named: watermark.Watermark) -> None:
        mark(folder, named)
        witness.marks.append((len(device.operations), named.seq))

    with patch.object(results, "write_atomically", publish_and_tell), patch.object(watermark, "write", mark_and_tell):
        yield
