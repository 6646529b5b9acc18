"""Steps and attempts: the units of progress and of payment, as the journal keeps them."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from engine.domain.context_policy import Summary
from engine.domain.ids import AttemptId, TaskId
from engine.domain.usage import FinishReason, Usage


class AttemptStatus(StrEnum):
    """How an attempt ended. OPEN: not yet. UNKNOWN: Drover died before it knew; it may have been billed."""

    OPEN = "open"
    ACCEPTED = "accepted"
    FAILED = "failed"
    CUT = "cut"
    UNKNOWN = "unknown"
    SUMMED = "summed"
    """A whole reply that is no step: a summary, which stands for the beginning of the task from then on."""


class Flag(StrEnum):
    """What is odd about an attempt's money or reply and is shown with it."""

    ASSUMED = "assumed"
    """No provider confirmed the amount: it was settled at the hold."""
    OVERBILLED = "overbilled"
    """The provider billed above the hold."""
    DIFFERS = "differs"
    """The provider's own figure is not what its usage costs by our price: the price, or the usage, is not theirs."""
    ABSURD_USAGE = "absurd_usage"
    """Usage contradicted itself, or a cost was beyond sense, and was not believed."""
    SHORTENED = "shortened"
    """The reply ended because it reached its maximum length."""
    NOT_AS_ASKED = "not_as_asked"
    """The answer does not fit the JSON schema that was asked for, and was asked for again in vain."""
    UNCHECKED = "unchecked"
    """Whether it does could not be found out within bounds."""
    DROPPED = "dropped"
    """Its text was dropped to save room and its digest kept. Said by whoever reads it, never stored."""


class Intent(msgspec.Struct, frozen=True, kw_only=True):
    """One request about to be sent. Durable before its first byte leaves."""

    task: TaskId
    batch: str = ""
    step: int
    """1-based."""
    attempt: AttemptId
    """Also the client request id sent to the provider."""
    number: int
    """1-based within the step."""
    provider: str
    model: str
    price_list: str
    """Which price list the hold was computed under."""
    request_sha256: bytes
    """Of the body as sent: 32 bytes."""
    held: int
    """Pico held: the worst case."""
    at_ms: int
    day: str
    """Local date of the intent, YYYY-MM-DD: the day it counts for."""
    why: str = ""
    """A `Reason` where a policy chose the model."""
    figures: dict[str, int] = {}
    """What it was chosen by, see `engine.runtime.choosing`."""
    sums_up: int = 0
    """How many of the first exchanges its reply shall stand for, made ready for the step; 0 for the step itself."""


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """How an attempt ended, with its reply. Durable before anything is done with it."""

    task: TaskId
    step: int
    attempt: AttemptId
    status: AttemptStatus
    text: str = ""
    """The reply, or what arrived of it."""
    raw: bytes = b""
    """The provider's bytes as they came, for evidence; the store compresses them."""
    finish: FinishReason | None = None
    usage: Usage | None = None
    cost: int = 0
    """Pico it counts for: settled, or assumed when `flags` say so, or 0 when it certainly was not billed."""
    flags: tuple[Flag, ...] = ()
    provider_request_id: str = ""
    error: str = ""
    """An `ErrorCode` or `TimeLevel` when it is not accepted."""
    detail: str = ""
    """The server's or system's own words, capped and redacted; hostile text."""
    first_token_s: float | None = None
    duration_s: float = 0.0
    retry_in_s: float | None = None
    """Seconds waited before the next attempt, where there is one."""
    at_ms: int
    completes: str = ""
    """A `CompletionReason` where the task is done with it."""
    review: bool = False
    """Whether it waits for its person's yes before anything follows from it."""


class Checkpoint(msgspec.Struct, frozen=True, kw_only=True):
    """A point a task can be restored to. The context is rebuilt from the steps; its digest says it is the same."""

    task: TaskId
    step: int
    """Steps done."""
    policy: str
    """Context policy, e.g. "full"."""
    context_sha256: bytes
    """Digest of the messages that the next step would begin with: 32 bytes."""
    model: str
    cost: int
    """Pico spent up to here."""
    at_ms: int


class NoteKind(StrEnum):
    """Records that are neither intent, outcome nor checkpoint. Later kinds are reserved: they never change value."""

    CREATED = "created"
    STATE = "state"
    WANTED = "wanted"
    EDITED = "edited"
    GRANT = "grant"
    RECOVERED = "recovered"
    RESTORED = "restored"
    MOVED = "moved"
    """To another place in the queue."""
    ROUTED = "routed"
    """From now on another provider or model: "reason:provider/model", no reason where the first one is tried again."""
    TOOL_CALL = "tool_call"
    TOOL_RESULT = "tool_result"
    APPROVAL = "approval"
    INSTRUCTION = "instruction"
    BACKGROUND = "background"


class Verdict(StrEnum):
    """What a person decided on a reply that waited for it; the code of an APPROVAL."""

    APPROVED = "approved"
    EDITED = "edited"
    """It goes on with the person's words in the place of the model's."""
    REJECTED = "rejected"
    """The step is superseded, and made again with an instruction."""


class Note(msgspec.Struct, frozen=True, kw_only=True):
    """Something recorded of a task: a change of state, a person's act, a grant."""

    task: TaskId
    kind: NoteKind
    code: str = ""
    """What: a state, a wish, a level, a `Verdict`."""
    figures: dict[str, float] = {}
    at_ms: int
    spec_sha256: bytes = b""
    """Of the spec as stored, where it was created or edited: 32 bytes. Another spec than the one recorded is damage."""
    attempt: AttemptId = AttemptId("")
    """The one that an APPROVAL decides on: it says nothing of any other."""
    text: str = ""
    """A person's own words: an instruction, or what stands in the place of a reply."""


class Origin(StrEnum):
    """Who said what an attempt cost."""

    PERSON = "person"
    PROVIDER = "provider"
    REPAIR = "repair"
    """What was known of it before the records that said so were damaged."""


class Correction(msgspec.Struct, frozen=True, kw_only=True):
    """What an attempt counts for from now on: a new entry, the ones before stay. Pico."""

    task: TaskId
    step: int
    attempt: AttemptId
    before: int
    amount: int
    by: Origin
    at_ms: int


class Fork(msgspec.Struct, frozen=True, kw_only=True):
    """Where a task comes from that goes on from another's checkpoint: the first record of its chain."""

    task: TaskId
    parent: TaskId
    step: int
    """Steps it begins with; they were paid by the parent."""
    head: bytes
    """Hash of the parent's record at the checkpoint, to which this chain is linked: 32 bytes."""
    replies: tuple[str, ...] = ()
    """The texts of these steps, first to last."""
    at_ms: int
    place: int = 0
    """Of the parent's record in its chain, 1-based."""
    told: dict[int, tuple[str, ...]] = {}
    """What the parent was told by its person, by the step that used it."""
    summaries: tuple[Summary, ...] = ()
    """Those of the parent that its context had."""


Record = Intent | Outcome | Checkpoint | Note | Correction | Fork
"""What a task's journal is made of."""


class AttemptRecord(msgspec.Struct, frozen=True, kw_only=True):
    """An attempt as read back: its intent, and its outcome once it has one. `raw` is left out of the outcome."""

    intent: Intent
    outcome: Outcome | None = None
    correction: Correction | None = None
    """The last one, where there is one."""
    superseded: bool = False
    """Whether the task was restored to a point before this step: paid, kept, and no part of its context any more."""
    told: tuple[str, ...] = ()
    """What its person had said since the attempt before: its prompt is the first that has it."""
    verdict: Verdict | None = None
    """What a person decided on it, where it was asked."""
    words: str = ""
    """The person's: those in the place of the reply, or why it was rejected."""

    @property
    def text(self) -> str:
        """What it says to the task: the reply, or what its person made of it."""
        if self.verdict is Verdict.EDITED:
            return self.words
        return self.outcome.text if self.outcome else ""

    @property
    def dropped(self) -> bool:
        """Whether what it says to the task was dropped to save room."""
        return self.outcome is not None and Flag.DROPPED in self.outcome.flags and self.verdict is not Verdict.EDITED

    @property
    def cost(self) -> int:
        """Pico it counts for: as corrected, as settled, or its hold while that is open."""
        if self.correction is not None:
            return self.correction.amount
        return self.intent.held if self.outcome is None else self.outcome.cost

    @property
    def assumed(self) -> bool:
        """Whether nobody confirmed what it counts for."""
        return self.correction is None and self.outcome is not None and Flag.ASSUMED in self.outcome.flags

    @property
    def status(self) -> AttemptStatus:
        """How it ended, OPEN where it has not."""
        return self.outcome.status if self.outcome else AttemptStatus.OPEN


class StepRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A step with all its attempts, in order; done when one of them is accepted (then it is the last)."""

    number: int
    attempts: tuple[AttemptRecord, ...]

    @property
    def done_by(self) -> AttemptRecord | None:
        """The attempt that made the step done."""
        last = self.attempts[-1] if self.attempts else None
        if last is None or last.superseded or last.status is not AttemptStatus.ACCEPTED:
            return None
        return last

    @property
    def accepted(self) -> Outcome | None:
        """The outcome that made the step done, as the model said it."""
        done = self.done_by
        return done.outcome if done else None

    @property
    def text(self) -> str:
        """What the step says to those after it and to the result; empty until it is done."""
        done = self.done_by
        return done.text if done else ""

    @property
    def cost(self) -> int:
        """Pico of all its attempts that ended."""
        return sum(attempt.cost for attempt in self.attempts if attempt.outcome)


class LogEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a task's log: a record's kind, code and figures, in the order it was written."""

    seq: int
    at_ms: int
    kind: str
    """"intent", "outcome", "checkpoint" or a `NoteKind`."""
    code: str
    figures: dict[str, float] = {}
    detail: str = ""
