"""What watchers are told: progress of one task, changes of many, totals, and throughput statistics."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.domain.alert import Alert
from engine.domain.deadline import Deadline
from engine.domain.errors import ErrorCode
from engine.domain.fence import Fence
from engine.domain.ids import TaskId
from engine.domain.states import Phase, State
from engine.domain.task import TaskSnapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgressReport:
    """Progress of one task at one moment."""

    task: TaskId
    state: State
    reason: str
    phase: Phase
    step: int
    """Steps done."""
    total_steps: int
    percent: float
    """0 to 100; 100 exactly when completed."""
    tokens_generated: int
    """Output tokens, with those of the attempt in flight."""
    tokens_per_s: float
    cost: int
    """Pico spent."""
    held: int
    elapsed_s: float
    """Active seconds, over all restarts."""
    remaining_s: float | None
    """Expected active seconds left; None when unknown, 0 only when done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution:
    """Of some figure over a number of samples; all 0 when there are none."""

    count: int = 0
    average: float = 0.0
    minimum: float = 0.0
    maximum: float = 0.0
    p50: float = 0.0
    p95: float = 0.0
    p99: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistics:
    """Throughput since the engine was opened, over accepted attempts."""

    tokens_per_s: Distribution = Distribution()
    first_token_s: Distribution = Distribution()
    step_s: Distribution = Distribution()


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderHealth:
    """How a provider answers, over the last minutes."""

    name: str
    streams: int = 0
    """Requests in flight."""
    first_token_s: float | None = None
    """Median time to first token of late; None before the first."""
    latency_s: float | None = None
    """Median time until the server accepted a request."""
    last_error: str = ""
    """An `ErrorCode` when the last attempt failed; empty when it did not."""
    at_once: int | None = None
    """Requests at the same time that its models are found to take, all together; None before any was asked."""
    waiting: int = 0
    """Tasks that wait for it: for their turn, for its limits, or for its answer."""
    away: str = ""
    """Why it does not answer: an `ErrorCode` or a level of time; empty while it does."""
    next_try_s: float | None = None
    """Seconds until it is tried again; None while that is under way, or it answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRefusal:
    """A provider that refused its key, or has no credit: nothing is asked of it until the person says so."""

    provider: str
    code: ErrorCode
    tasks: int
    """PAUSED for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """Figures over all tasks. Money in pico, equal to the ledger."""

    count: int = 0
    by_state: Mapping[State, int] = field(default_factory=dict[State, int])
    by_model: Mapping[str, int] = field(default_factory=dict[str, int])
    by_batch: Mapping[str, int] = field(default_factory=dict[str, int])
    needs_you: Mapping[str, int] = field(default_factory=dict[str, int])
    """How many tasks wait for the person, by reason code: FAILED, TIMEOUT, PAUSED for budget, provider or storage; and
    "unknown" for those with attempts whose end nobody knows, on which nobody has decided."""
    interrupted: int = 0
    """Tasks that an earlier end of the program stopped and that wait for a yes: PAUSED(interruption) and
    PENDING with phase AWAITING_CONSENT."""
    offered: Mapping[str, int] = field(default_factory=dict[str, int])
    """How many tasks a limit or a fence stopped that would go on now, by what stopped them: a level of the ledger,
    FENCED, or what a provider refused its key for."""
    fences: tuple[Fence, ...] = ()
    """Models that are asked nothing more until the person says so."""
    refusals: tuple[KeyRefusal, ...] = ()
    """Providers that are asked nothing more until the person says so."""
    alerts: tuple[Alert, ...] = ()
    """Parts of budgets that were used up and nobody has read of yet; each account once."""
    burn_per_hour: int = 0
    """Pico an hour, by what was settled over the last minutes."""
    unknown: int = 0
    """Tasks with attempts whose end nobody knows and on which nobody has decided."""
    unknown_amount: int = 0
    """Pico of these attempts: they count as spent until somebody says better."""
    day: str = ""
    spent_today: int = 0
    held_today: int = 0
    """Of calls that count for today; one in flight since yesterday counts for yesterday."""
    day_limit: int | None = None
    spent_month: int = 0
    held_month: int = 0
    month_limit: int | None = None
    spent_total: int = 0
    held: int = 0
    total_limit: int | None = None
    output_per_s: float = 0.0
    """Output tokens a second now, over all streams."""
    input_per_s: float = 0.0
    """Input tokens a second, over the last seconds."""
    output_tokens: int = 0
    """Of all tasks since the engine was opened, with those in flight: monotonic."""
    input_tokens: int = 0
    streams: int = 0
    running_limit: int = 0
    first_token_p50_s: float | None = None
    attempts: int = 0
    """Since the engine was opened."""
    retries: int = 0
    rate_limited: int = 0
    """Attempts answered by 429 since the engine was opened."""
    eta_s: float | None = None
    """Expected seconds until all that runs or waits is done; None when unknown."""
    bytes_on_disk: int = 0
    last_saved_at_ms: int | None = None
    save_p99_ms: float = 0.0
    unsaved: int = 0
    """Replies that are whole and not yet durable."""
    saving: int = 0
    """Records called for and not yet durable."""
    trouble: str = ""
    """An `ErrorCode` while nothing can be saved: nothing is sent then, and `unsaved` replies are in memory alone."""
    damaged: int = 0
    """What was found damaged, at the start or since: how many `Damage`s there are."""
    checked: int = 0
    """Tasks whose saved records have been checked from the first to the last since the start, out of `count`."""
    providers: tuple[ProviderHealth, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveText:
    """Text of the focused task's attempt in flight since the last drain. `offset` 0 begins anew."""

    task: TaskId
    step: int
    attempt: int
    offset: int
    """Characters that came before `text`."""
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeBatch:
    """What changed since the last drain, each task once, as it is now."""

    added: tuple[TaskSnapshot, ...] = ()
    changed: tuple[TaskSnapshot, ...] = ()
    removed: tuple[TaskId, ...] = ()
    totals: Totals = Totals()
    live: LiveText | None = None
    deadlines: tuple[Deadline, ...] = ()
    """Those that run for the focused task, the nearest first."""
    at: float = 0.0
    """Monotonic time of the drain."""


def percent(snapshot: TaskSnapshot) -> float:
    """0 to 100; 100 exactly when completed."""
    return 100.0 * snapshot.fraction


def report(snapshot: TaskSnapshot) -> ProgressReport:
    """Return the progress report of a snapshot."""
    standing = snapshot.standing
    return ProgressReport(
        task=snapshot.id,
        state=standing.state,
        reason=standing.reason,
        phase=snapshot.phase,
        step=standing.steps_done,
        total_steps=snapshot.spec.total_steps,
        percent=percent(snapshot),
        tokens_generated=standing.output_tokens + snapshot.streamed_tokens,
        tokens_per_s=snapshot.tokens_per_s,
        cost=standing.spent,
        held=snapshot.held,
        elapsed_s=snapshot.active_s,
        remaining_s=snapshot.eta_s,
    )


def remaining(*, steps_done: int, total_steps: int, active_s: float) -> float | None:
    """Seconds of work expected for the steps left, from the mean over all steps so far; None before the first."""
    if steps_done >= total_steps:
        return 0.0
    return active_s / steps_done * (total_steps - steps_done) if steps_done else None
