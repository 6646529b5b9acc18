"""A person's word: on a reply that waits for it, and into a task that goes on."""

from __future__ import annotations

import asyncio

import pytest

from engine.domain.errors import DroverError, ErrorCode
from engine.domain.ids import AttemptId, TaskId
from engine.domain.states import CompletionReason, PauseReason, State
from engine.domain.step import Record, Verdict
from engine.domain.task import RecipeName
from engine.providers.port import ChatRequest, PreparedRequest
from engine.providers.scripted import Script, ScriptedProvider, Until, failure, in_turn, reply
from engine.recipes.context import ADDED
from engine.recipes.iterate import MARKER
from engine.runtime import points
from engine.store.fold import disagreements, folded
from engine.store.memory import MemoryStore
from engine.store.port import StoredTask
from tests.virtual_time import run
from tests.workbench import Bench, bench

ONE_AFTER_THE_OTHER = in_turn(*(reply(f"Reply {number}.") for number in range(1, 12)))


class Slow(ScriptedProvider):
    """Takes a second to prepare a request."""

    async def prepare(self, request: ChatRequest) -> PreparedRequest:
        """See `Provider`."""
        await asyncio.sleep(1)
        return await super().prepare(request)


async def waiting(b: Bench, **fields: object) -> tuple[TaskId, AttemptId]:
    """Return a task whose second reply waits for its person, and the attempt that made it."""
    task = await b.submit(paused=False, **({"max_steps": 4, "review_every": 2} | fields))
    standing = (await b.done(task)).standing
    assert (standing.state, standing.reason, standing.steps_done) == (State.PAUSED, PauseReason.REVIEW, 2)
    return task, standing.review


def asked(b: Bench, number: int = -1) -> list[str]:
    """Return what a request said."""
    return [message.content for message in b.provider.sent[number].messages if message.role != "system"]


async def refused(b: Bench, task: TaskId, attempt: AttemptId) -> bool:
    """Whether a word on an attempt comes too late, whichever it is."""
    codes: list[ErrorCode] = []
    for act in (
        b.engine.approve(task, attempt),
        b.engine.amend(task, attempt, "mine"),
        b.engine.reject(task, attempt, "no"),
    ):
        with pytest.raises(DroverError) as caught:
            await act
        codes.append(caught.value.code)
    return codes == [ErrorCode.REVIEW_OVER] * 3


def sound(b: Bench, task: TaskId) -> bool:
    """Whether what stands is what the records alone come to."""
    return disagreements(b.store.tasks[task].standing, folded(b.store.records[task])) == ()


def test_a_step_waits_for_a_yes_and_no_resume_is_one() -> None:
    """Resume, start, resume all and a setting leave it where it is; it needs its person."""

    async def main() -> None:
        async with bench(ONE_AFTER_THE_OTHER) as b:
            task, attempt = await waiting(b)
            assert b.engine.totals().needs_you == {PauseReason.REVIEW: 1}
            assert not b.engine.resume([task]) and not b.engine.start([task]) and not b.engine.resume_all()
            assert not b.engine.resume_interrupted() and not b.engine.resume_offered()
            assert (await b.done(task)).standing.review == attempt and len(b.provider.sent) == 2
            await b.engine.approve(task, attempt)
            assert (await b.done(task)).standing.steps_done == 4
            assert sound(b, task)

    run(main())


def test_what_is_put_before_the_person() -> None:
    """The reply, its cost, what is asked next and what that may cost; nothing where nothing waits."""

    async def main() -> None:
        async with bench(in_turn(reply("Reply 1."), failure(ErrorCode.SERVER_ERROR), reply("Two"), reply("3"))) as b:
            task, attempt = await waiting(b)
            seen = await b.engine.review(task)
            assert (seen.attempt, seen.step, seen.text) == (attempt, 2, "Two")
            assert seen.cost == (await b.engine.steps(task))[1].cost
            assert seen.next_prompt.startswith("Continue") and seen.worst
            await b.engine.approve(task, attempt)
            await b.done(task)
            assert (await b.engine.steps(task))[2].attempts[0].intent.held == seen.worst
            await b.engine.approve(task, b.engine.snapshot(task).standing.review)
            await b.done(task)
            with pytest.raises(DroverError):
                await b.engine.review(task)

    run(main())


def test_an_edited_reply_stands_in_the_place_of_the_model_s() -> None:
    """Later prompts, the answer and a fork have the person's words; the model's stay in the record."""

    async def main() -> None:
        async with bench(ONE_AFTER_THE_OTHER) as b:
            task, attempt = await waiting(b, max_steps=3)
            await b.engine.amend(task, attempt, "  My words.")
            assert (await b.done(task)).state is State.COMPLETED
            assert asked(b)[1::2] == ["Reply 1.", "  My words."]
            made = (await b.engine.steps(task))[1].attempts[0]
            assert (made.verdict, made.text) == (Verdict.EDITED, "  My words.")
            assert made.outcome and made.outcome.text == "Reply 2."
            child = await b.engine.fork(task, 2, b.engine.snapshot(task).spec)
            assert await b.store.replies(child) == ("Reply 1.", "  My words.")
            assert (await b.engine.answer(child)).text == "My words."
            assert sound(b, task) and sound(b, child)

    run(main())


def test_a_rejected_step_is_made_again_with_the_instruction() -> None:
    """It stays, superseded and paid; told twice, the step says both, and later prompts repeat them."""

    async def main() -> None:
        async with bench(ONE_AFTER_THE_OTHER) as b:
            task, attempt = await waiting(b)
            await b.engine.reject(task, attempt, " Shorter. ")
            again = (await b.done(task)).standing
            assert again.reason == PauseReason.REVIEW and again.review != attempt
            assert asked(b)[1:] == ["Reply 1.", f"{asked(b, 1)[2]}\n\n{ADDED} Shorter."]
            await b.engine.reject(task, again.review, "Warmer.")
            last = (await b.done(task)).standing
            await b.engine.approve(task, last.review)
            await b.until(task, State.PAUSED)
            told = f"{asked(b, 1)[2]}\n\n{ADDED} Shorter.\n\n{ADDED} Warmer."
            assert asked(b, 4)[:4] == [asked(b, 0)[0], "Reply 1.", told, "Reply 4."]
            attempts = (await b.engine.steps(task))[1].attempts
            assert [each.superseded for each in attempts] == [True, True, False]
            assert [each.told for each in attempts] == [(), ("Shorter.",), ("Warmer.",)]
            assert [each.verdict for each in attempts] == [Verdict.REJECTED, Verdict.REJECTED, Verdict.APPROVED]
            assert b.engine.snapshot(task).standing.spent == sum(s.cost for s in await b.engine.steps(task))
            assert sound(b, task)

    run(main())


def test_a_word_is_bound_to_its_attempt() -> None:
    """What was decided, gone back behind, or made again is no more in question, nor is what never was."""

    async def main() -> None:
        async with bench(ONE_AFTER_THE_OTHER) as b:
            task, first = await waiting(b, checkpoint_interval=1)
            assert await refused(b, task, AttemptId("another")) and await refused(b, task, AttemptId(""))
            await b.engine.reject(task, first, "Again.")
            assert await refused(b, task, first)
            second = (await b.done(task)).standing.review
            assert await refused(b, task, first)
            await b.engine.restore(task, 1)
            assert b.engine.snapshot(task).standing.reason == PauseReason.USER
            assert await refused(b, task, second)
            b.engine.resume([task])
            third = (await b.done(task)).standing.review
            await b.engine.approve(task, third)
            assert await refused(b, task, third)
            assert sound(b, task)

    run(main())


def test_going_back_to_the_reply_itself_is_no_yes_to_it() -> None:
    """A restore to the checkpoint at which it waits changes nothing of that."""

    async def main() -> None:
        async with bench(ONE_AFTER_THE_OTHER) as b:
            task, attempt = await waiting(b)
            await b.engine.restore(task, 2)
            standing = b.engine.snapshot(task).standing
            assert (standing.reason, standing.review) == (PauseReason.REVIEW, attempt)
            assert not b.engine.resume([task]) and sound(b, task)

    run(main())


def test_a_crash_before_the_pause_is_saved_changes_nothing() -> None:
    """That it waits is in the record of the reply itself; reopened, it waits."""

    async def main() -> None:
        store = MemoryStore()
        kept = dict[TaskId, tuple[StoredTask, list[Record]]]()

        def reach(point: str) -> None:
            for task, stored in store.tasks.items() if point == points.OUTCOME_DURABLE else ():
                kept[task] = (stored, list(store.records[task]))

        async with bench(ONE_AFTER_THE_OTHER, store=store, reach=reach) as b:
            task, _ = await waiting(b)
            await b.engine.close()
            store.tasks[task], store.records[task] = kept[task]
            assert store.tasks[task].standing.state is State.RUNNING
            await b.reopen()
            standing = b.engine.snapshot(task).standing
            assert (standing.state, standing.reason) == (State.PAUSED, PauseReason.REVIEW)
            assert not b.engine.resume_interrupted() and not b.engine.resume_all()
            await b.engine.approve(task, standing.review)
            assert (await b.done(task)).standing.steps_done == 4

    run(main())


def test_a_disk_that_failed_meanwhile_is_no_yes() -> None:
    """What the mended store lets run again stops before the next step."""

    async def main() -> None:
        async with bench(ONE_AFTER_THE_OTHER) as b:
            task, attempt = await waiting(b)
            b.store.failing = DroverError(ErrorCode.DISK_FULL)
            with pytest.raises(DroverError):
                await b.engine.approve(task, attempt)
            assert b.engine.snapshot(task).state is State.PAUSED
            b.store.failing = None
            await b.engine.mend()
            assert (await b.done(task)).standing.steps_done == 4 and sound(b, task)

    run(main())


def test_the_last_reply_can_wait_too() -> None:
    """With a yes the task is done, by what its person left of the reply."""

    async def main() -> None:
        async with bench(in_turn(reply("Draft"), reply(f"Final\n{MARKER}"), reply("More"))) as b:
            task, attempt = await waiting(b)
            assert (await b.engine.review(task)).completes == CompletionReason.MARKER
            await b.engine.approve(task, attempt)
            assert (await b.done(task)).standing.reason == CompletionReason.MARKER
            other, attempt = await waiting(b, max_steps=2)
            await b.engine.amend(other, attempt, f"Mine\n{MARKER}")
            assert (await b.done(other)).standing.reason == CompletionReason.MARKER
            assert (await b.engine.answer(other)).text == "Mine"

    run(main())


def test_single_steps_of_a_pipeline_wait() -> None:
    """And the others do not."""

    async def main() -> None:
        async with bench(ONE_AFTER_THE_OTHER) as b:
            task = await b.submit(recipe=RecipeName.PIPELINE, prompts=("a", "b", "c"), review_after=(1,))
            standing = (await b.done(task)).standing
            assert (standing.reason, standing.steps_done) == (PauseReason.REVIEW, 1)
            assert (await b.engine.review(task)).next_prompt == "b"
            await b.engine.approve(task, standing.review)
            assert (await b.done(task)).state is State.COMPLETED

    run(main())


def test_instructions_are_told_once_in_order_by_the_next_request() -> None:
    """They stay with the step that told them: the prompts before are the beginning of those after, byte for byte."""

    async def main() -> None:
        gate = asyncio.Event()
        script: Script = (*reply("Reply 1.")[:-1], Until(gate), reply("Reply 1.")[-1])
        async with bench(in_turn(script, reply("Reply 2."), reply("Reply 3."))) as b:
            task = await b.submit(max_steps=3)
            while not b.provider.sent:  # noqa: ASYNC110 - virtual time
                await asyncio.sleep(0.01)
            await b.engine.instruct(task, "In metres.")
            await b.engine.instruct(task, "And kilograms.")
            assert b.engine.snapshot(task).standing.instructions == ("In metres.", "And kilograms.")
            gate.set()
            assert (await b.done(task)).standing.instructions == ()
            first, second, third = (asked(b, number) for number in range(3))
            assert second[2].endswith(f"\n\n{ADDED} In metres.\n\n{ADDED} And kilograms.")
            assert second[0] == first[0] and third[:3] == second and ADDED not in third[4]
            assert [step.attempts[0].told for step in await b.engine.steps(task)] == [
                (),
                ("In metres.", "And kilograms."),
                (),
            ]
            assert sound(b, task)

    run(main())


def test_retries_repeat_an_instruction_and_add_what_came_since() -> None:
    """Also after a crash."""

    async def main() -> None:
        fail = failure(ErrorCode.SERVER_ERROR, after=())
        async with bench(in_turn(fail, fail, reply("done"))) as b:
            task = await b.submit(max_steps=1, paused=True)
            await b.engine.instruct(task, "A.")
            b.engine.resume([task])
            while len(b.provider.sent) < 2:  # noqa: ASYNC110 - virtual time
                await asyncio.sleep(0.01)
            await b.engine.instruct(task, "B.")
            await b.crash()
            b.engine.resume([task])
            await b.done(task)
            told = [[part for part in asked(b, n)[0].split("\n\n") if ADDED in part] for n in range(3)]
            assert told == [[f"{ADDED} A."], [f"{ADDED} A."], [f"{ADDED} A.", f"{ADDED} B."]]

    run(main())


def test_what_is_told_while_a_request_is_prepared_is_in_it() -> None:
    """It is prepared anew: by the records, what was noted before an intent is in its prompt."""

    async def main() -> None:
        async with bench(provider=Slow(playbook=ONE_AFTER_THE_OTHER)) as b:
            task = await b.submit(max_steps=2)
            await asyncio.sleep(0.5)
            await b.engine.instruct(task, "Late.")
            await b.done(task)
            assert asked(b, 0)[0].endswith(f"{ADDED} Late.") and ADDED not in asked(b, 1)[2]

    run(main())


def test_going_back_behind_a_step_takes_back_what_it_was_told() -> None:
    """A fork has what its steps were told, and none of what came after; what waits to be told waits on."""

    async def main() -> None:
        async with bench(ONE_AFTER_THE_OTHER) as b:
            task = await b.submit(max_steps=9, checkpoint_interval=1, review_every=1)
            for said in ("One.", "Two.", "Three."):
                await b.done(task)
                await b.engine.instruct(task, said)
                await b.engine.approve(task, b.engine.snapshot(task).standing.review)
            await b.done(task)
            await b.engine.instruct(task, "Four.")
            child = await b.engine.fork(task, 3, b.engine.snapshot(task).spec, paused=False)
            await b.done(child)
            assert ["One." in text for text in asked(b)] == [False, False, True, False, False, False, False]
            assert [text[-4:] for text in asked(b) if ADDED in text] == ["One.", "Two."]
            await b.engine.restore(task, 2)
            assert b.engine.snapshot(task).standing.instructions == ("Four.",)
            b.engine.resume([task])
            await b.done(task)
            assert [text.rsplit(" ", 1)[-1] for text in asked(b) if ADDED in text] == ["One.", "Four."]
            assert sound(b, task) and sound(b, child)

    run(main())


@pytest.mark.parametrize(
    ("text", "code"),
    [(" \n", ErrorCode.TEXT_EMPTY), ("\ud800", ErrorCode.TEXT_NOT_UNICODE), ("x" * 300_000, ErrorCode.TEXT_TOO_LONG)],
)
def test_what_cannot_be_told_is_refused(text: str, code: ErrorCode) -> None:
    """And nothing of it is kept; a task that is over hears nothing."""

    async def main() -> None:
        async with bench(ONE_AFTER_THE_OTHER) as b:
            task = await b.submit(max_steps=1, paused=True)
            with pytest.raises(DroverError) as caught:
                await b.engine.instruct(task, text)
            assert caught.value.code is code and b.engine.snapshot(task).standing.instructions == ()
            b.engine.cancel([task])
            with pytest.raises(DroverError, match=ErrorCode.NOT_POSSIBLE):
                await b.engine.instruct(task, "Hello.")

    run(main())
