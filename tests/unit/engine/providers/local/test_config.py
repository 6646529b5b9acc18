"""How the small context and the few cores are shared out."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from engine.domain.errors import ErrorCode
from engine.providers.local.config import TEST_MODEL, LocalConfig, room, threads
from engine.providers.port import ProviderError


@pytest.mark.parametrize(
    ("context", "asked", "used", "given"),
    [(4096, 100, 50, 100), (4096, 4096, 50, 512), (4096, 4096, 3700, 395), (4096, 8, 4080, 8), (512, 4096, 20, 64)],
)
def test_a_reply_has_what_was_asked_a_share_or_what_is_left(context: int, asked: int, used: int, given: int) -> None:
    """The smallest of the three."""
    assert room(context, 8, asked, used) == given


@pytest.mark.parametrize(("asked", "used"), [(100, 4090), (8, 4090), (1, 4095), (100, 9000)])
def test_too_little_left_is_overflow(asked: int, used: int) -> None:
    """A prompt that leaves no room for a reply is refused."""
    with pytest.raises(ProviderError) as caught:
        room(4096, 8, asked, used)
    assert caught.value.code is ErrorCode.CONTEXT_OVERFLOW


@pytest.mark.parametrize(("cores", "used"), [(1, 1), (2, 1), (4, 3), (16, 4)])
def test_a_core_is_left_for_the_window(monkeypatch: pytest.MonkeyPatch, cores: int, used: int) -> None:
    """One thread on two cores, four at most."""

    def affinity(pid: int) -> set[int]:
        assert pid == 0
        return set(range(cores))

    monkeypatch.setattr(os, "sched_getaffinity", affinity, raising=False)
    assert threads() == used


def test_the_model_is_called_what_it_is() -> None:
    """The small one is labelled as a test; a file of the person's own has its name."""
    assert LocalConfig().model_id == TEST_MODEL
    assert LocalConfig(model=Path("/x/qwen3-4b.gguf")).model_id == "qwen3-4b"
