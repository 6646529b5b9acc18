"""Lets a witness hear what ordinary files are said to hold: those of the results folder, and the watermark."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

from engine.results import growing
from engine.store import watermark
from tests.crash.disk.device import Device
from tests.crash.disk.witness import Version, Witness, digest


@contextmanager
def heard(witness: Witness, device: Device) -> Generator[None]:
    """Let the witness hear, within the body, when a file is said to be published."""
    publish, grow, mark = growing.write_atomically, growing.grow, watermark.write

    def version(file: Path, content: bytes) -> Version:
        heard = Version(sha256=digest(content))
        witness.files.setdefault(device.place(file) or "", []).append(heard)
        return heard

    async def publish_and_tell(file: Path, parts: Iterable[str]) -> None:
        parts = list(parts)
        written = version(file, "".join(parts).encode("utf-8", "replace"))
        await publish(file, parts)
        written.durable_at = len(device.operations)

    async def grow_and_tell(file: Path, at: int, block: bytes) -> None:
        written = version(file, beginning(file, at) + block)
        await grow(file, at, block)
        written.durable_at = len(device.operations)

    def mark_and_tell(folder: Path, named: watermark.Watermark) -> None:
        mark(folder, named)
        witness.marks.append((len(device.operations), named.seq))

    with (
        patch.object(growing, "write_atomically", publish_and_tell),
        patch.object(growing, "grow", grow_and_tell),
        patch.object(watermark, "write", mark_and_tell),
    ):
        yield


def beginning(file: Path, size: int) -> bytes:
    """Return the first bytes of a file."""
    return file.read_bytes()[:size]
