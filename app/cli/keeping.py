"""`drover backup`: a whole copy of the saved data in one file, beside a running window too."""

from __future__ import annotations

import asyncio
from pathlib import Path

from app.cli.report import Exit, Output, say
from app.paths import Paths
from engine.domain.errors import DroverError, ErrorCode
from engine.store.backup import back_up
from engine.store.store import FILE


async def back_up_all(paths: Paths, file: Path, output: Output) -> Exit:
    """Write the copy and say where it is."""
    target, size = await asyncio.to_thread(_back_up, paths.data / FILE, file)
    text = say("backup_done", file=target, megabytes=f"{size / 1_000_000:.1f}")
    output.emit("result", text, {"file": str(target), "bytes": size})
    return Exit.COMPLETED


def _back_up(source: Path, file: Path) -> tuple[Path, int]:
    target = file.expanduser().absolute()
    if not source.exists():
        raise DroverError(ErrorCode.NOT_A_STORE, f"there is no {source.name}")
    back_up(source, target)
    return target, target.stat().st_size
