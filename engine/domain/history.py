"""What a task's context is made of: the replies that count, and what its person told it, step by step."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import msgspec

from engine.domain.context_policy import Summary

Told = Mapping[int, tuple[str, ...]]
"""Instructions by the step (1-based) whose prompt was the first to have them: they belong to it from then on."""

NOTHING_TOLD: Told = MappingProxyType({})


class History(msgspec.Struct, frozen=True, kw_only=True):
    """Of a task as it stands, or as it stood at a checkpoint."""

    replies: tuple[str, ...] = ()
    """Of the accepted steps, first to last, each as its person left it."""
    told: dict[int, tuple[str, ...]] = {}
    inherited: int = 0
    """How many of the replies a fork began with."""
    summaries: tuple[Summary, ...] = ()
    """Of its beginning, first to last: each stands in the place of the one before."""

    @property
    def summary(self) -> Summary | None:
        """The one that prompts have now."""
        return self.summaries[-1] if self.summaries else None

    def until(self, step: int) -> History:
        """Return what there was when `step` steps were done, before anything was made ready for the next one."""
        told = {number: said for number, said in self.told.items() if number <= step}
        summaries = tuple(each for each in self.summaries if each.step <= step)
        return History(replies=self.replies[:step], told=told, inherited=min(self.inherited, step), summaries=summaries)
