"""How much of what was said a task's prompts repeat: the names of the policies and what their figures may be."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class ContextPolicy(StrEnum):
    """What the prompt of a step has of the steps before it."""

    FULL = "full"
    """All of it."""
    WINDOW = "window"
    """The goal and the last exchanges; the rest is left out, half a window at a time."""
    SUMMARY = "summary"
    """All of it until that fills a share of the model's context; then a summary stands for the beginning."""


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """What a model made of the first exchanges of a task, in the place of which it stands."""

    step: int
    """1-based: the first step whose prompt has it. A task that goes back behind that step has it no more."""
    covers: int
    """How many exchanges it stands for, from the first on."""
    text: str
