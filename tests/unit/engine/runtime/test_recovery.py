"""What a start makes of what an earlier run left: money first, then where each task stands."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from engine.domain.ids import AttemptId
from engine.domain.states import PauseReason, Phase, State, Wanted
from engine.domain.step import AttemptRecord, AttemptStatus, Flag, Outcome
from engine.domain.task import Standing
from engine.runtime.journal import Journal
from engine.runtime.record import TaskRecord
from engine.runtime.recovery import recover
from engine.runtime.register import Register
from engine.store.memory import MemoryStore
from engine.store.port import StoredTask
from tests.stored import HELD, intent, task
from tests.virtual_time import LoopClock, run

AT_MS = 9


class Start:
    """A program that starts on one task."""

    def __init__(self, standing: Standing) -> None:
        """Find the task so."""
        self.stored = StoredTask(id=task().id, order=1, spec=task().spec, standing=standing)
        self.store, self.register = MemoryStore(), Register()
        self.journal = Journal(self.store, LoopClock(), self.register.moved)
        self.record = TaskRecord(
            id=self.stored.id, order=1, spec=self.stored.spec, standing=standing, tip=standing, phase=Phase.IDLE
        )
        self.register.add(self.record)

    async def recover(self, *attempts: AttemptRecord, texts: dict[AttemptId, str] | None = None) -> Standing:
        """Start; return where the task stands when all of it is durable."""
        await self.store.create([self.stored])
        for attempt in attempts:
            await self.store.append_intent(attempt.intent, self.stored.standing)
        recover(self.register, self.journal, attempts, AT_MS, texts or {})
        await self.journal.settled()
        return self.record.standing

    def outcomes(self) -> list[Outcome]:
        """Return the outcomes that were recorded."""
        return [each for each in self.store.records[self.stored.id] if isinstance(each, Outcome)]


@pytest.mark.parametrize(
    ("wanted", "state", "reason"),
    [
        (Wanted.NOTHING, State.PAUSED, PauseReason.INTERRUPTION),
        (Wanted.PAUSE, State.PAUSED, PauseReason.USER),
        (Wanted.PAUSE_NOW, State.PAUSED, PauseReason.USER),
        (Wanted.CANCEL, State.CANCELLED, ""),
    ],
)
@pytest.mark.parametrize("live", [State.RUNNING, State.CHECKPOINTING])
def test_what_ran_stops_as_its_person_had_asked(live: State, wanted: Wanted, state: State, reason: str) -> None:
    """Or for the interruption, where nobody had; only that is offered."""

    async def main() -> None:
        start = Start(Standing(state=live, wanted=wanted))
        standing = await start.recover()
        assert (standing.state, standing.reason, standing.wanted) == (state, reason, Wanted.NOTHING)
        assert (start.record.id in start.register.interrupted) == (reason == PauseReason.INTERRUPTION)

    run(main())


def test_what_waited_waits_for_consent() -> None:
    """It keeps its state, and no record is written for that."""

    async def main() -> None:
        start = Start(Standing())
        assert (await start.recover()).state is State.PENDING
        assert start.record.phase is Phase.AWAITING_CONSENT
        assert list(start.register.interrupted) == [start.record.id]
        assert len(start.store.records[start.record.id]) == 1

    run(main())


@pytest.mark.parametrize("state", [State.PAUSED, State.COMPLETED, State.CANCELLED, State.FAILED, State.TIMEOUT])
def test_what_was_at_rest_stays_as_it_was(state: State) -> None:
    """Nothing is recorded, and nothing offered."""

    async def main() -> None:
        start = Start(Standing(state=state, reason=PauseReason.USER if state is State.PAUSED else ""))
        assert await start.recover() == start.stored.standing
        assert not start.register.interrupted and len(start.store.records[start.record.id]) == 1

    run(main())


def test_an_attempt_without_an_outcome_counts_at_its_hold() -> None:
    """Flagged as assumed, with what had arrived; its person is asked about each."""

    async def main() -> None:
        start = Start(Standing(state=State.RUNNING, spent=7))
        first, second = intent(start.stored, 1), intent(start.stored, 1, 2)
        attempts = [AttemptRecord(intent=first), AttemptRecord(intent=second)]
        standing = await start.recover(*attempts, texts={second.attempt: "Half of"})
        assert standing.spent == 7 + 2 * HELD
        assert standing.undecided == {first.attempt: HELD, second.attempt: HELD} and standing.unknown == 2
        assert (start.register.unknown, start.register.unknown_amount) == (1, 2 * HELD)
        assert [(o.status, o.cost, o.flags, o.text) for o in start.outcomes()] == [
            (AttemptStatus.UNKNOWN, HELD, (Flag.ASSUMED,), ""),
            (AttemptStatus.UNKNOWN, HELD, (Flag.ASSUMED,), "Half of"),
        ]

    run(main())


def test_an_attempt_that_was_free_leaves_nothing_to_decide() -> None:
    """It is unknown, too, but nobody can have been charged."""

    async def main() -> None:
        start = Start(Standing(state=State.RUNNING))
        free = replace(intent(start.stored), held=0)
        standing = await start.recover(AttemptRecord(intent=free))
        assert (standing.undecided, standing.unknown, standing.spent) == ({}, 0, 0)
        assert [(o.status, o.flags) for o in start.outcomes()] == [(AttemptStatus.UNKNOWN, ())]

    run(main())


def test_attempts_of_deleted_tasks_are_left_as_they_are() -> None:
    """They stay counted where all spending is counted; there is no task to tell of them."""

    async def main() -> None:
        start = Start(Standing(state=State.PAUSED, reason=PauseReason.USER))
        await start.store.create([task(2)])
        await start.store.append_intent(intent(task(2)), task(2).standing)
        await start.recover()
        recover(start.register, start.journal, start.store.open_now(), AT_MS, {})
        await start.journal.settled()
        assert not start.outcomes()
        assert (await start.store.spending()).total == HELD

    run(main())
