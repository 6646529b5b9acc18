"""A task: what was asked (`TaskSpec`), where it durably stands (`Standing`), what is so now (`TaskSnapshot`).

The spec changes only by a recorded edit. The standing is written with every record of the task, in the same
transaction. The snapshot adds what is only so while a runner works, and is what the window and every watcher see.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import msgspec

from engine.domain.choice import Policy
from engine.domain.context_policy import ContextPolicy
from engine.domain.ids import AttemptId, TaskId
from engine.domain.plain_text import one_line
from engine.domain.states import Phase, State, TimeLevel, Wanted


class RecipeName(StrEnum):
    """How a task chooses its next prompt and knows that it is done."""

    ITERATE = "iterate"
    PIPELINE = "pipeline"


class ResultRule(StrEnum):
    """Which text is the answer: the last step's, or all steps' joined."""

    LAST = "last"
    JOIN = "join"


class Complexity(StrEnum):
    """How hard the work is; multiplies the time limits of attempt, step, window and task."""

    SIMPLE = "simple"
    MODERATE = "moderate"
    COMPLEX = "complex"
    HIGHLY_COMPLEX = "highly_complex"


MULTIPLIER = {
    Complexity.SIMPLE: 1.0,
    Complexity.MODERATE: 1.5,
    Complexity.COMPLEX: 2.0,
    Complexity.HIGHLY_COMPLEX: 2.5,
}


class TimeLimits(msgspec.Struct, frozen=True, kw_only=True):
    """Deadlines in seconds before the multiplier; None is no limit. `task` is active time."""

    connect: float = 10.0
    first_token: float = 60.0
    silence: float = 30.0
    attempt: float | None = None
    step: float = 120.0
    window: float = 600.0
    task: float = 3600.0


class RetryPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """Retries of one step: at most `max_retries`, waiting up to `backoff_base ** n` seconds, with full jitter."""

    max_retries: int = 3
    backoff_base: float = 2.0
    max_billed: int = 2
    """Retries at most after replies that had begun, or were waited for in vain; these count among the others, too."""
    switch_after: int = 2
    """Failures in a row after which a step goes to the next fallback, where there is one."""


class Route(msgspec.Struct, frozen=True, kw_only=True):
    """A provider and a model on it."""

    provider: str
    model: str


class TaskSpec(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked. The defaults are the article's; `engine.domain.validate` says what is possible."""

    goal: str
    provider: str
    model: str
    title: str = ""
    recipe: RecipeName = RecipeName.ITERATE
    prompts: tuple[str, ...] = ()
    """The prompts of a pipeline, in order."""
    result: ResultRule = ResultRule.LAST
    system: str = ""
    """The person's own system prompt; the recipe adds what it needs."""
    context: dict[str, str] = {}
    """Free facts for the model, by name."""
    max_steps: int = 50
    temperature: float = 0.7
    max_output: int = 4096
    """Tokens of one reply at most."""
    checkpoint_interval: int = 5
    """Steps between two checkpoints."""
    budget: int | None = None
    """Pico the task may spend; None is no limit of its own."""
    complexity: Complexity = Complexity.SIMPLE
    limits: TimeLimits = TimeLimits()
    retry: RetryPolicy = RetryPolicy()
    priority: int = 0
    """Higher starts first."""
    batch: str = ""
    not_before_ms: int | None = None
    """Wall time before which it does not start by itself; None is at once."""
    review_every: int = 0
    """Steps after which a reply waits for its person's yes, over and over; 0 is never."""
    review_after: tuple[int, ...] = ()
    """Single steps whose reply does, 1-based."""
    loop_after: int = 3
    """Replies running that repeat an earlier one, after which an iterating task pauses; 0 is never."""
    loop_similarity: float = 0.95
    """From 0 to 1: how alike two replies are at least to be a repeat, see `engine.domain.repeats`."""
    cells: dict[str, str] = {}
    """What its row had, by column, where it was made from one: kept for exports, sent to nobody."""
    output_schema: str = ""
    """A JSON schema that the answer shall fit, as text; empty for any text."""
    fallbacks: tuple[Route, ...] = ()
    """Where a step goes on that keeps failing, in this order."""
    policy: Policy = Policy.FIXED
    """How the model of each step is chosen: `engine.cost.routing`."""
    candidates: tuple[Route, ...] = ()
    """What a policy may choose from beside the models of its own provider whose price and tier are known."""
    context_policy: ContextPolicy = ContextPolicy.FULL
    window_steps: int = 10
    """Exchanges that a prompt has at most, with the policy *window*."""
    summary_share: float = 0.7
    """Of the model's context, from 0.1 to 0.9: what a prompt may fill before it is summed up, with *summary*."""
    summary_model: Route | None = None
    """Who sums up; None is whoever makes the step."""

    @property
    def named(self) -> tuple[Route, ...]:
        """All that its person named, the first choice first."""
        return tuple(dict.fromkeys((*self.routes, *self.candidates)))

    @property
    def ways(self) -> tuple[Route, ...]:
        """All named ones that it may go to under its policy."""
        return self.routes if self.policy is Policy.FIXED else self.named

    @property
    def routes(self) -> tuple[Route, ...]:
        """All that it may go to, the first choice first."""
        return (Route(provider=self.provider, model=self.model), *self.fallbacks)

    @property
    def total_steps(self) -> int:
        """Steps the task takes at most."""
        return len(self.prompts) if self.recipe is RecipeName.PIPELINE else self.max_steps

    @property
    def name(self) -> str:
        """The title, or the first line of the goal where there is none: one line that turns and moves nothing."""
        return one_line(self.title or (self.goal or "".join(self.prompts[:1])).strip().split("\n", 1)[0][:120])


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """Where a task durably stands: everything about it that a restart must know and no record alone tells.

    It is stored by position: new fields go to the end.
    """

    state: State = State.PENDING
    reason: str = ""
    """A `PauseReason`, `ErrorCode`, `TimeLevel` or `CompletionReason`, by state; empty where a state has none."""
    detail: str = ""
    """The cause in a server's or the system's own words, capped; hostile text."""
    wanted: Wanted = Wanted.NOTHING
    steps_done: int = 0
    attempts: int = 0
    step_attempts: int = 0
    """Attempts of the step that is not yet done."""
    retries: int = 0
    """Attempts beyond the first of their step."""
    unknown: int = 0
    """Attempts whose end nobody knows and on which nobody has decided: by going on, or by saying what they cost."""
    spent: int = 0
    """Pico, with what is only assumed."""
    assumed: int = 0
    """Pico of `spent` that no provider confirmed."""
    input_tokens: int = 0
    cached_tokens: int = 0
    output_tokens: int = 0
    reasoning_tokens: int = 0
    active_s: float = 0.0
    """Seconds of active time: without waiting for slots, limits and holds, over all restarts."""
    step_s: float = 0.0
    """Active seconds of the step that is not yet done."""
    window_s: float = 0.0
    """Active seconds since the last checkpoint."""
    first_token_s: float | None = None
    """Time to first token of the last accepted reply."""
    grants: dict[str, float] = {}
    """Seconds granted beyond the limit, by `TimeLevel`."""
    created_at_ms: int = 0
    started_at_ms: int | None = None
    ended_at_ms: int | None = None
    undecided: dict[AttemptId, int] = {}
    """Pico by attempt: the unknown ones on which nobody has decided."""
    needed: int = 0
    """Pico that the next call may cost, where a limit stopped the task for it."""
    review: AttemptId = AttemptId("")
    """The attempt whose reply waits for its person's yes: until then no other step is made."""
    instructions: tuple[str, ...] = ()
    """What its person told it and no request has said yet: the next one does."""
    loop_from: int = 0
    """Steps done when its person let it go on in spite of repeats: only later ones count."""
    route: int = 0
    """Place among `TaskSpec.routes` of the one in use."""
    route_step: int = 0
    """Steps that were done when it was taken."""

    lane: int | None = None
    """Where its person moved it in the queue: what stands for its priority; None where nobody did."""
    place: float | None = None
    """Where in the lane, lower first."""
    chosen: Route | None = None
    """What a policy chose last, as the intent of step `chosen_step` says."""
    chosen_step: int = 0
    """1-based."""

    def limit(self, level: TimeLevel, base: float) -> float:
        """Seconds that hold at `level` with what was granted."""
        return base + self.grants.get(level, 0.0)


Place = tuple[int, float]
"""Minus the lane, and the place in it: the least goes first."""


def place_of(order: int, spec: TaskSpec, standing: Standing) -> Place:
    """Return where a task stands in the queue."""
    if standing.lane is None or standing.place is None:
        return -spec.priority, float(order)
    return -standing.lane, standing.place


def route_of(spec: TaskSpec, standing: Standing) -> Route:
    """Return the provider and model that a task is on."""
    if spec.policy is not Policy.FIXED and standing.chosen is not None:
        return standing.chosen
    routes = spec.routes
    return routes[standing.route if standing.route < len(routes) else 0]


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskSnapshot:
    """What is so about a task now. `spec` and `standing` are shared, never copied."""

    id: TaskId
    order: int
    """Place in the order of creation; lower first."""
    spec: TaskSpec
    standing: Standing
    phase: Phase = Phase.IDLE
    phase_until: float | None = None
    """Monotonic time at which the phase ends by itself (a retry), where that is known."""
    held: int = 0
    """Pico held for the attempt in flight."""
    streamed_tokens: int = 0
    """Tokens of the attempt in flight so far; an estimate until the provider reports."""
    tokens_per_s: float = 0.0
    """Output speed of the attempt in flight; 0 when nothing streams."""
    active_s: float = 0.0
    """Active seconds up to now."""
    eta_s: float | None = None
    """Expected seconds of work left; None when nothing is known yet."""
    offered: bool = False
    """Whether money stopped it and would not any more: a person's yes lets it go on."""

    @property
    def state(self) -> State:
        """Where it stands."""
        return self.standing.state

    @property
    def name(self) -> str:
        """What to call it; hostile text."""
        return self.spec.name

    @property
    def place(self) -> Place:
        """Where it stands in the queue: the least goes first."""
        return place_of(self.order, self.spec, self.standing)

    @property
    def route(self) -> Route:
        """The provider and model in use."""
        return route_of(self.spec, self.standing)

    @property
    def fraction(self) -> float:
        """Part of the steps done, 0 to 1; 1 when completed, however many steps it took."""
        if self.state is State.COMPLETED:
            return 1.0
        return self.standing.steps_done / max(1, self.spec.total_steps)
