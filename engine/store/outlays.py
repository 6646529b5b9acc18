"""Where money went, from the sums that the store keeps, and from attempts in memory for its fake."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from engine.domain.outlay import ModelKey, Outlay
from engine.domain.step import AttemptRecord, Flag
from engine.domain.usage import Usage
from engine.store.database import Database
from engine.store.rows import PLACES

SUMS = "SELECT day, batch, provider, model, attempts, cost, input, cached, output, reasoning FROM spending"
SLICE = 500
"""Tasks whose flags are read at once: other reads of the same thread come in between."""
DIFFERING = (
    "SELECT provider, model, count(*) FROM attempt"  # noqa: S608 - constants alone
    f" WHERE record >= ? * {PLACES} AND record < ? * {PLACES} AND flags LIKE '%{Flag.DIFFERS}%' GROUP BY 1, 2"
)


def stored_outlays(connection: Database) -> tuple[Outlay, ...]:
    """Return the sums as they are kept."""
    fields = ("day", "batch", "provider", "model", "attempts", "cost", "input", "cached", "output", "reasoning")
    return tuple(Outlay(**dict(zip(fields, row, strict=True))) for row in connection.execute(SUMS))


def stored_differing(connection: Database, first: int) -> Counter[ModelKey]:
    """Return how many attempts are flagged, by model, of the `SLICE` tasks from number `first` on."""
    rows = connection.execute(DIFFERING, (first, first + SLICE))
    return Counter({(provider, model): count for provider, model, count in rows})


def differs(attempt: AttemptRecord) -> bool:
    """Whether an attempt was billed otherwise than its usage costs by its price."""
    return attempt.outcome is not None and Flag.DIFFERS in attempt.outcome.flags


def outlays_of(attempts: Iterable[AttemptRecord]) -> tuple[Outlay, ...]:
    """Sum attempts as the store does: those that ended, at what they count for now."""
    found: dict[tuple[str, str, str, str], Outlay] = {}
    for attempt in attempts:
        intent, outcome = attempt.intent, attempt.outcome
        if outcome is None:
            continue
        usage = outcome.usage or Usage()
        one = Outlay(
            day=intent.day,
            batch=intent.batch,
            provider=intent.provider,
            model=intent.model,
            attempts=1,
            cost=attempt.cost,
            input=usage.input,
            cached=usage.cached,
            output=usage.output,
            reasoning=usage.reasoning,
        )
        key = intent.day, intent.batch, intent.provider, intent.model
        found[key] = found[key].plus(one) if key in found else one
    return tuple(found[key] for key in sorted(found))
