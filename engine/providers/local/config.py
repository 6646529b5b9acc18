"""What the local model is asked to be, and how its small context and few cores are shared out: pure decisions."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from engine.domain.errors import ErrorCode
from engine.providers.port import ProviderError

TEST_MODEL = "smollm2-135m-test"
"""Id of the small model in the wheel: it proves the path and is not useful."""
LEAST_REPLY = 32
"""Tokens that must be left for a reply."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalConfig:
    """A model on this computer.

    Measured with SmolLM2-135M on one thread: 2 slots of 2,048 tokens take 310 MB, of 4,096 365 MB, of 8,192 550 MB;
    reading a prompt of 3,300 tokens takes 27 s and one of 6,600 76 s, which is longer than a first token may take.
    """

    name: str = "local"
    model: Path | None = None
    """A GGUF file of the person's own; None is the small test model."""
    slots: int = 2
    """Requests at the same time."""
    context: int = 4096
    """Tokens of input and output of one request."""
    output_share: int = 8
    """A reply takes at most this part of the context, so that the next step still fits."""
    log: Path | None = None
    """File for what llama.cpp prints."""

    @property
    def model_id(self) -> str:
        """What specs call the model."""
        return TEST_MODEL if self.model is None else self.model.stem


def threads() -> int:
    """Return how many cores the model may use: one is left for the window, and four are enough."""
    available = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(available - 1, 4))


def room(context: int, share: int, asked: int, used: int) -> int:
    """Return the tokens a reply may have; raises `ProviderError(CONTEXT_OVERFLOW)` where too few are left."""
    left = context - used - 1
    if left < min(asked, LEAST_REPLY):
        detail = f"{used} tokens, {context} of context"
        raise ProviderError(ErrorCode.CONTEXT_OVERFLOW, detail, retryable=False, maybe_billed=False)
    return max(1, min(asked, left, context // share))
