"""Where a task stands by its records alone: its stored standing must agree, and is made anew from it when it is lost.

Pure. Times of work and the causes of states are in no record: they stay as by default.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from msgspec.structs import replace

from engine.domain.errors import ErrorCode
from engine.domain.ids import AttemptId
from engine.domain.states import PauseReason, State, Wanted
from engine.domain.step import (
    AttemptStatus,
    Checkpoint,
    Correction,
    Flag,
    Fork,
    Intent,
    Note,
    NoteKind,
    Outcome,
    Record,
    Verdict,
)
from engine.domain.task import Route, Standing
from engine.domain.usage import Usage

COMPARED = (
    "state",
    "steps_done",
    "spent",
    "unknown",
    "input_tokens",
    "cached_tokens",
    "output_tokens",
    "reasoning_tokens",
    "review",
    "instructions",
    "loop_from",
    "chosen",
    "chosen_step",
)
"""What the records tell exactly."""


@dataclass(slots=True)
class Fold:
    """Takes records in their order; `standing` is what they come to."""

    standing: Standing = field(default_factory=Standing)
    sure: bool = False
    """Whether the records tell the state: those of older versions do not say that a task began paused, or is done."""
    _summed: bool = False
    """Whether the last attempt summed up, so that the next one is no other try of it."""
    _begins: bool = True
    """Whether nothing has happened yet: a fork has a checkpoint before it runs."""
    _costs: dict[AttemptId, tuple[int, bool]] = field(default_factory=dict[AttemptId, tuple[int, bool]])
    """Pico of each attempt that ended, and whether they are assumed."""
    _undecided: set[AttemptId] = field(default_factory=set[AttemptId])

    def add(self, record: Record) -> None:
        """Take the next record."""
        if self.standing.state is State.PENDING:
            self.sure = False  # nothing records that a task began to run: this may have come before or after that
        match record:
            case Intent():
                self._intent(record)
            case Outcome():
                self._outcome(record)
            case Correction():
                self._correction(record)
            case Checkpoint():
                if self.standing.state is not State.COMPLETED and not self._begins:
                    self._move(State.RUNNING)
            case Fork():
                self._change(steps_done=record.step)
            case Note():
                self._note(record)
        self._begins = isinstance(record, Fork) or (isinstance(record, Note) and record.kind is NoteKind.CREATED)

    def _intent(self, intent: Intent) -> None:
        now = self.standing
        again = 1 if intent.number > 1 and not self._summed else 0
        self._summed = False
        self._move(State.RUNNING)
        self._change(
            attempts=now.attempts + 1,
            step_attempts=intent.number,
            instructions=now.instructions if intent.sums_up else (),
            retries=now.retries + again,
            started_at_ms=now.started_at_ms or intent.at_ms,
            ended_at_ms=None,
        )
        if intent.why:
            self._change(chosen=Route(provider=intent.provider, model=intent.model), chosen_step=intent.step)

    def _outcome(self, outcome: Outcome) -> None:
        now, usage = self.standing, outcome.usage or Usage()
        assumed = Flag.ASSUMED in outcome.flags
        self._costs[outcome.attempt] = (outcome.cost, assumed)
        self._change(
            spent=now.spent + outcome.cost,
            assumed=now.assumed + (outcome.cost if assumed else 0),
            input_tokens=now.input_tokens + usage.input,
            cached_tokens=now.cached_tokens + usage.cached,
            output_tokens=now.output_tokens + usage.output,
            reasoning_tokens=now.reasoning_tokens + usage.reasoning,
        )
        if outcome.status is AttemptStatus.UNKNOWN and outcome.cost:
            self._undecided.add(outcome.attempt)
            self._change(unknown=len(self._undecided))
        elif outcome.status is AttemptStatus.SUMMED:
            self._summed = True
        elif outcome.status is AttemptStatus.ACCEPTED:
            review = outcome.attempt if outcome.review else now.review
            self._change(steps_done=now.steps_done + 1, step_attempts=0, first_token_s=outcome.first_token_s)
            self._change(review=review)
            self.sure = False
        if outcome.completes:
            self._move(State.COMPLETED, outcome.completes)
            self._change(ended_at_ms=outcome.at_ms)

    def _correction(self, correction: Correction) -> None:
        cost, assumed = self._costs.get(correction.attempt, (correction.before, False))
        self._costs[correction.attempt] = (correction.amount, False)
        self._undecided.discard(correction.attempt)
        self._change(
            spent=self.standing.spent - cost + correction.amount,
            assumed=self.standing.assumed - (cost if assumed else 0),
            unknown=len(self._undecided),
        )

    def _note(self, note: Note) -> None:
        match note.kind:
            case NoteKind.CREATED:
                self._change(created_at_ms=note.at_ms)
                self._state(note.code or State.PENDING)
                self.sure = bool(note.code)
            case NoteKind.STATE:
                self._stated(note)
            case NoteKind.WANTED:
                self._change(wanted=Wanted(note.code))
            case NoteKind.RESTORED:
                self._restored(note)
            case NoteKind.INSTRUCTION:
                self._change(instructions=(*self.standing.instructions, note.text))
            case NoteKind.APPROVAL:
                self._decided(note)
            case NoteKind.RECOVERED:
                self._recovered(note)
            case _:
                pass

    def _stated(self, note: Note) -> None:
        looped = self.standing.reason == PauseReason.LOOP
        self._state(note.code)
        pending = self.standing.state is State.PENDING
        self._change(ended_at_ms=None if pending else note.at_ms)
        if pending:
            self._undecided.clear()
            self._change(unknown=0, loop_from=self.standing.steps_done if looped else self.standing.loop_from)

    def _restored(self, note: Note) -> None:
        left, now = int(note.figures["step"]), self.standing
        review = now.review if left >= now.steps_done else AttemptId("")
        self._move(State.PAUSED, PauseReason.REVIEW if review else PauseReason.USER)
        self._change(steps_done=left, step_attempts=0, ended_at_ms=note.at_ms, review=review, loop_from=left)

    def _decided(self, note: Note) -> None:
        """A no takes the step back and is its next instruction."""
        now = self.standing
        self._move(State.PENDING)
        self._undecided.clear()
        self._change(review=AttemptId(""), ended_at_ms=None, unknown=0)
        if note.code == Verdict.REJECTED:
            left = now.steps_done - 1
            told = (*now.instructions, note.text)
            self._change(steps_done=left, step_attempts=0, instructions=told, loop_from=min(now.loop_from, left))

    def _recovered(self, note: Note) -> None:
        gone = int(note.code)
        untold = bool(note.figures.get("untold"))
        self._move(State.FAILED, ErrorCode.SETTINGS_LOST if untold else ErrorCode.STORE_DAMAGED)
        self._change(spent=self.standing.spent + gone, assumed=self.standing.assumed + gone, ended_at_ms=note.at_ms)

    def _state(self, code: str) -> None:
        state, _, reason = code.partition(":")
        self._move(State(state), reason)

    def _move(self, state: State, reason: str = "") -> None:
        self.sure = True
        self._change(state=state, reason=str(reason), wanted=Wanted.NOTHING)

    def _change(self, **changes: object) -> None:
        self.standing = replace(self.standing, **changes)


def folded(records: Iterable[Record]) -> Fold:
    """Return what records come to."""
    fold = Fold()
    for record in records:
        fold.add(record)
    return fold


def disagreements(standing: Standing, fold: Fold) -> tuple[str, ...]:
    """Return the fields in which a stored standing says something else than its task's records."""
    names = COMPARED if fold.sure else COMPARED[1:]
    return tuple(name for name in names if getattr(standing, name) != getattr(fold.standing, name))
