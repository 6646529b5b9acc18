"""The failed attempts of the step that is not yet done: where the next one goes, and after which wait."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.domain.errors import ErrorCode
from engine.domain.step import NoteKind
from engine.runtime.attempt import is_stall
from engine.runtime.retry import GARBLED, Cure, cure, is_garbled, wait_after
from engine.runtime.route import Failure, in_a_row

if TYPE_CHECKING:
    from engine.domain.task import Route
    from engine.providers.port import ProviderError
    from engine.runtime.attempt import Ending
    from engine.runtime.ports import RunnerPorts
    from engine.runtime.record import TaskRecord


class Tries:
    """Of one runner: a person's resume begins anew."""

    def __init__(self, record: TaskRecord, ports: RunnerPorts) -> None:
        """Begin with no failure."""
        self._record = record
        self._ports = ports
        self._failures: list[Failure] = []

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
        return any(each not in tried for each in self._record.spec.routes)

    def _shut(self, route: Route) -> str:
        """Return why nothing is asked on a route now: it is fenced, its key was refused, nobody answers there."""
        if self._ports.fences.stands(route.provider, route.model):
            return ErrorCode.FENCED
        return self._ports.gate.shuts_out(route.provider)

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
        here, switches = in_a_row(self._failures), self._chosen() != route
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

    def _chosen(self) -> Route:
        return self._ports.route(self._record.spec, self._record.tip, self._failures)

    def _note(self, chosen: Route) -> None:
        record = self._record
        if chosen == record.route:
            return
        routes = record.spec.routes
        place = routes.index(chosen) if chosen in routes else 0
        why = self._failures[-1].code if self._failures else ""
        code = f"{why}:{chosen.provider}/{chosen.model}"
        self._ports.journal.note(record, NoteKind.ROUTED, code, route=place, route_step=record.tip.steps_done)
