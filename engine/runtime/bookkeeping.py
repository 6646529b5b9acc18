"""From how a request ended to what is recorded of it: pure arithmetic of money, tokens and time."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.cost.settle import settlement
from engine.domain.ids import AttemptId
from engine.domain.plain_text import one_line
from engine.domain.states import Event, PauseReason, State, TimeLevel, Wanted, advance
from engine.domain.step import AttemptStatus, Flag, Intent, Outcome
from engine.domain.task import MULTIPLIER
from engine.domain.usage import FinishReason, Usage

if TYPE_CHECKING:
    from engine.cost.port import Price
    from engine.domain.step import AttemptRecord
    from engine.domain.task import Standing, TaskSpec
    from engine.runtime.attempt import Ending
    from engine.runtime.redacting import Redact

MAX_DETAIL = 500
"""Characters kept of a server's own words."""

OF_A_STEP = (TimeLevel.CONNECT, TimeLevel.FIRST_TOKEN, TimeLevel.SILENCE, TimeLevel.ATTEMPT, TimeLevel.STEP)
"""Levels that begin anew with the next step, so that what was granted at them ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """What an attempt counts for: pico, flags, and the usage that is believed."""

    amount: int
    flags: tuple[Flag, ...] = ()
    usage: Usage | None = None


def bill(ending: Ending, price: Price, held: int) -> Bill:
    """Return what to settle at: what certainly was not billed is 0, what nobody confirmed is the hold."""
    finished, error = ending.finished, ending.error
    if finished is not None:
        amount, flags = settlement(held, price, finished.usage, finished.reported_cost, text=bool(ending.text))
        usage = None if Flag.ABSURD_USAGE in flags else finished.usage
        shortened = (Flag.SHORTENED,) if finished.finish is FinishReason.LENGTH else ()
        return Bill(amount=amount, flags=(*flags, *shortened, *ending.flags), usage=usage)
    if error is not None and (error.usage is not None or error.cost is not None):
        amount, flags = settlement(held, price, error.usage, error.cost)
        return Bill(amount=amount, flags=flags, usage=None if Flag.ABSURD_USAGE in flags else error.usage)
    if not ending.sent or (error is not None and not error.maybe_billed):
        return Bill(amount=0)
    return Bill(amount=held, flags=(Flag.ASSUMED,) if held else ())


def outcome(
    intent: Intent,
    ending: Ending,
    settled: Bill,
    *,
    at_ms: int,
    redact: Redact,
) -> Outcome:
    """Return the record of how the attempt ended."""
    finished, error = ending.finished, ending.error
    raw = finished.raw if finished else error.raw if error else b""
    return Outcome(
        task=intent.task,
        step=intent.step,
        attempt=intent.attempt,
        status=_status(ending),
        text=redact.known(ending.text),
        raw=redact.raw(raw),
        finish=finished.finish if finished else None,
        usage=settled.usage,
        cost=settled.amount,
        flags=settled.flags,
        provider_request_id=one_line(redact(ending.provider_request_id)),
        error=str(error.code) if error else str(ending.cause or ""),
        detail=one_line(redact(error.detail))[:MAX_DETAIL] if error else "",
        first_token_s=ending.first_token_s,
        duration_s=ending.duration_s,
        retry_in_s=ending.retry_in_s,
        at_ms=at_ms,
    )


def _status(ending: Ending) -> AttemptStatus:
    if ending.finished is not None:
        return AttemptStatus.ACCEPTED
    return AttemptStatus.FAILED if ending.error is not None else AttemptStatus.CUT


def changes_of_time(standing: Standing, active_s: float) -> dict[str, object]:
    """Return the changes of a standing for active seconds not yet counted."""
    return {
        "active_s": standing.active_s + active_s,
        "step_s": standing.step_s + active_s,
        "window_s": standing.window_s + active_s,
    }


def without(grants: dict[str, float], *levels: TimeLevel) -> dict[str, float]:
    """Return the grants but for levels that begin anew."""
    return {level: seconds for level, seconds in grants.items() if level not in levels}


def time_left(spec: TaskSpec, standing: Standing) -> dict[TimeLevel, float]:
    """Return the active seconds left at each level that counts on from attempt to attempt; infinite without a limit.

    At most 0 where it is used up. An attempt begins anew each time.
    """
    used = {
        TimeLevel.ATTEMPT: 0.0,
        TimeLevel.STEP: standing.step_s,
        TimeLevel.WINDOW: standing.window_s,
        TimeLevel.TASK: standing.active_s,
    }
    return {level: time_limit(spec, standing, level) - seconds for level, seconds in used.items()}


def time_limit(spec: TaskSpec, standing: Standing, level: TimeLevel) -> float:
    """Return the seconds that hold at `level` with what was granted; infinite where there is no limit."""
    base = _base(spec, level)
    return math.inf if base is None else standing.limit(level, base)


def _base(spec: TaskSpec, level: TimeLevel) -> float | None:
    """Return the seconds asked for at `level`, with the multiplier where it applies."""
    factor, limits = MULTIPLIER[spec.complexity], spec.limits
    return {
        TimeLevel.CONNECT: limits.connect,
        TimeLevel.FIRST_TOKEN: limits.first_token,
        TimeLevel.SILENCE: limits.silence,
        TimeLevel.ATTEMPT: None if limits.attempt is None else limits.attempt * factor,
        TimeLevel.STEP: limits.step * factor,
        TimeLevel.WINDOW: limits.window * factor,
        TimeLevel.TASK: limits.task * factor,
    }[level]


def granted(spec: TaskSpec, standing: Standing, level: TimeLevel) -> float:
    """Return what one resume of a task that ran out of time grants at `level`: its limit once more, in seconds."""
    base = _base(spec, level)
    if base is None:
        return 0.0
    return base - min(0.0, time_left(spec, standing).get(level, 0.0))


def changes_of_correction(standing: Standing, attempt: AttemptRecord, amount: int) -> dict[str, object]:
    """Return the changes of a standing when an attempt that ended counts for `amount` pico from now on."""
    undecided = {id_: held for id_, held in standing.undecided.items() if id_ != attempt.intent.attempt}
    return {
        "spent": standing.spent - attempt.cost + amount,
        "assumed": standing.assumed - (attempt.cost if attempt.assumed else 0),
        "unknown": len(undecided),
        "undecided": undecided,
    }


def changes_of_restoring(standing: Standing, step: int, at_ms: int) -> dict[str, object]:
    """Return the changes of a standing when the task goes back to where `step` steps are done; money stays spent.

    A reply that is still there waits on for its person; what waits to be told does, too.
    """
    review = standing.review if step >= standing.steps_done else AttemptId("")
    return {
        "state": advance(standing.state, Event.RESTORE),
        "reason": str(PauseReason.REVIEW if review else PauseReason.USER),
        "review": review,
        "loop_from": step,
        "detail": "",
        "wanted": Wanted.NOTHING,
        "steps_done": step,
        "step_attempts": 0,
        "step_s": 0.0,
        "window_s": 0.0,
        "grants": without(standing.grants, *OF_A_STEP, TimeLevel.WINDOW),
        "ended_at_ms": at_ms,
    }


def changes_of_resuming(standing: Standing) -> dict[str, object]:
    """Return the changes of a standing beside its state when its person lets it go on: a yes to what is in doubt.

    Where it had stopped for a loop, repeats count anew.
    """
    looped = standing.state is State.PAUSED and standing.reason == PauseReason.LOOP
    return {
        "unknown": 0,
        "undecided": {},
        "loop_from": standing.steps_done if looped else standing.loop_from,
    }


def changes_of_deciding(standing: Standing, instruction: str | None) -> dict[str, object]:
    """Return the changes of a standing when a reply was decided on; with an instruction its step is made again."""
    changes: dict[str, object] = {
        "state": advance(standing.state, Event.RESUME),
        "reason": "",
        "detail": "",
        "wanted": Wanted.NOTHING,
        "ended_at_ms": None,
        "review": AttemptId(""),
        "unknown": 0,
        "undecided": {},
    }
    if instruction is not None:
        left = standing.steps_done - 1
        changes |= {
            "steps_done": left,
            "step_attempts": 0,
            "loop_from": min(standing.loop_from, left),
            "instructions": (*standing.instructions, instruction),
        }
    return changes


def changes_of(standing: Standing, recorded: Outcome, active_s: float) -> dict[str, object]:
    """Return the changes of a standing by an outcome."""
    usage = recorded.usage or Usage()
    changes: dict[str, object] = {
        **changes_of_time(standing, active_s),
        "spent": standing.spent + recorded.cost,
        "assumed": standing.assumed + (recorded.cost if Flag.ASSUMED in recorded.flags else 0),
        "input_tokens": standing.input_tokens + usage.input,
        "cached_tokens": standing.cached_tokens + usage.cached,
        "output_tokens": standing.output_tokens + usage.output,
        "reasoning_tokens": standing.reasoning_tokens + usage.reasoning,
    }
    if recorded.status is AttemptStatus.SUMMED:
        changes |= {"step_s": 0.0, "grants": without(standing.grants, *OF_A_STEP)}
    if recorded.status is AttemptStatus.ACCEPTED:
        changes |= {
            "steps_done": standing.steps_done + 1,
            "step_s": 0.0,
            "step_attempts": 0,
            "first_token_s": recorded.first_token_s,
            "grants": without(standing.grants, *OF_A_STEP),
            "review": recorded.attempt if recorded.review else standing.review,
        }
    if recorded.completes:
        changes |= {
            "state": advance(standing.state, Event.COMPLETE),
            "reason": recorded.completes,
            "detail": "",
            "wanted": Wanted.NOTHING,
            "ended_at_ms": recorded.at_ms,
        }
    return changes
