"""One provider: whether it answers, whether its key holds, how many requests it takes itself, and its models. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, TypedDict, TypeVar

from engine.domain.states import Phase
from engine.runtime.limits.circuit import Circuit, Failure
from engine.runtime.limits.lane import Lane, Rates, Sent
from engine.runtime.limits.line import Line, Place, Waiting

if TYPE_CHECKING:
    from engine.domain.clock import Random
    from engine.domain.errors import ErrorCode

T = TypeVar("T")

CHARACTERS = 4
"""Of a token, about."""
MOST_SCALE = 100.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Applicant(Generic[T]):
    """A request that wants to leave."""

    who: T
    size: int
    """Characters of its prompt."""
    output: int
    """Tokens of its reply at most."""
    leaves: bool = False
    """Whether it may go elsewhere where nobody answers here."""

    @property
    def tokens(self) -> float:
        """Tokens that it might take."""
        return self.size / CHARACTERS + max(1, self.output)


class Health(TypedDict):
    """Fields of `ProviderHealth`."""

    at_once: int | None
    waiting: int
    away: str
    next_try_s: float | None


@dataclass(slots=True, eq=False)
class Queue(Generic[T]):
    """A model's lane and who waits for it."""

    lane: Lane
    circuit: Circuit
    """Of the model alone: it may fail beside one that answers. Counts while the provider's own is closed."""
    line: Line[Applicant[T]] = field(default_factory=Line[Applicant[T]])
    scale: float = 1.0
    """Tokens that requests take, of late, for each that was expected."""
    leaves: bool = False
    """Whether somebody who may go elsewhere came into the line since it was last gone over."""

    def tokens(self, applicant: Applicant[T]) -> int:
        """Return the tokens that a request will take, about."""
        return max(1, round(self.scale * applicant.tokens))

    def learn(self, expected: float, took: int) -> None:
        """Hear what a request took of which so many tokens were expected without what was learned."""
        self.scale += (min(took / expected, MOST_SCALE) - self.scale) / 8


class Host(Generic[T]):
    """A provider as it stands."""

    def __init__(self, rng: Random) -> None:
        """Begin with one that is there."""
        self._rng = rng
        self.circuit = Circuit(rng)
        self.refusal: ErrorCode | None = None
        """Why its key is asked with no more."""
        self.rates = Rates()
        self.queues: dict[str, Queue[T]] = {}
        self.under_way = 0

    def queue(self, model: str) -> Queue[T]:
        """Return a model's queue, new where there is none."""
        if model not in self.queues:
            self.queues[model] = Queue[T](Lane(self._rng), Circuit(self._rng))
        return self.queues[model]

    @property
    def waiting(self) -> int:
        """How many wait."""
        return sum(len(queue.line) for queue in self.queues.values())

    def shuts_out(self, model: str, now: float) -> str:
        """Return why whoever may go elsewhere should: its key is refused, or it is away and others find out; or ""."""
        if self.refusal is not None or not self.away(model):
            return self.refusal or ""
        queue = self.queues.get(model)
        waiting = self.waiting if self.circuit.open or queue is None else len(queue.line)
        return "" if self._there_s(model, now) == 0.0 and not waiting else self.away(model)

    def away(self, model: str) -> str:
        """Return why nobody answers, the provider or the model on it, or ""."""
        found = next((circuit for circuit in self._circuits(model) if circuit.open), None)
        return found.code if found is not None else ""

    def failed(self, model: str, failure: Failure, sent: Sent, now: float) -> bool:
        """Hear that there was no answer; whether everybody waits for that now."""
        tries, sent.tries = sent.tries, False
        longest_s = self.rates.probe_s
        if self.circuit.failed(failure, now, tried=tries, longest_s=longest_s):
            return True
        tries, sent.tries_model = sent.tries_model, False
        return self.queue(model).circuit.failed(failure, now, tried=tries, longest_s=longest_s)

    def answered(self, model: str, sent: Sent) -> None:
        """Hear any answer: who had been away is begun with slowly."""
        sent.tries = sent.tries_model = False
        was_away = self.queue(model).circuit.answered()
        if self.circuit.answered():
            self.begin_anew()
        elif was_away:
            self.queue(model).lane.begin_anew()

    def hurry(self, now: float) -> None:
        """Find out now whether it answers again."""
        for circuit in (self.circuit, *(queue.circuit for queue in self.queues.values())):
            circuit.hurry(now)

    def leaving(self) -> Iterator[T]:
        """Take out of the lines whoever may go elsewhere, where nobody answers."""
        for model, queue in self.queues.items():
            if queue.leaves and self.away(model):
                queue.leaves = False
                for waiting in tuple(queue.line):
                    if waiting.who.leaves:
                        queue.line.leave(waiting)
                        yield waiting.who.who

    def join(self, model: str, place: Place, applicant: Applicant[T]) -> Waiting[Applicant[T]]:
        """Stand in a model's line."""
        queue = self.queue(model)
        queue.leaves = queue.leaves or applicant.leaves
        return queue.line.join(place, applicant)

    def next(self, now: float) -> tuple[str, Applicant[T], Sent] | None:
        """Let the next one go, or None: one model after the other, so that none waits for another's thousands."""
        for model in tuple(self.queues):
            if self._may_go(model, now) != 0.0:
                continue
            queue = self.queues.pop(model)
            self.queues[model] = queue
            waiting = queue.line.take()
            if waiting is None:
                continue
            sent = queue.lane.grant(queue.tokens(waiting.who), now)
            sent.expected, sent.tries = waiting.who.tokens, self.circuit.sent()
            sent.tries_model = queue.circuit.sent()
            self.under_way += 1
            return model, waiting.who, sent
        return None

    def wake_s(self, now: float) -> float | None:
        """Return the seconds until somebody may go for no other reason than that time passes, or None."""
        waits = [wait for model in self.queues if (wait := self._may_go(model, now)) is not None]
        return min(waits, default=None)

    def end(self, model: str, sent: Sent, now: float) -> None:
        """Hear that a request is under way no more; where it was to find out and did not, another one may."""
        if sent.tries:
            sent.tries = False
            self.circuit.came_back(now)
        if sent.tries_model:
            sent.tries_model = False
            self.queue(model).circuit.came_back(now)
        if not sent.over:
            self.under_way -= 1
            self.queues[model].lane.end(sent)

    def reason(self, model: str, now: float) -> tuple[Phase, float | None]:
        """Return what those in a model's line wait for, and until when, as far as that is known."""
        queue = self.queue(model)
        for circuit in self._circuits(model):
            if circuit.open:
                return Phase.WAITING_PROVIDER, circuit.next_at
        first = queue.line.first()
        wait = 0.0 if first is None else queue.lane.wait(queue.tokens(first.who), self.rates, now)
        return (Phase.WAITING_RATE_LIMIT, now + wait) if wait > 0 else (Phase.WAITING_SLOT, None)

    def health(self, now: float) -> Health:
        """Return how it stands, as far as `ProviderHealth` shows it."""
        next_at = self.circuit.next_at
        limits = [queue.lane.concurrency.limit for queue in self.queues.values()]
        return {
            "at_once": int(min(sum(limits), self.rates.at_once or sum(limits))) if limits else None,
            "waiting": self.waiting,
            "away": self.circuit.code if self.circuit.open else "",
            "next_try_s": None if next_at is None else max(0.0, next_at - now),
        }

    def begin_anew(self) -> None:
        """Start slowly with every model: it was away, or its key is another one."""
        for queue in self.queues.values():
            queue.lane.begin_anew()

    def lanes(self) -> Iterable[Lane]:
        """Return those of all models."""
        return (queue.lane for queue in self.queues.values())

    def _may_go(self, model: str, now: float) -> float | None:
        """Return the seconds until a model's first one may go: 0 for now, None when something else must happen."""
        queue = self.queues[model]
        first = queue.line.first()
        own = self.rates.at_once
        if first is None or (own is not None and self.under_way >= own) or not queue.lane.room(self.rates):
            return None
        there = self._there_s(model, now)
        if there is None:
            return None
        limits = queue.lane.wait(queue.tokens(first.who), self.rates, now)
        return max(there, limits, queue.lane.pace(now))

    def _circuits(self, model: str) -> tuple[Circuit, ...]:
        queue = self.queues.get(model)
        return (self.circuit,) if queue is None else (self.circuit, queue.circuit)

    def _there_s(self, model: str, now: float) -> float | None:
        """Return the seconds until a request to a model may find out whether it answers, or None while one does."""
        waits = [circuit.wait(now) for circuit in self._circuits(model)]
        return None if None in waits else max(wait for wait in waits if wait is not None)
