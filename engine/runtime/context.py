"""The digest of a task's context: what a checkpoint keeps of it, since the context is rebuilt from the steps."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.domain.task import TaskSpec
    from engine.recipes.port import Recipe

CONTEXT_POLICY = "full"


def context_sha256(recipe: Recipe, spec: TaskSpec, replies: Sequence[str]) -> bytes:
    """Return the digest of the messages that the step after `replies` begins with: 32 bytes."""
    return hashlib.sha256(msgspec.msgpack.encode(recipe.prompt(spec, replies))).digest()
