"""One attempt, whole: turn, request, hold, intent, reply, outcome. In this order, and nothing before its turn.

The invariants of money and durability live here. No byte leaves before its intent is durable; no intent is written
before its worst cost is held; a hold ends by settling at what its durable outcome says, or is given back when no
byte left; nothing is done with a reply before it is durable.
"""

from __future__ import annotations

import asyncio
import dataclasses
import functools
import hashlib
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from typing import TYPE_CHECKING

from engine.cost.port import Level
from engine.domain.errors import DroverError, ErrorCode
from engine.domain.states import Event, PauseReason, Phase, TimeLevel, Wanted
from engine.domain.step import Intent
from engine.providers.port import ChatRequest, PreparedRequest, Provider, ProviderError
from engine.runtime import points
from engine.runtime.admission import admitted
from engine.runtime.attempt import Attempt, Ending
from engine.runtime.bookkeeping import Bill, bill, changes_of, outcome, time_left, time_limit
from engine.runtime.contexts import size_of
from engine.runtime.deadlines import Deadlines
from engine.runtime.limits.answer import KEY_CODES, answer_of
from engine.runtime.limits.lane import rates_of
from engine.runtime.limits.line import Place
from engine.runtime.record import Stream, TaskRecord
from engine.runtime.stop import Stop, StorageStop

if TYPE_CHECKING:
    from engine.cost.port import Hold, Price, Quote
    from engine.domain.ids import AttemptId
    from engine.domain.message import Message
    from engine.domain.task import Route, TaskSpec
    from engine.runtime.errand import Errand
    from engine.runtime.limits.gate import InLine, Permit
    from engine.runtime.ports import RunnerPorts
    from engine.runtime.wishes import Wishes


class Call:
    """Makes attempts for one runner, on one errand."""

    def __init__(self, record: TaskRecord, ports: RunnerPorts, wishes: Wishes, errand: Errand) -> None:
        """Work on `record`, for what `errand` says."""
        self._record = record
        self._ports = ports
        self._wishes = wishes
        self._errand = errand
        self._tries = errand.tries
        self._route = record.route

    async def make(self, retry: int) -> Ending:
        """Make one attempt, the `retry`-th again of its step, and record it; return how it ended.

        Raises `Stop` for limits, wishes and a failing store, `DroverError` for what was never sent, and `CutError`
        when a wait was cut for a wish that was taken back.
        """
        ports = self._ports
        self._route = self._tries.route_to_say(self._errand.prompt)
        try:
            provider, quote = self._found(self._route)
            async with AsyncExitStack() as stack:
                async with self._wishes.waiting(Phase.PREPARING):
                    self._permit = await stack.enter_async_context(self._turn(provider))
                    provider, quote = self._found(self._route)  # its settings may be others now
                    prepared, hold = await self._ready(provider, quote.price)
                return await self._send(provider, prepared, quote, hold, retry)
        except ProviderError as error:  # while preparing: nothing left the computer, so there is nothing to record
            if error.code in KEY_CODES:
                ports.gate.refuse(self._route.provider, error.code)
            return self._with_wait(Ending(error=error, sent=False), 0)
        except Stop as stop:
            if not self._tries.goes_elsewhere(stop, self._route):
                raise
            return Ending(sent=False, excused=True)
        finally:
            self._give_back()

    def _turn(self, provider: Provider) -> AbstractAsyncContextManager[Permit]:
        spec = self._record.spec
        return self._ports.gate.turn(
            provider.name,
            self._route.model,
            rates_of(provider.capabilities),
            Place(priority=spec.priority, batch=spec.batch),
            size=sum(len(message.content) for message in self._errand.prompt()),
            output=spec.max_output,
            leaves=self._tries.may_leave(self._route),
            shown=self._show_line,
        )

    def _show_line(self, in_line: InLine | None) -> None:
        self._record.in_line = in_line
        self._ports.changed(self._record.id)

    async def saved(self, future: asyncio.Future[None]) -> None:
        """Wait until a record is durable.

        Raises `StorageStop` when it is not known to be and waits in memory, `DroverError(INTERNAL)` when it is left
        out: the task then stands where its last durable record says.
        """
        try:
            await asyncio.shield(future)
        except DroverError as error:
            if error.code is ErrorCode.INTERNAL:
                self._record.tip = self._record.standing
                raise
            raise StorageStop(Event.PAUSE, PauseReason.STORAGE, error.code) from error

    async def _ready(self, provider: Provider, price: Price) -> tuple[PreparedRequest, Hold]:
        """Prepare a request and hold its worst cost; anew where its person told the task something meanwhile."""
        while True:
            spec, waiting = self._record.spec, self._record.tip.instructions
            self._wishes.show(Phase.PREPARING)
            messages = self._errand.prompt()
            self._ports.contexts.check(self._route, messages)
            prepared = await provider.prepare(request_of(spec, messages, self._route.model))
            self._size = size_of(messages)
            hold = await self._admit(price, prepared)
            if self._record.tip.instructions == waiting:
                return prepared, hold
            self._give_back()

    def _found(self, route: Route) -> tuple[Provider, Quote]:
        """Return the provider of a route and what it costs there; raises `ProviderError` where it is set up no more."""
        try:
            return self._ports.providers.get(route.provider), self._ports.prices.quote(route.provider, route.model)
        except DroverError as error:
            raise ProviderError(error.code, error.detail, retryable=False, maybe_billed=False) from error

    async def _admit(self, price: Price, prepared: PreparedRequest) -> Hold:
        worst = price.worst(prepared.input_bound, prepared.max_output)
        self._tries.choosing.bounded(prepared.input_bound)
        hold = self._record.hold = await admitted(self._record, self._ports, self._wishes, worst, self._route)
        self._ports.reach(points.ADMITTED)
        return hold

    async def _send(
        self, provider: Provider, prepared: PreparedRequest, quote: Quote, hold: Hold, retry: int
    ) -> Ending:
        record, ports = self._record, self._ports
        deadlines = self._deadlines()
        record.active_since = ports.clock.monotonic()
        intent = self._intent(prepared, quote, hold)
        counted = {
            "attempts": record.tip.attempts + 1,
            "step_attempts": record.tip.step_attempts + 1,
            "retries": record.tip.retries + (1 if retry else 0),
            **self._tries.chosen_for(intent.step),
            **self._errand.sent(),
        }
        try:
            await self.saved(ports.journal.intent(record, intent, **counted))
        except StorageStop:
            self._take_back(intent)
            raise
        ports.reach(points.INTENT_DURABLE)
        ending = await self._perform(provider, prepared, intent, deadlines)
        ending = await self._judged(ending, intent.held)
        self._count(ending, retry)
        self._tries.learn(self._route, self._size, ending)
        await self._record_ending(intent, ending, quote.price, hold)
        return ending

    def _take_back(self, intent: Intent) -> None:
        """Record, behind an intent that is not known to be durable, that nothing of it left."""
        record, ports = self._record, self._ports
        error = ProviderError(ErrorCode.STORE_FAILED, retryable=False, maybe_billed=False)
        ending = Ending(error=error, sent=False)
        recorded = outcome(intent, ending, Bill(amount=0), at_ms=ports.clock.wall_ms(), redact=ports.redact)
        ports.journal.outcome(record, recorded, **changes_of(record.tip, recorded, 0.0))

    async def _perform(
        self, provider: Provider, prepared: PreparedRequest, intent: Intent, deadlines: Deadlines
    ) -> Ending:
        # From here on a durable outcome ends the hold, and nothing else does.
        stream = self._record.stream = Stream(number=intent.number, step=intent.step)
        wish = self._wishes.current
        if wish is not Wanted.NOTHING:  # asked for while the intent was being saved: no byte leaves
            return Ending(cause=wish, sent=False)
        if self._ports.gate.host(provider.name).refusal is not None:  # its key was refused in that time
            return Ending(cause=Wanted.PAUSE, sent=False)
        left = self._ports.batch_left(self._record)
        if left <= 0:  # its batch was given less time meanwhile
            return Ending(cause=TimeLevel.BATCH, sent=False)
        deadlines.put(TimeLevel.BATCH, left)
        self._wishes.show(Phase.CONNECTING)
        with self._wishes.streaming(deadlines):
            attempt = Attempt(self._record, self._ports, stream, provider.name, self._permit)
            return await attempt.perform(provider, prepared, intent.attempt, deadlines)

    async def _record_ending(self, intent: Intent, ending: Ending, price: Price, hold: Hold) -> None:
        record, ports = self._record, self._ports
        settled = bill(ending, price, intent.held)
        recorded = outcome(intent, ending, settled, at_ms=ports.clock.wall_ms(), redact=ports.redact)
        ports.fences.judge(intent, recorded)
        if ending.finished:
            recorded = self._errand.taken(recorded)
        if recorded.usage is not None:
            now = ports.clock.monotonic()
            ports.gauges.input.add(recorded.usage.input, now)
            ports.gauges.output.correct(ending.streamed_tokens, recorded.usage.output, now)
        self._wishes.show(Phase.SAVING)
        ports.credit()  # a gap that ended just now is no active time
        active = record.take_active(ports.clock.monotonic())
        active = 0.0 if ending.excused else active  # it found out for everybody whether the provider answers
        ports.gauges.unsaved += 1
        kept = functools.partial(self._kept, intent.attempt, hold, settled.amount)  # until then its hold counts
        saved = ports.journal.outcome(record, recorded, kept, **changes_of(record.tip, recorded, active))
        ports.reach(points.OUTCOME_QUEUED)
        try:
            await self.saved(saved)
        except DroverError:  # left out for a fault of ours, and paid all the same
            self._settle(hold, settled.amount)
            raise
        ports.reach(points.OUTCOME_DURABLE)

    def _kept(self, attempt: AttemptId, hold: Hold, amount: int) -> None:
        """Let go of what stood in for a durable outcome: its text in the spool, its hold."""
        self._ports.spooling.ended(attempt)
        self._settle(hold, amount)

    def _settle(self, hold: Hold, amount: int) -> None:
        """End a hold at what its durable outcome says."""
        record, ports = self._record, self._ports
        ports.gauges.unsaved -= 1
        ports.ledger.settle(hold, amount)
        ports.gauges.spent.add(amount, ports.clock.monotonic())
        record.hold = record.stream = None
        ports.results.publish(record.id)

    def _intent(self, prepared: PreparedRequest, quote: Quote, hold: Hold) -> Intent:
        record, ports = self._record, self._ports
        return Intent(
            task=record.id,
            batch=record.spec.batch,
            step=record.tip.steps_done + 1,
            attempt=ports.ids.attempt(),
            number=record.tip.step_attempts + 1,
            provider=self._route.provider,
            model=self._route.model,
            price_list=quote.price_list,
            request_sha256=hashlib.sha256(prepared.body).digest(),
            held=hold.amount,
            at_ms=ports.clock.wall_ms(),
            day=next(scope.key for scope in hold.scopes if scope.level is Level.DAY),
            **self._tries.why(),
            sums_up=self._errand.sums_up,
        )

    def _deadlines(self) -> Deadlines:
        spec, tip = self._record.spec, self._record.tip
        left = time_left(spec, tip) | {TimeLevel.BATCH: self._ports.batch_left(self._record)}
        for level, seconds in left.items():
            if seconds <= 0:
                raise Stop(Event.EXPIRE, level)
        stages = {level: time_limit(spec, tip, level) for level in (TimeLevel.FIRST_TOKEN, TimeLevel.SILENCE)}
        return Deadlines(left | stages, credit=self._ports.credit)

    async def _judged(self, ending: Ending, held: int) -> Ending:
        """Tell the gate how a request ended that was held at so many pico, and decide what follows."""
        away = self._permit.ended(answer_of(ending))
        ending = await self._errand.judged(ending, self._route, held)
        wait_s = self._tries.excused(ending, self._route, away=away)
        if wait_s is None:
            return self._with_wait(ending, held)
        return dataclasses.replace(ending, excused=True, retry_in_s=wait_s or None)

    def _with_wait(self, ending: Ending, held: int) -> Ending:
        """Decide how long to wait before another attempt, after one that was held at so many pico."""
        return dataclasses.replace(ending, retry_in_s=self._tries.failed(ending, self._route, held))

    def _count(self, ending: Ending, retry: int) -> None:
        gauges = self._ports.gauges
        provider = gauges.provider(self._route.provider)
        gauges.attempts += 1
        gauges.retries += 1 if retry else 0
        provider.last_error = ending.error.code if ending.error else ""
        if ending.error is not None and ending.error.code is ErrorCode.RATE_LIMITED:
            gauges.rate_limited += 1
        if ending.finished is None:
            return
        gauges.step.add(ending.duration_s)
        if ending.first_token_s is not None:
            provider.first_token.append(ending.first_token_s)
            gauges.first_token.add(ending.first_token_s)
            usage = ending.finished.usage
            tokens = usage.output if usage and not usage.absurd() else ending.streamed_tokens
            gauges.speed.add(tokens / max(0.001, ending.duration_s - ending.first_token_s))

    def _give_back(self) -> None:
        """Release a hold whose request never left: an open stream, or a settled hold, has none to give."""
        record = self._record
        if record.hold is not None and record.stream is None:
            self._ports.ledger.release(record.hold)
            record.hold = None


def request_of(spec: TaskSpec, messages: tuple[Message, ...], model: str) -> ChatRequest:
    """Return what a task asks of a model."""
    return ChatRequest(
        model=model,
        messages=messages,
        temperature=spec.temperature,
        max_output=spec.max_output,
        connect_s=spec.limits.connect,
    )
