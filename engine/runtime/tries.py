"""The failed attempts of the step that is not yet done: where the next one goes, and after which wait."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from engine.cost.routing.port import Pause
from engine.domain.choice import Policy
from engine.domain.errors import ErrorCode
from engine.domain.states import PauseReason
from engine.domain.step import NoteKind
from engine.runtime.attempt import is_stall
from engine.runtime.choosing import Choosing
from engine.runtime.crowd import Crowd
from engine.runtime.failure import Cure, Failure
from engine.runtime.learning import learn
from engine.runtime.retry import GARBLED, cure, is_garbled, wait_after
from engine.runtime.route import in_a_row
from engine.runtime.stop import AwayStop, KeyStop

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.domain.message import Message
    from engine.domain.task import Route
    from engine.providers.port import ProviderError
    from engine.runtime.attempt import Ending
    from engine.runtime.ports import RunnerPorts
    from engine.runtime.record import TaskRecord
    from engine.runtime.stop import Stop


class Why(TypedDict):
    """Of an intent: a `Reason`, and what it was chosen by."""

    why: str
    figures: dict[str, int]


class Tries:
    """Of one runner: a person's resume begins anew."""

    def __init__(self, record: TaskRecord, ports: RunnerPorts) -> None:
        """Begin with no failure."""
        self._record = record
        self._ports = ports
        self._failures: list[Failure] = []
        self._crowd = Crowd(record.spec.retry, ports)
        self.choosing = Choosing(record, ports)
        """Where its policy chooses; a fixed model is none of its business."""

    def route_to_say(self, prompt: Callable[[], tuple[Message, ...]]) -> Route:
        """Return where the next attempt goes with what is to be said; see `route`."""
        if self.chooses:
            self.choosing.look(prompt())
        return self.route()

    def route(self) -> Route:
        """Return where the next attempt goes, having recorded it where that is another route than before.

        A route whose model is fenced, or whose provider is away or refuses its key, is left for one that is open.
        """
        chosen = self._chosen()
        while code := self._shut(chosen):
            self._failures.append(Failure(route=chosen, code=code, cure=Cure.ELSEWHERE))
            other = self._chosen()
            if other == chosen:
                if code != ErrorCode.FENCED:  # no failure of the step's: it waits there
                    self._failures.pop()
                break
            chosen = other
        self._note(chosen)
        return chosen

    def may_leave(self, route: Route) -> bool:
        """Whether there is a route that the step has not tried yet."""
        tried = {route, *(each.route for each in self._failures)}
        if self.chooses:
            return self.choosing.elsewhere(tried)
        return any(each not in tried for each in self._record.spec.routes)

    @property
    def chooses(self) -> bool:
        """Whether a policy chooses."""
        return self._record.spec.policy is not Policy.FIXED

    def goes_elsewhere(self, stop: Stop, route: Route) -> bool:
        """Whether what keeps a route from being asked is no reason to stop: there is another one to ask."""
        if isinstance(stop, KeyStop | AwayStop):
            return self.may_leave(route)
        return stop.reason == PauseReason.BUDGET and self.chooses and self._steps_down(route)

    def _steps_down(self, route: Route) -> bool:
        """Whether less is chosen now: others spent meanwhile, or the provider's bound is above the expected one."""
        chosen = self.choosing.next(self._failures)
        return not isinstance(chosen, Pause) and chosen.route != route

    def why(self) -> Why:
        """Return what an intent says of the choice: nothing where nobody chose."""
        last = self.choosing.last if self.chooses else None
        return Why(why=last.why if last else "", figures=dict(last.figures) if last else {})

    def chosen_for(self, step: int) -> dict[str, object]:
        """Return what changes in the task's standing with the intent of a step."""
        last = self.choosing.last if self.chooses else None
        return {"chosen": last.route, "chosen_step": step} if last else {}

    def worth(self, code: ErrorCode, route: Route, held: int) -> bool:
        """Whether a step is asked again whose reply fails a check: a tier higher, or once more with what is wrong.

        Asked before the attempt is taken in as failed; how often a step is asked again that was paid holds here, too.
        """
        failures = [*self._failures, Failure(route=route, code=code, cure=Cure.AGAIN, billed=bool(held))]
        if wait_after(self._record.spec.retry, failures, in_a_row(failures), self._ports.rng, switches=True) is None:
            return False
        first = code is ErrorCode.NOT_AS_ASKED and all(each.code != code for each in self._failures)
        return (first and self._record.spec.retry.max_retries > 0) or (self.chooses and self.choosing.climbs(failures))

    def learn(self, route: Route, bound: int, ending: Ending) -> None:
        """Take in what an attempt showed of its model, whose prompt was so many tokens at most."""
        read = learn(self._ports.choices.learned, (route.provider, route.model), bound, ending)
        if read:
            self.choosing.read(route, read)

    def _shut(self, route: Route) -> str:
        """Return why nothing is asked on a route now: it is fenced, its key was refused, nobody answers there."""
        if self._ports.fences.stands(route.provider, route.model):
            return ErrorCode.FENCED
        return self._ports.gate.shuts_out(route.provider, route.model)

    def excused(self, ending: Ending, route: Route, *, away: bool) -> float | None:
        """Return the seconds to wait where an ending is no failure of the step's: nobody answers, or all are too many.

        None where it is one: something else than waiting may help, or it has been refused so for an hour.
        """
        if self.may_leave(route):
            return None
        wait_s = self._crowd.wait(ending.error)
        return 0.0 if away and wait_s is None else wait_s

    def failed(self, ending: Ending, route: Route, held: int) -> float | None:
        """Take in how an attempt failed that was held at so many pico; return the wait before the next one, or None."""
        error = ending.error
        if error is None and not is_stall(ending.cause):
            return None
        self._failures.append(
            Failure(
                route=route,
                code=str(error.code) if error else str(ending.cause),
                cure=self._cure(error),
                billed=bool(held) and (error is None or ending.first_token_s is not None),
                after_s=error.retry_after_s if error else None,
            )
        )
        here, switches = in_a_row(self._failures), self._leaves(route)
        return wait_after(self._record.spec.retry, self._failures, here, self._ports.rng, switches=switches)

    def _cure(self, error: ProviderError | None) -> Cure:
        """Return what may help; a stall is worth the same again, a reply that cannot be read only so often."""
        if error is None:
            return Cure.AGAIN
        garbled = sum(each.code == ErrorCode.GARBAGE for each in self._failures)
        return Cure.ELSEWHERE if is_garbled(error) and garbled >= GARBLED else cure(error)

    def done(self) -> None:
        """Begin a step."""
        self._failures.clear()
        self._crowd.done()

    def _leaves(self, route: Route) -> bool:
        """Whether the next attempt goes elsewhere; where nothing can be paid, the next one says so."""
        if not self.chooses:
            return self._chosen() != route
        chosen = self.choosing.next(self._failures)
        return isinstance(chosen, Pause) or chosen.route != route

    def _chosen(self) -> Route:
        if self.chooses:
            return self.choosing.route(self._failures)
        return self._ports.route(self._record.spec, self._record.tip, self._failures)

    def _note(self, chosen: Route) -> None:
        record = self._record
        if self.chooses or chosen == record.route:  # what a policy chose stands in the intent
            return
        routes = record.spec.routes
        place = routes.index(chosen) if chosen in routes else 0
        why = self._failures[-1].code if self._failures else ""
        code = f"{why}:{chosen.provider}/{chosen.model}"
        self._ports.journal.note(record, NoteKind.ROUTED, code, route=place, route_step=record.tip.steps_done)
