"""What an attempt costs, found out after it ended: by the provider's own word or a person's.

A correction is a new entry of the journal; what was recorded before stays. It changes the task's standing in the same
transaction and, once it is durable, every account that the attempt counts in, on the day on which it was made.
"""

from __future__ import annotations

import asyncio
import functools
from typing import TYPE_CHECKING

from engine.domain.doubt import UnknownAttempt
from engine.domain.errors import DroverError, ErrorCode
from engine.domain.money import MOST_A_CALL
from engine.domain.step import AttemptRecord, Correction, Origin, Outcome
from engine.runtime.bookkeeping import changes_of_correction
from engine.runtime.journal import durable

if TYPE_CHECKING:
    from engine.domain.ids import AttemptId, TaskId
    from engine.runtime.accounts import Accounts
    from engine.runtime.journal import Journal
    from engine.runtime.parts import EngineParts
    from engine.runtime.register import Register
    from engine.store.port import StoreReader


class Corrections:
    """Corrects attempts, one at a time, so that each begins from the one before."""

    def __init__(self, parts: EngineParts, register: Register, journal: Journal, accounts: Accounts) -> None:
        """Correct attempts of the tasks in `register`."""
        self._register = register
        self._journal = journal
        self._accounts = accounts
        self._reader: StoreReader = parts.store
        self._providers = parts.providers
        self._clock = parts.clock
        self._turn = asyncio.Lock()
        self._last: asyncio.Future[None] | None = None

    async def correct(self, task: TaskId, attempt: AttemptId, amount: int, by: Origin = Origin.PERSON) -> None:
        """See `Engine`."""
        if not 0 <= amount <= MOST_A_CALL:
            raise DroverError(ErrorCode.AMOUNT_OUT_OF_RANGE, str(amount))
        async with self._turn:
            if self._last is not None:  # its caller was cancelled, perhaps, and what is read must have it
                await asyncio.wait((self._last,))
            found, _ = await self._ended(task, attempt)
            if self._journal.trouble is not None:  # a correction before this one may wait in memory
                raise self._journal.trouble
            self._last = self._enter(found, amount, by)
            await durable(self._last)

    async def ask(self, task: TaskId, attempt: AttemptId) -> int | None:
        """See `Engine`."""
        found, outcome = await self._ended(task, attempt)
        provider = self._providers.get(found.intent.provider)
        amount = await provider.settle(outcome.provider_request_id, client_request_id=attempt)
        if amount is not None:
            await self.correct(task, attempt, amount, Origin.PROVIDER)
        return amount

    async def unknown(self) -> tuple[UnknownAttempt, ...]:
        """See `Engine`."""
        found: list[UnknownAttempt] = []
        for record in tuple(self._register):
            if record.standing.undecided:
                found += [self._doubt(each) for each in await self._undecided(record.id)]
        return tuple(sorted(found, key=lambda each: each.since_ms))

    async def _undecided(self, task: TaskId) -> list[AttemptRecord]:
        try:
            attempts = [attempt for step in await self._reader.steps(task) for attempt in step.attempts]
        except DroverError as error:
            if error.code is ErrorCode.UNKNOWN_TASK:  # deleted meanwhile
                return []
            raise
        wanted = self._register.get(task).standing.undecided if task in self._register else {}
        return [attempt for attempt in attempts if attempt.intent.attempt in wanted]

    def _doubt(self, attempt: AttemptRecord) -> UnknownAttempt:
        intent = attempt.intent
        return UnknownAttempt(
            task=intent.task,
            step=intent.step,
            attempt=intent.attempt,
            provider=intent.provider,
            model=intent.model,
            amount=attempt.cost,
            since_ms=intent.at_ms,
            can_ask=self._can_ask(intent.provider, attempt.outcome.provider_request_id if attempt.outcome else ""),
        )

    def _can_ask(self, provider: str, request: str) -> bool:
        try:
            return self._providers.get(provider).capabilities.can_tell(request)
        except DroverError:  # it is not set up any more
            return False

    async def _ended(self, task: TaskId, attempt: AttemptId) -> tuple[AttemptRecord, Outcome]:
        """Return an attempt that ended; raises UNKNOWN_TASK, UNKNOWN_ATTEMPT, ATTEMPT_OPEN."""
        self._register.get(task)
        steps = await self._reader.steps(task)
        found = next((a for step in steps for a in step.attempts if a.intent.attempt == attempt), None)
        if found is None:
            raise DroverError(ErrorCode.UNKNOWN_ATTEMPT, attempt)
        if found.outcome is None:
            raise DroverError(ErrorCode.ATTEMPT_OPEN, attempt)
        return found, found.outcome

    def _enter(self, found: AttemptRecord, amount: int, by: Origin) -> asyncio.Future[None]:
        intent = found.intent
        record = self._register.get(intent.task)
        entry = Correction(
            task=intent.task,
            step=intent.step,
            attempt=intent.attempt,
            before=found.cost,
            amount=amount,
            by=by,
            at_ms=self._clock.wall_ms(),
        )
        count = functools.partial(self._accounts.adjust, intent, amount - found.cost)
        return self._journal.correction(record, entry, count, **changes_of_correction(record.tip, found, amount))
