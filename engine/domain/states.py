"""The life of a task: its states, what moves it between them, and what a person may ask of it in each.

Two rules. All of the life of a task is in `TRANSITIONS`: a pair that is not in it raises. Nothing here knows
*why* something happened: a state is accompanied by a reason code, and what a running task is busy with is a
phase; neither moves the table.

Theory of operation. A task is PENDING until the scheduler gives it a place, then RUNNING. Each window of steps
ends in a CHECKPOINTING and goes on. It stops in PAUSED, FAILED or TIMEOUT, all of which resume from the last
durable step by going through PENDING again and can first be restored to an earlier checkpoint, or in COMPLETED or
CANCELLED, which are final. A person's wish (pause, cancel) is not a state: it is recorded as `Wanted` and takes effect
when the work in flight allows.
"""

from enum import StrEnum

from engine.domain.errors import ErrorCode


class State(StrEnum):
    """Where a task stands. What a state means for people is in resources/text."""

    PENDING = "pending"
    RUNNING = "running"
    CHECKPOINTING = "checkpointing"
    PAUSED = "paused"
    COMPLETED = "completed"
    FAILED = "failed"
    TIMEOUT = "timeout"
    CANCELLED = "cancelled"


class Event(StrEnum):
    """What happened to a task."""

    START = "start"
    CHECKPOINT = "checkpoint"
    SAVED = "saved"
    PAUSE = "pause"
    RESUME = "resume"
    COMPLETE = "complete"
    FAIL = "fail"
    EXPIRE = "expire"
    CANCEL = "cancel"
    RESTORE = "restore"
    YIELD = "yield"


class Action(StrEnum):
    """What a person may ask of a task; buttons and command line derive from `allowed`."""

    START = "start"
    PAUSE = "pause"
    RESUME = "resume"
    CANCEL = "cancel"
    RETRY = "retry"
    DELETE = "delete"
    EDIT = "edit"
    RESTORE = "restore"


class Wanted(StrEnum):
    """A person's recorded wish that the work in flight has not let happen yet."""

    NOTHING = "nothing"
    PAUSE = "pause"
    PAUSE_NOW = "pause_now"
    CANCEL = "cancel"


class PauseReason(StrEnum):
    """Why a task is PAUSED."""

    USER = "user"
    BUDGET = "budget"
    PROVIDER = "provider"
    STORAGE = "storage"
    INTERRUPTION = "interruption"
    REVIEW = "review"
    LOOP = "loop"


class CompletionReason(StrEnum):
    """Why a task is COMPLETED: the model said so, its steps were used up, or its list of prompts ended."""

    MARKER = "marker"
    MAX_STEPS = "max_steps"
    END_OF_PIPELINE = "end_of_pipeline"


class TimeLevel(StrEnum):
    """The levels of deadlines, from the innermost out; the reason code of TIMEOUT."""

    CONNECT = "connect"
    FIRST_TOKEN = "first_token"  # noqa: S105 - a token of text
    SILENCE = "silence"
    ATTEMPT = "attempt"
    STEP = "step"
    WINDOW = "window"
    TASK = "task"
    BATCH = "batch"


class Phase(StrEnum):
    """What a task is busy with right now; shown, never stored."""

    IDLE = "idle"
    AWAITING_CONSENT = "awaiting_consent"
    QUEUED = "queued"
    SCHEDULED = "scheduled"
    WAITING_SLOT = "waiting_slot"
    WAITING_RATE_LIMIT = "waiting_rate_limit"
    WAITING_PROVIDER = "waiting_provider"
    WAITING_HELD = "waiting_held"
    PREPARING = "preparing"
    CONNECTING = "connecting"
    WAITING_FIRST_TOKEN = "waiting_first_token"  # noqa: S105 - a token of text
    STREAMING = "streaming"
    RETRYING = "retrying"
    SAVING = "saving"
    PAUSING = "pausing"
    CANCELLING = "cancelling"


class IllegalTransitionError(ValueError):
    """An event met a state that has no place for it: a fault of the caller, never of a person."""

    def __init__(self, state: State, event: Event) -> None:
        """Name the pair that is not in the table."""
        super().__init__(f"{event} is not possible in {state}")
        self.state = state
        self.event = event


S, E = State, Event
TRANSITIONS: dict[tuple[State, Event], State] = {
    (S.PENDING, E.START): S.RUNNING,
    (S.PENDING, E.PAUSE): S.PAUSED,
    (S.PENDING, E.FAIL): S.FAILED,
    (S.PENDING, E.CANCEL): S.CANCELLED,
    (S.RUNNING, E.CHECKPOINT): S.CHECKPOINTING,
    (S.RUNNING, E.PAUSE): S.PAUSED,
    (S.RUNNING, E.COMPLETE): S.COMPLETED,
    (S.RUNNING, E.FAIL): S.FAILED,
    (S.RUNNING, E.EXPIRE): S.TIMEOUT,
    (S.RUNNING, E.CANCEL): S.CANCELLED,
    (S.RUNNING, E.YIELD): S.PENDING,
    (S.CHECKPOINTING, E.SAVED): S.RUNNING,
    (S.CHECKPOINTING, E.PAUSE): S.PAUSED,
    (S.CHECKPOINTING, E.FAIL): S.FAILED,
    (S.CHECKPOINTING, E.CANCEL): S.CANCELLED,
    (S.PAUSED, E.RESUME): S.PENDING,
    (S.PAUSED, E.CANCEL): S.CANCELLED,
    (S.FAILED, E.RESUME): S.PENDING,
    (S.TIMEOUT, E.RESUME): S.PENDING,
    (S.PAUSED, E.RESTORE): S.PAUSED,
    (S.FAILED, E.RESTORE): S.PAUSED,
    (S.TIMEOUT, E.RESTORE): S.PAUSED,
}
"""The whole life of a task: (state, event) -> state."""

ACTIONS: dict[State, frozenset[Action]] = {
    S.PENDING: frozenset({Action.START, Action.PAUSE, Action.CANCEL}),
    S.RUNNING: frozenset({Action.PAUSE, Action.CANCEL}),
    S.CHECKPOINTING: frozenset({Action.PAUSE, Action.CANCEL}),
    S.PAUSED: frozenset({Action.START, Action.RESUME, Action.CANCEL, Action.DELETE, Action.EDIT, Action.RESTORE}),
    S.COMPLETED: frozenset({Action.DELETE}),
    S.FAILED: frozenset({Action.RESUME, Action.RETRY, Action.DELETE, Action.EDIT, Action.RESTORE}),
    S.TIMEOUT: frozenset({Action.RESUME, Action.RETRY, Action.DELETE, Action.EDIT, Action.RESTORE}),
    S.CANCELLED: frozenset({Action.DELETE}),
}

FINAL = frozenset({S.COMPLETED, S.CANCELLED})
"""States that nothing leaves."""

AT_REST = FINAL | {S.PAUSED, S.FAILED, S.TIMEOUT}
"""States in which nothing of the task runs or waits to run."""

LIVE = frozenset({S.RUNNING, S.CHECKPOINTING})
"""States in which a runner works on the task."""


def advance(state: State, event: Event) -> State:
    """Return the state after `event`; raises `IllegalTransitionError` for a pair that is not in the table."""
    try:
        return TRANSITIONS[state, event]
    except KeyError:
        raise IllegalTransitionError(state, event) from None


def allowed(state: State, reason: str = "") -> frozenset[Action]:
    """What a person may ask of a task in `state`: less where its reason ends it for good, or waits for their decision.

    To let it run would be no decision.
    """
    if state is S.PAUSED and reason == PauseReason.REVIEW:
        return ACTIONS[state] - {Action.START, Action.RESUME}
    return ACTIONS[S.CANCELLED if reason == ErrorCode.SETTINGS_LOST else state]
