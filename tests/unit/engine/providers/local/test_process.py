"""One child process: the handshake, and an end in every case."""

from __future__ import annotations

import asyncio
import sys

import pytest

from engine.domain.errors import ErrorCode
from engine.providers.local.handshake import Launch
from engine.providers.local.process import child_command, start
from engine.providers.port import ProviderError
from tests.children import DIES, READY, script

LAUNCH = Launch(model="/nowhere.gguf", alias="a", key="k", slots=1, context=256, threads=1)


async def test_a_child_that_is_ready() -> None:
    """It says where it serves, and ends when it is closed."""
    process = await start(LAUNCH, READY)
    assert process.alive
    assert process.address == "http://127.0.0.1:1"
    await process.close()
    assert not process.alive


@pytest.mark.parametrize(
    ("command", "code", "retryable"),
    [
        (DIES, ErrorCode.MODEL_DIED, True),
        (script("print('hello')"), ErrorCode.MODEL_DIED, True),
        (script("print('x' * 200_000)"), ErrorCode.MODEL_DIED, True),
        (script('print(\'{"error":"model_file"}\')'), ErrorCode.MODEL_FILE, False),
        (script('print(\'{"error":"news"}\')'), ErrorCode.MODEL_DIED, False),
    ],
)
async def test_a_child_that_does_not_serve(command: tuple[str, ...], code: ErrorCode, retryable: bool) -> None:
    """Dying, talking nonsense and a model that cannot be loaded are errors that cost nothing."""
    with pytest.raises(ProviderError) as caught:
        await start(LAUNCH, command)
    assert (caught.value.code, caught.value.retryable, caught.value.maybe_billed) == (code, retryable, False)


async def test_a_child_that_says_nothing_is_ended() -> None:
    """A start has a limit."""
    with pytest.raises(ProviderError) as caught:
        await start(LAUNCH, script("import sys; sys.stdin.buffer.read()"), timeout_s=0.05)
    assert caught.value.code is ErrorCode.MODEL_DIED


async def test_a_command_that_does_not_exist() -> None:
    """A broken installation is an error like others."""
    with pytest.raises(ProviderError) as caught:
        await start(LAUNCH, ("/nowhere/python",))
    assert caught.value.code is ErrorCode.MODEL_DIED


async def test_cancelling_a_start_leaves_no_child() -> None:
    """The child's end is awaited before the cancellation goes on."""
    before = set(asyncio.all_tasks())
    starting = asyncio.ensure_future(start(LAUNCH, script("import sys; sys.stdin.buffer.read()")))
    await asyncio.sleep(0.05)
    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting
    assert set(asyncio.all_tasks()) <= before


async def test_a_model_that_is_none(tmp_path: object) -> None:
    """The real child says that the file cannot be loaded, or that nothing is installed to load it."""
    with pytest.raises(ProviderError) as caught:
        await start(LAUNCH, child_command())
    assert caught.value.code in (ErrorCode.MODEL_FILE, ErrorCode.MODEL_NOT_INSTALLED)


def test_a_frozen_application_does_not_start_its_window_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its executable knows the child by a flag; a checkout starts the module."""
    assert child_command()[1:] == ("-m", "engine.providers.local.child")
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert child_command() == (sys.executable, "--local-model-child")
