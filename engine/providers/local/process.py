"""The parent's side of one child process: its start, its life and its end. When to start another is in `host`."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import msgspec

from engine.domain.errors import ErrorCode
from engine.providers.local.handshake import MAX_LINE, Launch, Ready
from engine.providers.port import ProviderError

START_S = 120.0
"""Seconds until a model must be loaded: a large file from a slow disk takes its time."""
END_S = 2.0
"""Seconds a child is given to leave by itself."""
ROOT = Path(__file__).resolve().parents[3]
"""Where the package `engine` lies; the child starts there."""


def child_command() -> tuple[str, ...]:
    """Return the command of the child, from a checkout or in a frozen application (which must not start itself)."""
    if getattr(sys, "frozen", False):
        return (sys.executable, "--local-model-child")
    return (sys.executable, "-m", "engine.providers.local.child")


class ModelProcess:
    """A child that serves a model."""

    def __init__(self, process: asyncio.subprocess.Process, address: str, key: str) -> None:
        """Hold a child that has said that it is ready; `start` makes one."""
        self._process = process
        self.address = address
        self.key = key

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether it runs, as far as is known."""
        return self._process.returncode is None

    async def died(self, within_s: float) -> bool:
        """Whether it ends within some seconds."""
        try:
            async with asyncio.timeout(within_s):
                await self._process.wait()
        except TimeoutError:
            return False
        return True

    async def close(self) -> None:
        """End it: by the end of its input, and by force where that does not do."""
        await _end(self._process)


async def start(launch: Launch, command: Sequence[str], *, timeout_s: float = START_S) -> ModelProcess:
    """Start a child and wait until it serves; raises `ProviderError`. Cancelled, it leaves no child behind."""
    process = await _spawn(command)
    try:
        address = await _handshake(process, launch, timeout_s)
    except BaseException:
        await _end(process)
        raise
    return ModelProcess(process, address, launch.key)


async def _spawn(command: Sequence[str]) -> asyncio.subprocess.Process:
    try:
        return await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            cwd=ROOT,
            limit=MAX_LINE,
            start_new_session=os.name == "posix",  # signals of the terminal are the parent's
        )
    except OSError as error:
        raise ProviderError(ErrorCode.MODEL_DIED, str(error), retryable=True, maybe_billed=False) from error


async def _handshake(process: asyncio.subprocess.Process, launch: Launch, timeout_s: float) -> str:
    """Return the address of the server that the child starts."""
    try:
        async with asyncio.timeout(timeout_s):
            ready = await _exchange(process, launch)
    except (OSError, ValueError, TimeoutError) as error:
        detail = f"{type(error).__name__} while the model was loaded"
        raise ProviderError(ErrorCode.MODEL_DIED, detail, retryable=True, maybe_billed=False) from error
    if ready.error:
        code = ErrorCode(ready.error) if ready.error in list(ErrorCode) else ErrorCode.MODEL_DIED
        raise ProviderError(code, ready.detail[:500], retryable=False, maybe_billed=False)
    return ready.address


async def _exchange(process: asyncio.subprocess.Process, launch: Launch) -> Ready:
    if process.stdin is None or process.stdout is None:
        raise OSError("no pipes")
    process.stdin.write(msgspec.json.encode(launch) + b"\n")
    with suppress(ConnectionError):  # it may have ended before it read: what it said of that is read all the same
        await process.stdin.drain()
    return msgspec.json.decode(await process.stdout.readline(), type=Ready)


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.stdin is not None:
        process.stdin.close()
    try:
        async with asyncio.timeout(END_S):
            await process.wait()
    except TimeoutError:
        pass
    finally:
        if process.returncode is None:
            process.kill()
    await process.wait()
