"""What must hold of one attempt when its outcome is durable: judged from its exchange, its book and the time. Pure.

Each judgement yields faults by name. A deadline is early when it fired before its limit, with long stand-stills of the
process taken off; late when a silent server held the task for longer than a moment beyond it.
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.domain.states import TimeLevel
from engine.domain.step import AttemptStatus, Outcome
from engine.domain.task import Standing
from tests.simulation.book import Book
from tests.simulation.exchange import Exchange
from tests.workbench import PRICE

EXACT_S = 1e-6
LATE_S = 5.0
"""Seconds that a deadline may be late: short stand-stills, and the half second by which each long one is rounded up."""

Faults = Iterator[tuple[str, str]]


def used(standing: Standing, level: TimeLevel) -> float:
    """Return the active seconds that count at a level that spans attempts."""
    return {TimeLevel.STEP: standing.step_s, TimeLevel.WINDOW: standing.window_s}.get(level, standing.active_s)


def left(book: Book, standing: Standing, level: TimeLevel) -> float:
    """Return the seconds that a level had left by what was recorded."""
    limit = standing.limit(level, book.base(level))
    return limit - used(standing, level) if level in (TimeLevel.STEP, TimeLevel.WINDOW, TimeLevel.TASK) else limit


def of_deadline(book: Book, exchange: Exchange, level: TimeLevel) -> Faults:
    """Judge a deadline that cut an exchange."""
    begun, still = exchange.sent_at, exchange.still_at_sending
    if level is TimeLevel.SILENCE:
        if exchange.progress_at is None:
            yield "early", "silence before anything was said"
            return
        begun, still = exchange.progress_at, exchange.still_at_progress
    elif level is TimeLevel.FIRST_TOKEN and exchange.progress_at is not None:
        yield "early", "first token, which had come"
    lasted = (exchange.hung_up_at or 0.0) - begun
    stood = exchange.still_at_hanging_up - still
    limit = left(book, book.before or book.standing, level)
    if lasted - stood < limit - EXACT_S:
        yield "early", f"{level} after {lasted - stood} of {limit} s"
    if lasted - stood > limit + LATE_S:
        yield "late", f"{level} after {lasted - stood} of {limit} s"


def of_reply(book: Book, exchange: Exchange | None, outcome: Outcome) -> Faults:
    """Judge what became of what the server said."""
    accepted = outcome.status is AttemptStatus.ACCEPTED
    if accepted and (exchange is None or exchange.finish_at is None or outcome.text != exchange.plan.text):
        yield "doubled", f"accepted what no server said: {outcome.text[:80]!r}"
    if accepted and outcome.step != len(book.replies) + 1:
        yield "doubled", f"step {outcome.step} after {len(book.replies)}"
    if accepted or exchange is None or exchange.finish_at is None or outcome.status is AttemptStatus.UNKNOWN:
        return
    if outcome.status is AttemptStatus.FAILED or outcome.error in set(TimeLevel):
        yield "lost", f"{exchange.plan.kind}: {outcome.status} {outcome.error}, whole at {exchange.finish_at}"


def of_money(exchange: Exchange | None, outcome: Outcome, held: int) -> Faults:
    """Judge what an attempt counts for."""
    billed = exchange.billed if exchange is not None else 0
    if outcome.cost < billed:
        yield "under", f"counted {outcome.cost}, billed {billed}"
    if outcome.cost > held:
        yield "under", f"held {held}, counted {outcome.cost}"
    if exchange is None or outcome.status is not AttemptStatus.ACCEPTED:
        return
    usage = exchange.plan.usage
    right = {held} if usage is None else {PRICE.cost(usage), held}
    if outcome.cost not in right:
        yield "under", f"{exchange.plan.kind}: counted {outcome.cost}, should {right}"


def of_time(book: Book, standing: Standing, now: float, still: float) -> Faults:
    """Judge the active time that an attempt is said to have taken: no more than passed since it was let in."""
    if book.before is None:
        return
    claimed = standing.active_s - book.before.active_s
    passed = now - book.admitted_at - (still - book.still_at_admission)
    if claimed > passed + EXACT_S:
        yield "early", f"{claimed} s counted as active, {passed} s had passed"
