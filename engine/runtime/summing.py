"""When a task's beginning is summed up before its next step, and who does that: `engine.recipes.summing_up` over now.

It is decided anew before each step from what was said and what is expected of it. What was decided before a crash is
not kept: what was paid is a record, and from it the next start goes on.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from msgspec.structs import replace

from engine.domain.choice import Policy
from engine.domain.context_policy import ContextPolicy
from engine.domain.task import Route
from engine.recipes.summing_up import ROOM_PART, Fill, due
from engine.runtime.contexts import size_of
from engine.runtime.errand import SummaryErrand
from engine.runtime.tries import Tries

if TYPE_CHECKING:
    from engine.runtime.dialogue import Dialogue
    from engine.runtime.ports import RunnerPorts
    from engine.runtime.record import TaskRecord

SPARE = 0.9
"""Of what fits into a prompt, so much is used: how many tokens a text is, is only expected."""


class Summing:
    """Of one runner."""

    def __init__(self, record: TaskRecord, ports: RunnerPorts, dialogue: Dialogue) -> None:
        """Look at what was said in `dialogue`."""
        self._record = record
        self._ports = ports
        self._dialogue = dialogue
        self._recipe = ports.recipe(record.spec.recipe)

    def due(self) -> SummaryErrand | None:
        """Return what has to be summed up before the next step; None for nothing."""
        spec = self._record.spec
        if spec.context_policy is not ContextPolicy.SUMMARY or len(self._dialogue.replies) < 2:
            return None
        covers = due(spec, self._fill())
        if not covers:
            return None
        tries = SummaryTries(self._by(), self._ports)
        return SummaryErrand(self._record, self._recipe, self._dialogue, tries, covers)

    @property
    def _route(self) -> Route:
        """Who sums up: whom the task names, else the cheapest that its policy may choose, else who makes the step."""
        spec = self._record.spec
        able = () if spec.policy is Policy.FIXED else tuple(self._ports.choices.table(spec))
        if spec.summary_model is not None or not able:
            return spec.summary_model or self._record.route
        cheapest = min(able, key=lambda each: (each.price.input, each.price.output))
        return Route(provider=cheapest.provider, model=cheapest.model)

    def _by(self) -> TaskRecord:
        """Return the task as its summary's attempts see it: where they go is no matter of its own route."""
        spec, route = self._record.spec, self._route
        others = tuple(each for each in spec.routes if each != route)
        changed = replace(
            spec, provider=route.provider, model=route.model, fallbacks=others, policy=Policy.FIXED, candidates=()
        )
        return dataclasses.replace(
            self._record, spec=changed, tip=replace(self._record.tip, route=0, route_step=0, chosen=None)
        )

    def _fill(self) -> Fill:
        contexts, dialogue, route = self._ports.contexts, self._dialogue, self._record.route
        covered = dialogue.summary.covers if dialogue.summary else 0
        asked = self._recipe.summing_up(self._record.spec, dialogue.replies, dialogue.told, dialogue.summary, covered)
        limit = contexts.limit(self._route)
        always = contexts.prompt(self._route, asked) + min(self._record.spec.max_output, limit // ROOM_PART)
        return Fill(
            prompt=contexts.tokens(route, size_of(dialogue.prompt())),
            exchanges=tuple(contexts.tokens(route, len(each.encode("utf-8", "replace"))) for each in dialogue.replies),
            covered=covered,
            context=contexts.limit(route),
            summing=round(SPARE * max(0, limit - always)),
        )


class SummaryTries(Tries):
    """The failed attempts to sum up: that another model is tried changes nothing in the task's own route."""

    def _note(self, chosen: Route) -> None:
        """Record nothing."""
