"""Which model a task's step goes to under a policy, through failures, faults and restarts.

A step is chosen for once. What was chosen stands in its intent and holds for every further attempt of it, after a crash
too, as long as it can be paid and asked. It is left for a model one tier higher when its reply failed a check, for
another one that is no worse when it keeps failing, and for the fallbacks when none is left.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from engine.cost.routing.port import Choice, Key, Load, Obstacle, Pause
from engine.domain.choice import Reason, Tier
from engine.domain.errors import ErrorCode
from engine.domain.states import Event, PauseReason
from engine.domain.task import Route
from engine.runtime.choices import Asked, Room, key_of
from engine.runtime.route import leaves
from engine.runtime.stop import Stop

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from engine.cost.routing.port import Candidate
    from engine.domain.message import Message
    from engine.runtime.failure import Failure
    from engine.runtime.ports import RunnerPorts
    from engine.runtime.record import TaskRecord

CACHED_S = 300.0
"""Seconds for which a provider is taken to keep what it read: what OpenAI documents as usual."""
LEAST_CACHED = 1_024
"""Tokens below which it keeps nothing."""
FAULTS = frozenset({ErrorCode.EMPTY_REPLY, ErrorCode.CONTENT_FILTERED, ErrorCode.SHORTENED, ErrorCode.NOT_AS_ASKED})
"""How a reply can fail its check: a better model may do better, the same one hardly."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """A provider and model, and why: what the intent records."""

    route: Route
    why: str = ""
    figures: Mapping[str, int] = field(default_factory=dict[str, int])


class Choosing:
    """Of one runner."""

    def __init__(self, record: TaskRecord, ports: RunnerPorts) -> None:
        """Begin with no cache known: what was before a restart is likely gone."""
        self._record = record
        self._choices = ports.choices
        self._clock = ports.clock
        self._warm: dict[Key, tuple[float, int]] = {}
        self._messages: tuple[Message, ...] = ()
        self._bound = 0
        self.last: Chosen | None = None
        """What the next intent says."""

    def look(self, messages: tuple[Message, ...]) -> None:
        """Choose for this prompt from now on."""
        if messages != self._messages:  # what a provider said of these holds on: else it would be asked for ever
            self._messages, self._bound = messages, 0

    def bounded(self, most: int) -> None:
        """Take in what a provider says that the prompt can be at most."""
        self._bound = max(self._bound, most)

    def read(self, route: Route, tokens: int) -> None:
        """Take in that a model read so much of the task: its provider may keep it for a while."""
        self._warm[key_of(route)] = self._clock.monotonic(), tokens

    def next(self, failures: Sequence[Failure]) -> Chosen | Pause:
        """Return where the step's next attempt goes; the last one again where there is nowhere else."""
        chosen = self._after(failures) if failures else self._first()
        self.last = chosen if isinstance(chosen, Chosen) else None
        return chosen

    def route(self, failures: Sequence[Failure]) -> Route:
        """Return where it goes; raises `Stop` where it cannot be paid, or where no context holds it."""
        chosen = self.next(failures)
        if isinstance(chosen, Chosen):
            return chosen.route
        if chosen.obstacle is Obstacle.CONTEXT:
            raise Stop(Event.FAIL, ErrorCode.CONTEXT_OVERFLOW)
        raise Stop(Event.PAUSE, PauseReason.BUDGET, self._room().level, needed=chosen.needed)

    def climbs(self, failures: Sequence[Failure]) -> bool:
        """Whether the step goes to a better model after these."""
        chosen = self._after(failures)
        return isinstance(chosen, Chosen) and chosen.why == Reason.ESCALATED

    def elsewhere(self, tried: Collection[Route]) -> bool:
        """Whether there is somewhere else that the step may go to."""
        spec, keys = self._record.spec, set(map(key_of, tried))
        return any(each.key not in keys for each in self._choices.table(spec)) or not keys.issuperset(
            map(key_of, spec.fallbacks)
        )

    def _first(self) -> Chosen | Pause:
        return self._kept() or self._selected(self._asked())

    def _kept(self) -> Chosen | None:
        """Return what was chosen for this very step before, while it can be paid."""
        tip = self._record.tip
        if tip.chosen is None or tip.chosen_step != tip.steps_done + 1:
            return None
        load, room, key = self._load(), self._room(), key_of(tip.chosen)
        known = next((each for each in self._choices.table(self._record.spec) if each.key == key), None)
        if known is None or not _payable(known, load, room):
            return None
        figures = {"estimate": known.expected(load, 0), "worst": known.worst(load), "tier": known.tier}
        return Chosen(route=tip.chosen, why=Reason.KEPT, figures=figures)

    def _after(self, failures: Sequence[Failure]) -> Chosen | Pause:
        last, spec = failures[-1], self._record.spec
        fault = last.code in FAULTS
        if not (fault or leaves(spec, failures)):
            return self._again(last.route)
        tried = {each.route for each in failures}
        at_least = self._above(last.route) if fault else Tier.FAST
        without = frozenset(map(key_of, tried))
        found = None if at_least is None else self._selected(self._asked(without, at_least))
        if isinstance(found, Chosen):
            return Chosen(route=found.route, why=Reason.ESCALATED if fault else Reason.ELSEWHERE, figures=found.figures)
        if fault and not leaves(spec, failures):
            return self._again(last.route)
        spare = next((each for each in spec.fallbacks if each not in tried), None)
        return self._again(last.route) if spare is None else Chosen(route=spare, why=Reason.ELSEWHERE)

    def _again(self, route: Route) -> Chosen:
        """Return the same once more, for the reason that holds already."""
        if self.last is not None and self.last.route == route:
            return self.last
        return Chosen(route=route, why=Reason.KEPT)

    def _above(self, route: Route) -> Tier | None:
        """Return the tier above a model's; None where it is of the highest."""
        key, table = key_of(route), self._choices.table(self._record.spec)
        return next((each.tier for each in table if each.key == key), Tier.BALANCED).above

    def _selected(self, asked: Asked) -> Chosen | Pause:
        room = self._room()
        found = self._choices.select(asked, room)
        if isinstance(found, Pause):
            return found
        taken = found.candidate
        route = Route(provider=taken.provider, model=taken.model)
        return Chosen(route=route, why=found.reason, figures=figures_of(found))

    def _asked(self, without: frozenset[Key] = frozenset(), at_least: Tier = Tier.FAST) -> Asked:
        record, since = self._record, self._clock.monotonic() - CACHED_S
        warm = {key: read for key, (at, read) in self._warm.items() if at >= since and read >= LEAST_CACHED}
        return Asked(record=record, load=self._load(), warm=warm, without=without, at_least=at_least)

    def _load(self) -> Load:
        return self._choices.load(self._record, self._messages, self._bound)

    def _room(self) -> Room:
        return self._choices.room(self._record)


def figures_of(choice: Choice) -> dict[str, int]:
    """Return what a choice was made by: pico, and tiers by number; what had no limit is left out."""
    figures = {
        "tier": int(choice.candidate.tier),
        "wanted": int(choice.wanted),
        "estimate": choice.estimate,
        "worst": choice.worst,
        "to_come": choice.to_come,
        "saved": choice.saved,
    }
    return figures if choice.remaining is None else figures | {"remaining": choice.remaining}


def _payable(candidate: Candidate, load: Load, room: Room) -> bool:
    return room.pico is None or candidate.worst(load) <= room.pico
