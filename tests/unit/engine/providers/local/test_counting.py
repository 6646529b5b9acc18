"""What the child is asked beside its chats: by which paths, and what becomes of an answer that is none."""

from __future__ import annotations

import json

import httpx
import pytest

from engine.domain.errors import ErrorCode
from engine.domain.message import Message
from engine.providers.local.counting import TokenCounter
from engine.providers.port import ProviderError

MESSAGES = (Message(role="user", content="hi"),)
ANSWERS = {"/apply-template": {"prompt": "<hi>"}, "/tokenize": {"tokens": [1, 2, 3]}}


def counter(answers: dict[str, object], seen: list[httpx.Request] | None = None, status: int = 200) -> TokenCounter:
    """Return a counter whose child answers so, by path."""

    def answer(request: httpx.Request) -> httpx.Response:
        if seen is not None:
            seen.append(request)
        found = answers[request.url.path]
        return httpx.Response(status, content=found if isinstance(found, bytes) else json.dumps(found).encode())

    client = httpx.AsyncClient(transport=httpx.MockTransport(answer))
    return TokenCounter(client, "http://127.0.0.1:1", "k")


async def test_a_chat_is_counted_as_its_template_writes_it() -> None:
    """First the text that the model will see, then its tokens; each question brings the key."""
    seen: list[httpx.Request] = []
    assert await counter(dict(ANSWERS), seen).count(MESSAGES) == 3
    assert [request.url.path for request in seen] == ["/apply-template", "/tokenize"]
    assert json.loads(seen[1].content)["content"] == "<hi>"
    assert {request.headers["authorization"] for request in seen} == {"Bearer k"}


async def test_the_room_of_one_slot() -> None:
    """Not the context that all slots share."""
    answers: dict[str, object] = {"/props": {"default_generation_settings": {"n_ctx": 512}, "total_slots": 2}}
    assert await counter(answers).context() == 512


@pytest.mark.parametrize("answer", [b"", b"\xff", b"<html>", b"[]", b'{"tokens": "many"}', b'{"tokens": [1.5]}'])
async def test_an_answer_that_is_none(answer: bytes) -> None:
    """Is garbage that cost nothing, and may be asked again."""
    with pytest.raises(ProviderError) as raised:
        await counter({**ANSWERS, "/tokenize": answer}).count(MESSAGES)
    error = raised.value
    assert (error.code, error.retryable, error.maybe_billed) == (ErrorCode.GARBAGE, True, False)


async def test_a_refusal_is_told_as_what_it_is() -> None:
    """A prompt that is too long for the template's buffer, say."""
    body = {"error": {"message": "exceed_context_size"}}
    with pytest.raises(ProviderError) as raised:
        await counter({"/apply-template": body}, status=400).count(MESSAGES)
    assert raised.value.code is ErrorCode.CONTEXT_OVERFLOW
