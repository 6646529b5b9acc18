"""What a person says into a task while it goes on: instructions, and the word on a reply that waits for one.

All of it is durable on return. A word is bound to the attempt that the person saw: where another one waits by then, or
none (the command line and the window at once, a restore in between), nothing happens and the person is told.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from engine.cost.routing.port import Choice
from engine.domain.choice import Policy
from engine.domain.errors import DroverError, ErrorCode
from engine.domain.ids import AttemptId
from engine.domain.review import Review
from engine.domain.states import FINAL, State
from engine.domain.step import Note, NoteKind, Verdict
from engine.domain.task import Route
from engine.domain.validate import MAX_TEXT, MAX_TOLD, text_problem
from engine.providers.port import ProviderError
from engine.runtime.bookkeeping import changes_of_deciding
from engine.runtime.call import request_of
from engine.runtime.choices import Asked
from engine.runtime.dialogue import Dialogue
from engine.runtime.journal import durable

if TYPE_CHECKING:
    from engine.domain.ids import TaskId
    from engine.domain.message import Message
    from engine.runtime.choices import Choices
    from engine.runtime.crew import Crew
    from engine.runtime.journal import Journal
    from engine.runtime.parts import EngineParts
    from engine.runtime.record import TaskRecord
    from engine.runtime.register import Register


NOBODY = AttemptId("")


class Steering:
    """The acts of `engine.face.Engine` on what a task is told."""

    def __init__(self, parts: EngineParts, register: Register, journal: Journal, crew: Crew, choices: Choices) -> None:
        """Act on tasks of `register`, which `crew` runs."""
        self._parts = parts
        self._choices = choices
        self._register = register
        self._journal = journal
        self._crew = crew

    async def instruct(self, task: TaskId, text: str) -> None:
        """See `Engine`."""
        record = self._register.get(task)
        if record.tip.state in FINAL:
            raise DroverError(ErrorCode.NOT_POSSIBLE, record.tip.state)
        text = self._instruction(record, text)
        note = self._note(record, NoteKind.INSTRUCTION, "", text, step=record.tip.steps_done + 1)
        waiting = (*record.tip.instructions, text)
        await durable(self._journal.said(record, note, None, instructions=waiting))

    async def approve(self, task: TaskId, attempt: AttemptId) -> None:
        """See `Engine`."""
        await self._decide(self._awaited(task, attempt), Verdict.APPROVED, "")

    async def amend(self, task: TaskId, attempt: AttemptId, text: str) -> None:
        """See `Engine`."""
        await self._decide(self._awaited(task, attempt), Verdict.EDITED, self._written(text, MAX_TEXT))

    async def reject(self, task: TaskId, attempt: AttemptId, instruction: str) -> None:
        """See `Engine`."""
        record = self._awaited(task, attempt)
        await self._decide(record, Verdict.REJECTED, self._instruction(record, instruction))

    async def review(self, task: TaskId) -> Review:
        """See `Engine`."""
        record = self._register.get(task)
        attempt = record.tip.review
        self._awaited(task, attempt)
        steps = {step.number: step for step in await self._parts.store.steps(task)}
        step = steps.get(record.tip.steps_done)
        if step is None or step.done_by is None or step.done_by.intent.attempt != attempt:
            raise DroverError(ErrorCode.REVIEW_OVER, task)
        dialogue = Dialogue(record, self._parts.recipe(record.spec.recipe))
        dialogue.take(await self._parts.store.history(task))
        seen = Review(task=task, attempt=attempt, step=step.number, text=step.text, cost=step.cost)
        return await self._with_next(record, dialogue, seen)

    async def _with_next(self, record: TaskRecord, dialogue: Dialogue, seen: Review) -> Review:
        """Add what a yes leads to."""
        if completed := dialogue.complete_already():
            return replace(seen, completes=completed, worst=0)
        messages = dialogue.prompt()
        return replace(seen, next_prompt=messages[-1].content, worst=await self._worst(record, messages))

    async def _worst(self, record: TaskRecord, messages: tuple[Message, ...]) -> int | None:
        """Return pico that a request may cost at most; nothing is started to find it out where it is free."""
        spec = record.spec
        fixed = spec.policy is Policy.FIXED
        route = self._parts.route(spec, record.tip, ()) if fixed else self._likely(record, messages)
        try:
            price = self._parts.prices.quote(route.provider, route.model).price
            if price.worst(1, spec.max_output) == 0:
                return 0
            prepared = await self._parts.providers.get(route.provider).prepare(request_of(spec, messages, route.model))
        except (DroverError, ProviderError):
            return None
        return price.worst(prepared.input_bound, prepared.max_output)

    def _likely(self, record: TaskRecord, messages: tuple[Message, ...]) -> Route:
        """Return what a policy would choose now; the model in use where nothing can be paid."""
        load = self._choices.load(record, messages)
        found = self._choices.select(Asked(record=record, load=load, warm={}), self._choices.room(record))
        taken = found.candidate if isinstance(found, Choice) else None
        return Route(provider=taken.provider, model=taken.model) if taken else record.route

    def _awaited(self, task: TaskId, attempt: AttemptId) -> TaskRecord:
        """Return a task whose reply by `attempt` waits for a word; raises REVIEW_OVER."""
        record = self._register.get(task)
        if not attempt or record.tip.review != attempt or record.tip.state is not State.PAUSED:
            raise DroverError(ErrorCode.REVIEW_OVER, f"{task}, {attempt}")
        return record

    async def _decide(self, record: TaskRecord, verdict: Verdict, text: str) -> None:
        attempt, step = record.tip.review, record.tip.steps_done
        note = self._note(record, NoteKind.APPROVAL, verdict, text, step=step, attempt=attempt)
        changes = changes_of_deciding(record.tip, text if verdict is Verdict.REJECTED else None)

        def go_on() -> None:  # not before it is durable: its runner reads there what was decided
            if record.tip.state is State.PENDING:
                self._crew.enlist(record)
            self._parts.results.publish(record.id)

        await durable(self._journal.said(record, note, go_on, **changes))

    def _note(
        self, record: TaskRecord, kind: NoteKind, code: str, text: str, *, step: int, attempt: AttemptId = NOBODY
    ) -> Note:
        at_ms = self._parts.clock.wall_ms()
        return Note(
            task=record.id, kind=kind, code=code, figures={"step": step}, at_ms=at_ms, attempt=attempt, text=text
        )

    def _instruction(self, record: TaskRecord, text: str) -> str:
        """Return an instruction as it may be kept; all that wait are kept with every record until they are told."""
        waiting = sum(len(each.encode()) for each in record.tip.instructions)
        return self._written(text.strip(), MAX_TOLD - waiting)

    def _written(self, text: str, most: int) -> str:
        """Return a person's words as they may be kept; raises TEXT_EMPTY, TEXT_TOO_LONG, TEXT_NOT_UNICODE."""
        if not text.strip():
            raise DroverError(ErrorCode.TEXT_EMPTY)
        if problem := text_problem(text, most=most):
            raise DroverError(problem)
        return self._parts.redact.known(text)
