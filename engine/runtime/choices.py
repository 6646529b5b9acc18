"""What a policy chooses a step's model from, and what it answers: `engine.cost.routing` over what is so now.

Candidates are the models of the task's own provider whose price and tier are known, and those that its person named.
They are laid out once for all tasks that have the same ones, and anew when settings change, or after a while, since
what models were seen to do goes into them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.cost.port import Level
from engine.cost.routing.port import Candidate, Choice, Key, Load, Pause
from engine.cost.routing.select import Terms, select_model_for_step
from engine.cost.routing.table import Table
from engine.domain.choice import Policy, Tier
from engine.domain.context_policy import ContextPolicy
from engine.domain.errors import DroverError
from engine.domain.task import Route, route_of
from engine.runtime.contexts import size_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from engine.cost.models import ModelBook
    from engine.cost.port import Ledger, PriceBook, Scope
    from engine.cost.price import Price
    from engine.domain.clock import Clock
    from engine.domain.message import Message
    from engine.domain.task import Standing, TaskSpec
    from engine.runtime.learned import Learned
    from engine.runtime.record import TaskRecord

STALE_S = 60.0
"""Seconds for which a table holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """What a task's next call may cost, and by which limit."""

    pico: int | None = None
    """None is no limit."""
    level: Level = Level.TASK


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a choice is made for."""

    record: TaskRecord
    load: Load
    warm: Mapping[Key, int]
    without: Collection[Key] = ()
    """Who is not asked: tried before, or not to be reached now."""
    at_least: Tier = Tier.FAST


class Choices:
    """Of one engine."""

    def __init__(
        self,
        *,
        models: ModelBook,
        prices: PriceBook,
        ledger: Ledger,
        learned: Learned,
        clock: Clock,
        scopes: Callable[[TaskRecord], tuple[Scope, ...]],
    ) -> None:
        """Choose by these."""
        self._models = models
        self._prices = prices
        self._ledger = ledger
        self._clock = clock
        self._scopes = scopes
        self.learned = learned
        self._tables: dict[tuple[Route, ...], tuple[float, Table]] = {}

    def forget(self) -> None:
        """Lay candidates out anew: prices, or providers, are others now."""
        self._tables.clear()

    def table(self, spec: TaskSpec) -> Table:
        """Return what a task's policy may choose from; fallbacks are where it goes when nothing of it is left."""
        named = tuple(dict.fromkeys((spec.routes[0], *spec.candidates)))
        now = self._clock.monotonic()
        made, table = self._tables.get(named, (float("-inf"), Table(())))
        if now - made >= STALE_S:
            table = Table(candidates(named, self._models, self._prices, self.learned))
            self._tables[named] = now, table
        return table

    def prices(self, spec: TaskSpec) -> set[Price]:
        """Return what a task's calls may be billed by, wherever they go; raises PRICE_UNKNOWN."""
        found = {self._prices.quote(route.provider, route.model).price for route in spec.ways}
        return found if spec.policy is Policy.FIXED else found | {each.price for each in self.table(spec)}

    def load(self, record: TaskRecord, messages: tuple[Message, ...], bound: int = 0) -> Load:
        """Return what a step needs; `bound` is what a provider said that its prompt can be at most, where one did."""
        spec, standing = record.spec, record.tip
        most = max(bound, size_of(messages))
        key = key_of(route_of(spec, standing))
        output = self._output(spec, standing, key)
        return Load(
            input=self.learned.input(key, most),
            output=output,
            most_input=most,
            most_output=spec.max_output,
            growth=output if spec.total_steps > 1 and spec.context_policy is ContextPolicy.FULL else 0,
        )

    def _output(self, spec: TaskSpec, standing: Standing, key: Key) -> int:
        """Return how long a reply is expected to be: as this task's were, or as those of others."""
        if standing.steps_done and standing.output_tokens:
            return min(spec.max_output, standing.output_tokens // standing.steps_done)
        return self.learned.output(key, spec.max_output)

    def room(self, record: TaskRecord) -> Room:
        """Return what the task's next call may cost if nothing of others is held; what it holds itself counts."""
        own = record.hold.amount if record.hold is not None else 0
        found = Room()
        for scope in self._scopes(record):
            balance = self._ledger.balance(scope)
            if balance.limit is not None:
                left = max(0, balance.limit - balance.spent - own)
                if found.pico is None or left < found.pico:
                    found = Room(pico=left, level=scope.level)
        return found

    def select(self, asked: Asked, room: Room) -> Choice | Pause:
        """Return who takes a step, or why nobody does."""
        spec, tip = asked.record.spec, asked.record.tip
        table = self.table(spec)
        if asked.without:
            table = Table(each for each in table if each.key not in asked.without)
        terms = Terms(
            candidates=table,
            load=asked.load,
            policy=spec.policy,
            warm=asked.warm,
            current=key_of(tip.chosen) if tip.chosen is not None else None,
            at_least=asked.at_least,
        )
        step = min(tip.steps_done, spec.total_steps - 1)
        return select_model_for_step(step, spec.total_steps, spec.complexity, room.pico, terms)


def candidates(named: Sequence[Route], models: ModelBook, prices: PriceBook, learned: Learned) -> Iterator[Candidate]:
    """Yield what a policy may choose from for a task whose person named these, its own model first."""
    own = named[0].provider
    ranked = (Route(provider=own, model=model) for model in models.ranked(own))
    for route in dict.fromkeys((*named, *ranked)):
        try:
            price = prices.quote(route.provider, route.model).price
        except DroverError:  # nobody knows what it costs: it is none
            continue
        facts, seen = models.facts(route.provider, route.model), learned.of(key_of(route))
        yield Candidate(
            provider=route.provider,
            model=route.model,
            tier=facts.tier,
            price=price,
            context_limit=facts.context,
            speed=seen.speed,
            failures=seen.failures,
        )


def key_of(route: Route) -> Key:
    """Return what a route's model is known by."""
    return route.provider, route.model
