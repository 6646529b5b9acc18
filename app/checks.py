"""Whether a setting can work, found out before it is saved: an address, a folder for results, a model's file."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

from engine.domain.errors import DroverError, ErrorCode

GGUF = b"GGUF"
"""What a model's file begins with."""


def check_address(address: str) -> None:
    """Raise `DroverError` INVALID_URL or INSECURE_URL for an address no request would be sent to."""
    from engine.providers.transport import check_url  # noqa: PLC0415 - loads the network's libraries

    check_url(address)


async def check_results(folder: str) -> None:
    """Make the folder and write into it; raises `DroverError(RESULTS_NOT_WRITABLE)` where that fails."""
    await asyncio.to_thread(_write, folder)


async def check_model_file(file: str) -> None:
    """Raise `DroverError(MODEL_FILE)` for what is no readable GGUF file."""
    await asyncio.to_thread(_look, file)


def _write(text: str) -> None:
    folder = Path(text).expanduser()
    if not folder.is_absolute():
        raise DroverError(ErrorCode.RESULTS_NOT_WRITABLE, f"{folder} is not absolute")
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b" ")
    except OSError as error:
        raise DroverError(ErrorCode.RESULTS_NOT_WRITABLE, str(error)) from error


def _look(text: str) -> None:
    path = Path(text).expanduser()
    try:
        with path.open("rb") as file:
            begins = file.read(len(GGUF))
    except OSError as error:
        raise DroverError(ErrorCode.MODEL_FILE, str(error)) from error
    if begins != GGUF:
        raise DroverError(ErrorCode.MODEL_FILE, f"{path} begins otherwise")
