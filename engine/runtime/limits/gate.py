"""Where tasks wait for their provider: one future each, one timer a provider. Decides nothing; `host` and `lane` do.

A wait ends by its turn, by a refused key (`Stop`), or by its canceller (a wish); then nothing of it stays behind.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from engine.domain.allowance import RateReport
from engine.domain.states import Event, PauseReason, Phase
from engine.runtime.limits.answer import Answer, KeyRefused, Refused, There
from engine.runtime.limits.circuit import Failure
from engine.runtime.limits.host import Applicant, Host
from engine.runtime.limits.lane import Lane, Rates, Sent
from engine.runtime.stop import AwayStop, KeyStop

if TYPE_CHECKING:
    from engine.domain.clock import Clock, Random
    from engine.domain.errors import ErrorCode
    from engine.runtime.limits.line import Place

Turn = asyncio.Future[Sent]
InLine = Callable[[float], tuple[Phase, float | None]]
"""What somebody in a line waits for at a monotonic time, and until when."""

LEAST_S = 0.001
"""Between two looks of a timer."""


def nobody(provider: str, code: ErrorCode) -> None:
    """Tell nobody of a refused key."""
    del provider, code


class Permit:
    """A request's leave to be under way: from its turn on it tells the gate what becomes of it."""

    def __init__(self, gate: Gate, provider: str, model: str, sent: Sent) -> None:
        """Be of one request."""
        self._gate = gate
        self._provider, self._model = provider, model
        self._sent = sent

    def left(self) -> None:
        """Say that the request leaves now."""
        self._gate.left(self._provider, self._model, self._sent)

    def heard(self, report: RateReport) -> None:
        """Say what the server said of its limits."""
        self._gate.heard(self._provider, self._model, self._sent, report)

    def first(self) -> None:
        """Say that the first token came."""
        self._gate.first(self._provider, self._model, self._sent)

    def ended(self, answer: Answer) -> bool:
        """Say how it ended; whether it is excused: everybody waits for the provider, so this counts as no failure."""
        return self._gate.ended(self._provider, self._model, self._sent, answer)

    def close(self) -> None:
        """Be under way no more."""
        self._gate.close(self._provider, self._model, self._sent)


class Gate:
    """All providers."""

    def __init__(self, clock: Clock, rng: Random, *, still: Callable[[], float] = float) -> None:
        """Begin with none known; `still` tells the seconds that the process has stood still so far."""
        self._clock = clock
        self._rng = rng
        self._still = still
        self._hosts: dict[str, Host[Turn]] = {}
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self.refused: Callable[[str, ErrorCode], None] = nobody
        """Called when a provider refuses its key, with its name and why."""

    def now(self) -> float:
        """Return the time."""
        return self._clock.monotonic()

    def host(self, provider: str) -> Host[Turn]:
        """Return a provider, new where it was not known."""
        if provider not in self._hosts:
            self._hosts[provider] = Host[Turn](self._rng)
        return self._hosts[provider]

    def hosts(self) -> Iterator[tuple[str, Host[Turn]]]:
        """Go over all that were asked so far."""
        return iter(self._hosts.items())

    def shuts_out(self, provider: str, model: str) -> str:
        """See `Host`."""
        return self.host(provider).shuts_out(model, self.now())

    def lane(self, provider: str, model: str) -> Lane:
        """Return a model's lane."""
        return self.host(provider).queue(model).lane

    @asynccontextmanager
    async def turn(
        self,
        provider: str,
        model: str,
        rates: Rates,
        place: Place,
        *,
        size: int,
        output: int,
        leaves: bool = False,
        shown: Callable[[InLine | None], None],
    ) -> AsyncGenerator[Permit]:
        """Wait for a request's turn, then be under way for the body; raises `Stop` where the key is refused.

        Where nobody answers any more, one that `leaves` waits no longer (`AwayStop`). `shown` is told how to see what
        is waited for, and None when it is over.
        """
        host = self.host(provider)
        host.rates = rates
        if host.refusal is not None:
            raise KeyStop(Event.PAUSE, PauseReason.PROVIDER, host.refusal)
        future: Turn = asyncio.get_running_loop().create_future()
        waiting = host.join(model, place, Applicant(who=future, size=size, output=output, leaves=leaves))
        self._pump(provider)
        try:
            if not future.done():
                shown(lambda now: host.reason(model, now))
            sent = await future
        except BaseException:
            host.queue(model).line.leave(waiting)
            if future.done() and not future.cancelled() and future.exception() is None:
                self.close(provider, model, future.result())
            else:
                self._pump(provider)  # the next one may ask for less
            raise
        finally:
            shown(None)
        permit = Permit(self, provider, model, sent)
        try:
            yield permit
        finally:
            permit.close()

    # --- what permits say

    def left(self, provider: str, model: str, sent: Sent) -> None:
        """Take in that a request leaves now."""
        self.lane(provider, model).left(sent, self.now(), self._still())

    def heard(self, provider: str, model: str, sent: Sent, report: RateReport) -> None:
        """Take in what a server says of its limits."""
        self.lane(provider, model).heard(sent, report, self.now())

    def first(self, provider: str, model: str, sent: Sent) -> None:
        """Take in that a first token came: the provider is there."""
        self.host(provider).answered(model, sent)
        self.lane(provider, model).first(sent, self.now(), self._still())
        self._pump(provider)

    def ended(self, provider: str, model: str, sent: Sent, answer: Answer) -> bool:
        """Take in how a request ended; whether it is excused."""
        host, now, excused = self.host(provider), self.now(), False
        lane = host.queue(model).lane
        if isinstance(answer, There | Refused | KeyRefused):
            host.answered(model, sent)
        match answer:
            case Failure():
                excused = host.failed(model, answer, sent, now)
                self._let_leave(host)
            case Refused():
                lane.refused(sent, answer.asked_s, now)
            case KeyRefused():
                self.refuse(provider, answer.code)
            case There(whole=True):
                if answer.tokens is not None:
                    host.queue(model).learn(sent.expected, answer.tokens)
                lane.done(sent, answer.tokens, now, self._still())
            case _:
                pass
        return excused

    def close(self, provider: str, model: str, sent: Sent) -> None:
        """Let a request be under way no more."""
        self.host(provider).end(model, sent, self.now())
        self._pump(provider)

    # --- keys, and a person's own acts

    def refuse(self, provider: str, code: ErrorCode) -> None:
        """Let nothing more leave with a provider's key, and end every wait for it."""
        host = self.host(provider)
        if host.refusal is not None:
            return
        host.refusal = code
        for queue in host.queues.values():
            while (waiting := queue.line.take()) is not None:
                if not waiting.who.who.done():
                    waiting.who.who.set_exception(KeyStop(Event.PAUSE, PauseReason.PROVIDER, code))
        self.refused(provider, code)

    def forgive(self, provider: str) -> None:
        """Let a provider be asked again, one request first: its key is another one, or the person says so."""
        host = self.host(provider)
        if host.refusal is not None:
            host.refusal = None
            host.begin_anew()

    def renew(self, provider: str, rates: Rates) -> None:
        """Let other limits hold from now on, and try a provider that was away: its address may be another one."""
        self.host(provider).rates = rates
        self.hurry(provider)

    def hurry(self, provider: str) -> None:
        """Find out now if a provider answers again."""
        self.host(provider).hurry(self.now())
        self._pump(provider)

    def _let_leave(self, host: Host[Turn]) -> None:
        """Let those in line go elsewhere that may, where nobody answers here any more."""
        for turn in host.leaving():
            if not turn.done():
                turn.set_exception(AwayStop(Event.PAUSE, PauseReason.PROVIDER))

    # --- turns

    def _pump(self, provider: str) -> None:
        """Let go whoever may go, and look again when time alone will let somebody go."""
        host, now = self.host(provider), self.now()
        while host.refusal is None and (found := host.next(now)) is not None:
            model, applicant, sent = found
            if applicant.who.done():  # cut a moment ago
                host.end(model, sent, now)
            else:
                applicant.who.set_result(sent)
        self._arm(provider, host.wake_s(now) if host.refusal is None else None)

    def _arm(self, provider: str, wait_s: float | None) -> None:
        timer = self._timers.pop(provider, None)
        if timer is not None:
            timer.cancel()
        if wait_s is not None:
            loop = asyncio.get_running_loop()
            self._timers[provider] = loop.call_later(max(LEAST_S, wait_s), self._pump, provider)
