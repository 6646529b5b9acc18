"""What tasks cost: limits, fences, attempts whose end nobody knows, the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from engine.cost.port import Balance, Scope
    from engine.cost.whatif import Supposition, WhatIf
    from engine.domain.alert import Alert
    from engine.domain.doubt import UnknownAttempt
    from engine.domain.fence import Fence
    from engine.domain.foresight import Foresight
    from engine.domain.ids import AttemptId, TaskId
    from engine.domain.ledger_entry import LedgerEntry
    from engine.domain.outlay import Outlays
    from engine.domain.task import TaskSpec


class Spending(Protocol):
    """See `engine.face.Engine`."""

    def balance(self, scope: Scope) -> Balance:
        """Return a ledger's figures."""
        ...

    def set_budget(self, scope: Scope, limit: int | None) -> None:
        """Set the limit of a batch, the day, the month or everything; a task's own is set by `edit`.

        A batch's is kept by the engine, the others by the person's settings. What a limit stopped is offered to resume
        (`Totals.offered`) when it has room again; nothing resumes by itself.
        """
        ...

    async def worst_case(self, specs: Sequence[TaskSpec]) -> int:
        """Return pico that these can cost at most if no reply is asked for twice; raises PRICE_UNKNOWN."""
        ...

    async def foresee(self, spec: TaskSpec) -> Foresight:
        """Return what a task that is not yet made will come to, told from finished ones of its batch and its model."""
        ...

    async def foresee_all(self, specs: Sequence[TaskSpec]) -> Foresight:
        """Return what tasks that are not yet made will come to together."""
        ...

    async def foresee_task(self, task: TaskId) -> Foresight:
        """Return what a task will come to with what it took already; raises UNKNOWN_TASK."""
        ...

    async def foresee_batch(self, batch: str) -> Foresight:
        """Return what the tasks of a batch will come to together, with what they took already."""
        ...

    def fences(self) -> tuple[Fence, ...]:
        """Return the models that are asked nothing more, because they billed above what was held, oldest first."""
        ...

    async def lift_fence(self, provider: str, model: str) -> None:
        """Let a model be asked again, durable on return; tasks that it stopped are offered to resume."""
        ...

    async def unknown(self) -> tuple[UnknownAttempt, ...]:
        """Return the attempts whose end nobody knows and on which nobody has decided, oldest first.

        To decide is to `correct` one (to what it counts for already: it was spent), to `ask_provider`, or to `resume`
        the task: it tries again, and the attempt stays counted.
        """
        ...

    async def correct(self, task: TaskId, attempt: AttemptId, amount: int) -> None:
        """Let an attempt that ended count for `amount` pico from now on (0: it was not billed), durable on return.

        It counts on its own day, and may pass a limit: what is spent is spent. Raises UNKNOWN_ATTEMPT, ATTEMPT_OPEN,
        AMOUNT_OUT_OF_RANGE; an error of the store means that it waits in memory.
        """
        ...

    async def ask_provider(self, task: TaskId, attempt: AttemptId) -> int | None:
        """Ask what an attempt was billed, and correct it to that; returns pico, or None where it cannot be told.

        Raises what `correct` raises, and the provider's own errors.
        """
        ...

    def alerts(self) -> tuple[Alert, ...]:
        """Return the parts of budgets that were used up and nobody has read of yet, as `Totals.alerts`.

        Each crossing is told once, and anew under a raised limit, on another day, in another month.
        """
        ...

    def alerts_read(self) -> None:
        """Say that all of them were read."""
        ...

    async def outlays(self) -> Outlays:
        """Return where money went so far, from the store's sums; attempts in flight are held, not spent."""
        ...

    async def what_if(self, scope: Scope, asked: Supposition) -> WhatIf:
        """Return what an account's finished steps would have cost otherwise: computed, see `engine.cost.whatif`.

        Of a task, a batch, a day, a month or everything; deleted tasks are left out. Raises PRICE_UNKNOWN.
        """
        ...

    def ledger_entries(self) -> AsyncIterator[LedgerEntry]:
        """Go over every attempt and correction from the store, task by task, deleted ones among them."""
        ...
