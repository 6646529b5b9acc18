"""What an attempt is for: a step of its task, or a summary that makes the next step's prompt short enough.

`call` makes attempts the same way for both: admitted, held, recorded before and after. Here is what differs: what is
asked, what the intent changes in the task's standing, and what is done with a whole reply.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from msgspec.structs import replace

from engine.domain.context_policy import Summary
from engine.domain.review import asks
from engine.domain.step import AttemptStatus
from engine.runtime.judging import Judging
from engine.runtime.tries import Tries

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.domain.message import Message
    from engine.domain.step import Outcome
    from engine.domain.task import Route
    from engine.recipes.port import Recipe
    from engine.runtime.attempt import Ending
    from engine.runtime.dialogue import Dialogue
    from engine.runtime.ports import RunnerPorts
    from engine.runtime.record import TaskRecord


class Errand(Protocol):
    """What a call is made for."""

    @property
    def tries(self) -> Tries:
        """Its failed attempts, and where the next one goes."""
        ...

    @property
    def sums_up(self) -> int:
        """How many of the first exchanges the reply shall stand for; 0 for a step."""
        ...

    def prompt(self) -> tuple[Message, ...]:
        """Return what is asked."""
        ...

    def sent(self) -> Mapping[str, object]:
        """Take in that the request is about to leave; return what its intent changes in the task's standing."""
        ...

    async def judged(self, ending: Ending, route: Route, held: int) -> Ending:
        """Return how an attempt ended: a whole reply that is no good, and is asked for again, as failed."""
        ...

    def taken(self, recorded: Outcome) -> Outcome:
        """Take in a whole reply; return its outcome with what it leads to."""
        ...


class StepErrand:
    """A step: its reply is one more in the dialogue."""

    sums_up = 0

    def __init__(self, record: TaskRecord, ports: RunnerPorts, dialogue: Dialogue) -> None:
        """Ask what the dialogue makes."""
        self._record = record
        self._dialogue = dialogue
        self.tries = Tries(record, ports)
        self._judging = Judging(record, ports, self.tries, dialogue)

    def prompt(self) -> tuple[Message, ...]:
        """See `Errand`."""
        return self._dialogue.prompt()

    def sent(self) -> Mapping[str, object]:
        """See `Errand`: what waited to be told is said now."""
        self._dialogue.sent()
        return {"instructions": ()}

    async def judged(self, ending: Ending, route: Route, held: int) -> Ending:
        """See `Errand`."""
        return await self._judging.judged(ending, route, held)

    def taken(self, recorded: Outcome) -> Outcome:
        """See `Errand`: nothing follows at once where a person is asked first."""
        self._dialogue.accept(recorded.text)
        self.tries.done()
        if asks(self._record.spec, recorded.step):
            return replace(recorded, review=True)
        return replace(recorded, completes=self._dialogue.completion() or "")


class SummaryErrand:
    """A summary: its reply stands for the beginning of the dialogue from now on."""

    def __init__(self, record: TaskRecord, recipe: Recipe, dialogue: Dialogue, tries: Tries, covers: int) -> None:
        """Ask for a summary of the first `covers` exchanges."""
        self._record = record
        self._recipe = recipe
        self._dialogue = dialogue
        self.tries = tries
        self.sums_up = covers

    def prompt(self) -> tuple[Message, ...]:
        """See `Errand`."""
        dialogue = self._dialogue
        return self._recipe.summing_up(
            self._record.spec, dialogue.replies, dialogue.told, dialogue.summary, self.sums_up
        )

    def sent(self) -> Mapping[str, object]:
        """See `Errand`: what waits to be told waits on for the step."""
        return {}

    async def judged(self, ending: Ending, route: Route, held: int) -> Ending:
        """See `Errand`: no form is asked of a summary."""
        del route, held
        return ending

    def taken(self, recorded: Outcome) -> Outcome:
        """See `Errand`."""
        summary = Summary(step=recorded.step, covers=self.sums_up, text=recorded.text)
        self._dialogue.summaries = (*self._dialogue.summaries, summary)
        return replace(recorded, status=AttemptStatus.SUMMED)
