"""What is journaled holds no secret: prompts, replies in pieces, raw bytes, ids and words of a provider."""

from __future__ import annotations

import msgspec
import pytest

from app.redaction import Redactor
from engine.domain.errors import ErrorCode
from engine.domain.hiding import HIDDEN
from engine.domain.states import State
from engine.domain.step import Outcome
from engine.domain.task import RecipeName
from engine.domain.usage import FinishReason
from engine.providers.port import Delta, Finished, Opened, ProviderError
from engine.providers.scripted import Script, in_turn, reply
from engine.store.codec import encode
from tests.virtual_time import run
from tests.workbench import Bench, bench

KEY = "sk-canary-0123456789"


def redactor() -> Redactor:
    """Return one that knows the key."""
    made = Redactor()
    made.learn(KEY)
    return made


def journaled(b: Bench) -> bytes:
    """Return everything that the store was given, as it would be written."""
    kept = [encode(record) for records in b.store.records.values() for record in records]
    raw = [record.raw for records in b.store.records.values() for record in records if isinstance(record, Outcome)]
    specs = [repr((task.spec, task.standing)).encode() for task in b.store.tasks.values()]
    return b"".join([*(each.header + (each.text or "").encode() for each in kept), *raw, *specs])


def test_a_model_that_says_the_key_in_pieces() -> None:
    """The reply is kept with the key hidden, in its text, its raw bytes and its id; the rest of it stays."""
    pieces = ["Your key is ", KEY[:3], KEY[3:11], KEY[11:], ". Keep it."]
    raw = f"data: {''.join(pieces)}".encode()
    script: Script = (
        Opened(f"req-{KEY}"),
        *(Delta(piece, 1) for piece in pieces),
        Finished(FinishReason.STOP, None, None, raw),
    )

    async def main() -> None:
        async with bench(in_turn(script, reply("two")), redact=redactor()) as b:
            task = await b.submit(max_steps=2)
            await b.done(task)
            steps = await b.engine.steps(task)
            assert steps[0].accepted is not None
            assert steps[0].accepted.text == f"Your key is {HIDDEN}. Keep it."
            assert KEY.encode() not in journaled(b)
            assert all(KEY not in str(sent.messages) for sent in b.provider.sent)

    run(main())


@pytest.mark.parametrize("last", [KEY[:9], KEY[:-1], f"{KEY}"])
def test_a_reply_that_breaks_off_in_the_key(last: str) -> None:
    """What arrived is kept for the person, and no half of a key in it."""
    error = ProviderError(
        ErrorCode.CUT, f"connection lost after {KEY}", retryable=False, maybe_billed=True, raw=b"x" + last.encode()
    )

    async def main() -> None:
        async with bench(in_turn((Opened(""), Delta(f"It is {last}", 3), error)), redact=redactor()) as b:
            task = await b.submit()
            snapshot = await b.done(task)
            assert snapshot.state is State.FAILED
            assert snapshot.standing.detail == f"connection lost after {HIDDEN}"
            assert KEY[:9].encode() not in journaled(b)
            assert f"It is {HIDDEN}".encode() in journaled(b)

    run(main())


def test_the_last_letters_of_a_reply_are_not_lost() -> None:
    """They might have begun the key, and did not."""

    async def main() -> None:
        async with bench(in_turn(reply("risks", pieces=5)), redact=redactor()) as b:
            task = await b.submit(max_steps=1)
            await b.done(task)
            assert (await b.engine.answer(task)).text == "risks"

    run(main())


def test_a_key_in_what_is_asked_is_neither_kept_nor_sent() -> None:
    """In every text of a task, when it is made and when it is edited."""
    texts = {
        "goal": f"Use {KEY}",
        "title": f"T {KEY}",
        "system": KEY,
        "context": {"key": KEY},
        "prompts": (f"p {KEY}",),
        "recipe": RecipeName.PIPELINE,
    }

    async def main() -> None:
        async with bench(in_turn(reply("one")), redact=redactor()) as b:
            task = await b.submit(paused=True, **texts)
            spec = b.engine.snapshot(task).spec
            assert spec.goal == f"Use {HIDDEN}"
            await b.engine.edit(task, msgspec.structs.replace(spec, goal=f"Still {KEY}", system=KEY))
            b.engine.resume([task])
            await b.done(task)
            assert KEY.encode() not in journaled(b)
            assert [KEY in str(sent.messages) for sent in b.provider.sent] == [False]

    run(main())


def test_words_of_a_server_are_one_harmless_line() -> None:
    """As they are kept: every view and every log shows them so."""
    error = ProviderError(ErrorCode.BAD_REQUEST, "no\x1b[2J\n\u202efdp.\x00", retryable=False, maybe_billed=False)

    async def main() -> None:
        async with bench(in_turn((error,))) as b:
            task = await b.submit()
            snapshot = await b.done(task)
            (step,) = await b.engine.steps(task)
            assert step.attempts[0].outcome is not None
            assert snapshot.standing.detail == step.attempts[0].outcome.detail == "no [2J fdp."

    run(main())
