"""What was said so far between a task and its model, while a runner works on it: replies, and a person's additions.

What waits to be told stands in the task's tip; with a request it goes over into the dialogue, where every later
prompt repeats it. By the records alone it is the same: what was noted before an intent is in its prompt.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import msgspec

from engine.domain.history import History
from engine.domain.message import Message
from engine.domain.states import CompletionReason

if TYPE_CHECKING:
    from engine.domain.context_policy import Summary
    from engine.domain.task import TaskSpec
    from engine.recipes.port import Recipe
    from engine.runtime.record import TaskRecord


MISFIT = "This does not fit the JSON schema:"
AGAIN = (
    "Give the whole result again, as JSON alone that fits it, without any words or marks around it, "
    "and end it as this one ended."
)


class Dialogue:
    """Of one task, as its recipe makes it."""

    def __init__(self, record: TaskRecord, recipe: Recipe) -> None:
        """Begin with nothing said: `take` has what was."""
        self._record = record
        self._recipe = recipe
        self._inherited = 0
        self.replies: list[str] = []
        self.told: dict[int, tuple[str, ...]] = {}
        self.summaries: tuple[Summary, ...] = ()
        self.corrected: tuple[Message, ...] = ()
        """What the next attempt of this step is told besides: its last reply, and what is wrong with it."""

    def take(self, history: History) -> None:
        """Go on from what was said."""
        self._inherited = history.inherited
        self.replies.extend(history.replies)
        self.told |= history.told
        self.summaries = history.summaries

    @property
    def summary(self) -> Summary | None:
        """What stands for the beginning, where something does."""
        return self.summaries[-1] if self.summaries else None

    def prompt(self) -> tuple[Message, ...]:
        """Return the messages of the next step, with what waits to be told."""
        said = self._recipe.prompt(self._record.spec, self.replies, self._with_waiting(), self.summary)
        return (*said, *self.corrected)

    def accept(self, text: str) -> None:
        """Go on from a reply."""
        self.replies.append(text)
        self.corrected = ()

    def correct(self, text: str, problem: str) -> None:
        """Have the step asked for again with a reply that does not fit, and why; it is in no later step's prompt."""
        told = Message(role="user", content=f"{MISFIT} {problem}\n{AGAIN}")
        self.corrected = (Message(role="assistant", content=text), told)

    def answer_with(self, text: str) -> str | None:
        """Return the answer that a reply would make, where the task would be done with it; else None."""
        spec, replies = self._record.spec, [*self.replies, text]
        if self._recipe.completion(spec, replies) is None:
            return None
        return self._recipe.answer(spec, replies)

    def sent(self) -> None:
        """Keep what waited to be told: the request that is about to leave says it."""
        self.told = self._with_waiting()

    def _with_waiting(self) -> dict[int, tuple[str, ...]]:
        waiting, step = self._record.tip.instructions, len(self.replies) + 1
        return self.told | {step: (*self.told.get(step, ()), *waiting)} if waiting else self.told

    def completion(self) -> CompletionReason | None:
        """Return why the task is done, by its last reply."""
        return self._recipe.completion(self._record.spec, self.replies)

    def complete_already(self) -> CompletionReason | None:
        """Return why there is no step left to make; a marker is none that a fork began behind: it shall go on."""
        completed, spec = self.completion(), self._record.spec
        begins = len(self.replies) == self._inherited < spec.total_steps
        return None if completed is CompletionReason.MARKER and begins else completed

    def digest(self) -> bytes:
        """Return what a checkpoint keeps of the context now."""
        history = History(replies=tuple(self.replies), told=self.told, summaries=self.summaries)
        return context_sha256(self._recipe, self._record.spec, history)


def context_sha256(recipe: Recipe, spec: TaskSpec, history: History) -> bytes:
    """Return the digest of the messages that the step after `history` begins with: 32 bytes.

    What that step is told is no part of it: it may be told more until it is made.
    """
    before = history.until(len(history.replies))
    messages = recipe.prompt(spec, before.replies, before.told, before.summary)
    return hashlib.sha256(msgspec.msgpack.encode(messages)).digest()
