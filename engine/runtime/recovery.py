"""What the engine does at start with what an earlier run left: nothing is sent, nothing is forgotten.

Whoever only reads a folder that nobody holds tells it by the same rules, as the next start will have it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from engine.domain.states import LIVE, Event, PauseReason, Phase, State, Wanted, advance
from engine.domain.step import AttemptStatus, Flag, Outcome
from engine.runtime.bookkeeping import changes_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from engine.domain.ids import AttemptId
    from engine.domain.step import AttemptRecord, Intent
    from engine.domain.task import Standing
    from engine.runtime.journal import Journal
    from engine.runtime.record import TaskRecord
    from engine.runtime.register import Register


def recover(
    register: Register,
    journal: Journal,
    open_attempts: Iterable[AttemptRecord],
    at_ms: int,
    texts: Mapping[AttemptId, str],
) -> None:
    """Queue the records by which every task stands as it must after an end of the program.

    An attempt without an outcome becomes UNKNOWN and counts as spent at its hold; `texts` has what had arrived. What
    ran is PAUSED: as the person had asked, or for the interruption. What waited to run keeps its place and waits for
    consent.
    """
    for attempt in open_attempts:
        if attempt.intent.task in register:
            _unknown(register.get(attempt.intent.task), journal, attempt, at_ms, texts.get(attempt.intent.attempt, ""))
    for record in register:
        if record.tip.state in LIVE:
            _interrupted(record, journal)
        elif record.tip.state is State.PENDING:
            record.phase = Phase.AWAITING_CONSENT
            register.note_interruption(record)


def foretold(standing: Standing, opened: Iterable[AttemptRecord], at_ms: int) -> Standing:
    """Return where a task will stand after the next start, whose attempts `opened` have no outcome."""
    for attempt in opened:
        standing = replace(standing, **_changes_of_unknown(standing, unknown(attempt.intent, at_ms)))
    if standing.state not in LIVE:
        return standing
    event, reason = _stop(standing)
    state = advance(standing.state, event)
    return replace(standing, state=state, reason=reason, detail="", wanted=Wanted.NOTHING, ended_at_ms=at_ms)


def unknown(intent: Intent, at_ms: int, text: str = "") -> Outcome:
    """Return how an attempt ends whose program ended before it: counted at its hold, until somebody says better."""
    return Outcome(
        task=intent.task,
        step=intent.step,
        attempt=intent.attempt,
        status=AttemptStatus.UNKNOWN,
        text=text,
        cost=intent.held,
        flags=(Flag.ASSUMED,) if intent.held else (),
        at_ms=at_ms,
    )


def _unknown(record: TaskRecord, journal: Journal, attempt: AttemptRecord, at_ms: int, text: str) -> None:
    outcome = unknown(attempt.intent, at_ms, text)
    journal.outcome(record, outcome, **_changes_of_unknown(record.tip, outcome))


def _changes_of_unknown(standing: Standing, outcome: Outcome) -> dict[str, object]:
    undecided = standing.undecided | ({outcome.attempt: outcome.cost} if outcome.cost else {})
    changes = changes_of(standing, outcome, 0.0)
    return changes | {"unknown": len(undecided), "undecided": undecided}


def _interrupted(record: TaskRecord, journal: Journal) -> None:
    journal.state(record, *_stop(record.tip))


def _stop(standing: Standing) -> tuple[Event, str]:
    """Return what becomes of a task that ran, by what its person had asked of it, or has to decide."""
    match standing.wanted:
        case Wanted.CANCEL:
            return Event.CANCEL, ""
        case _ if standing.review:
            return Event.PAUSE, PauseReason.REVIEW
        case Wanted.NOTHING:
            return Event.PAUSE, PauseReason.INTERRUPTION
        case _:
            return Event.PAUSE, PauseReason.USER
