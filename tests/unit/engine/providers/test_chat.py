"""Chat completions as values: what is sent, and what becomes of every kind of stream."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain.errors import ErrorCode
from engine.domain.message import Message
from engine.domain.money import PICO
from engine.domain.usage import FinishReason, Usage
from engine.providers.chat import (
    ChatAssembler,
    ChatDialect,
    encode,
    input_bound,
)
from engine.providers.plain_chunks import estimate_tokens
from engine.providers.port import ChatRequest, Delta, Finished, ProviderError

HELLO = b'{"choices":[{"index":0,"delta":{"role":"assistant","content":"hello"}}]}'
STOP = b'{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}'
USAGE = b'{"choices":[],"usage":{"prompt_tokens":7,"completion_tokens":3}}'
REQUEST = ChatRequest(model="m", messages=(Message(role="user", content="hé"),), temperature=0.7, max_output=64)


def put_together(*events: bytes, dialect: ChatDialect | None = None, raw: bytes = b"raw") -> tuple[str, Finished]:
    """Return the text and the end of a stream."""
    assembler = ChatAssembler(dialect or ChatDialect(), "sk-secret")
    deltas = [assembler.feed(event) for event in events]
    return "".join(delta.text for delta in deltas if delta is not None), assembler.end(raw)


def refused(*events: bytes, dialect: ChatDialect | None = None) -> ProviderError:
    """Return the error that a stream ends in."""
    with pytest.raises(ProviderError) as caught:
        put_together(*events, dialect=dialect)
    return caught.value


def finishing(reason: str) -> bytes:
    """Return a last chunk with this reason."""
    return msgspec.json.encode({"choices": [{"index": 0, "delta": {}, "finish_reason": reason}]})


def test_the_body_has_what_a_stream_with_usage_needs() -> None:
    """Model, messages, stream, usage, temperature and the limit are sent."""
    assert msgspec.json.decode(encode(REQUEST, ChatDialect())) == {
        "model": "m",
        "messages": [{"role": "user", "content": "hé"}],
        "stream": True,
        "stream_options": {"include_usage": True},
        "temperature": 0.7,
        "max_tokens": 64,
    }


def test_the_dialect_renames_adds_and_takes_out() -> None:
    """The field of the limit is the dialect's; an extra of None removes a field."""
    dialect = ChatDialect(max_tokens_field="max_completion_tokens", extra={"temperature": None, "top_p": 1})
    body = msgspec.json.decode(encode(REQUEST, dialect))
    assert body["max_completion_tokens"] == 64
    assert body["top_p"] == 1
    assert "temperature" not in body
    assert "max_tokens" not in body


def test_text_that_is_not_unicode_is_refused() -> None:
    """A lone surrogate cannot be sent."""
    request = msgspec.structs.replace(REQUEST.messages[0], content="\ud800")
    with pytest.raises(ProviderError) as caught:
        encode(ChatRequest(model="m", messages=(request,), temperature=0, max_output=1), ChatDialect())
    assert caught.value.code is ErrorCode.BAD_REQUEST
    assert not caught.value.maybe_billed


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), max_size=5))
def test_the_bound_covers_every_byte(texts: list[str]) -> None:
    """Input is bounded by the bytes of the messages and something for the template."""
    messages = tuple(Message(role="user", content=text) for text in texts)
    request = ChatRequest(model="m", messages=messages, temperature=0, max_output=1)
    assert input_bound(request) > sum(len(text.encode()) for text in texts) + 4 * len(texts)


def test_a_good_stream() -> None:
    """Text, usage and the bytes as they came."""
    text, finished = put_together(HELLO, STOP, USAGE, b"[DONE]", raw=b"bytes")
    assert text == "hello"
    assert finished == Finished(FinishReason.STOP, Usage(input=7, output=3), None, b"bytes")


@pytest.mark.parametrize(
    ("stated", "finish"),
    [
        ("stop", FinishReason.STOP),
        ("length", FinishReason.LENGTH),
        ("STOP", FinishReason.STOP),
        ("max_tokens", FinishReason.LENGTH),
        ("who_knows", FinishReason.STOP),
    ],
)
def test_reasons_that_end_a_reply(stated: str, finish: FinishReason) -> None:
    """Known reasons and unknown ones: what was paid is kept."""
    assert put_together(HELLO, finishing(stated))[1].finish is finish


@pytest.mark.parametrize(
    ("stated", "code", "retryable"),
    [
        ("content_filter", ErrorCode.CONTENT_FILTERED, False),
        ("tool_calls", ErrorCode.TOOL_CALLS, False),
        ("function_call", ErrorCode.TOOL_CALLS, False),
        ("network_error", ErrorCode.SERVER_ERROR, True),
    ],
)
def test_reasons_that_are_errors(stated: str, code: ErrorCode, retryable: bool) -> None:
    """Filtered, tools and a failing server end as errors that may have been billed, with their usage."""
    error = refused(HELLO, finishing(stated), USAGE)
    assert (error.code, error.retryable, error.maybe_billed) == (code, retryable, True)
    assert error.usage == Usage(input=7, output=3)


@pytest.mark.parametrize("stated", ["stop", "tool_calls"])
def test_tool_calls_without_text_are_tool_calls(stated: str) -> None:
    """Some servers say stop where they ask for a tool."""
    call = b'{"choices":[{"delta":{"content":null,"tool_calls":[{"index":0,"id":"1"}]}}]}'
    assert refused(call, finishing(stated)).code is ErrorCode.TOOL_CALLS


def test_empty_tool_calls_are_none() -> None:
    """An empty list of calls beside text is not a call."""
    assert put_together(b'{"choices":[{"delta":{"content":"a","tool_calls":[]}}]}', STOP)[0] == "a"


def test_a_stream_that_only_ends_is_truncated() -> None:
    """Without finish_reason and [DONE] the reply is not whole, and may have been billed."""
    error = refused(HELLO, HELLO)
    assert (error.code, error.retryable, error.maybe_billed) == (ErrorCode.TRUNCATED, True, True)


def test_what_was_counted_before_a_stream_broke_off_is_not_its_bill() -> None:
    """Some servers count in every event: what was made after the last one that came is billed, too."""
    so_far = b'{"prompt_tokens":7,"completion_tokens":1}'
    counting = b'{"choices":[{"index":0,"delta":{"content":"a"}}],"usage":%s}' % so_far
    assert refused(counting, counting).usage is None
    whole = put_together(counting, STOP, USAGE)[1]
    assert whole.usage == Usage(input=7, output=3)


def test_a_reply_that_is_no_answer_says_what_it_cost() -> None:
    """Where it is whole; in dollars, by servers that say so."""
    billed = b'{"choices":[],"usage":{"prompt_tokens":7,"completion_tokens":3,"cost":0.25}}'
    error = refused(HELLO, finishing("content_filter"), billed, dialect=ChatDialect(usage_cost=True))
    assert (error.usage, error.cost) == (Usage(input=7, output=3), PICO // 4)
    assert refused(HELLO, billed, dialect=ChatDialect(usage_cost=True)).cost is None


def test_done_alone_makes_a_reply_whole() -> None:
    """A server that never says why it stopped, but that it did."""
    assert put_together(HELLO, b"[DONE]")[1].finish is FinishReason.STOP


@pytest.mark.parametrize("text", ["", " \\n\\t"])
def test_an_empty_reply_is_billed_and_tried_again(text: str) -> None:
    """No text, or only white space, is no reply."""
    error = refused(b'{"choices":[{"delta":{"content":"%s"}}]}' % text.encode(), STOP, USAGE)
    assert (error.code, error.retryable, error.maybe_billed) == (ErrorCode.EMPTY_REPLY, True, True)
    assert error.usage == Usage(input=7, output=3)


def test_thinking_to_the_limit_is_not_tried_again() -> None:
    """A model that used all its output on reasoning would do so again."""
    error = refused(b'{"choices":[{"delta":{"reasoning_content":"hm"}}]}', finishing("length"))
    assert (error.code, error.retryable) == (ErrorCode.EMPTY_REPLY, False)


def test_reasoning_is_progress_without_text() -> None:
    """A reasoning delta counts tokens and shows no text."""
    assembler = ChatAssembler(ChatDialect())
    assert assembler.feed(b'{"choices":[{"delta":{"content":null,"reasoning":"hm"}}]}') == Delta("", 1)


@pytest.mark.parametrize(
    "data",
    [
        b"{}",
        b'{"choices":null}',
        b'{"choices":[]}',
        b'{"choices":[{"delta":null}]}',
        b'{"choices":[{"index":1,"delta":{"content":"of another choice"}}]}',
        b'{"choices":[{"delta":{"content":null,"role":"assistant"}}],"usage":null,"error":null}',
        b'{"new_field":{"a":[1,2]},"choices":[{"delta":{"new":1}}]}',
    ],
)
def test_missing_and_unknown_fields_are_fine(data: bytes) -> None:
    """Chunks with nothing for us are skipped."""
    assert put_together(data, HELLO, STOP)[0] == "hello"


def test_content_in_parts_and_whole_messages_are_read() -> None:
    """Content as a list of parts, and a reply that was not streamed."""
    parts = b'{"choices":[{"delta":{"content":[{"type":"text","text":"a"},{"type":"thinking"}]}}]}'
    whole = b'{"choices":[{"message":{"content":"b"},"finish_reason":"stop"}]}'
    assert put_together(parts, whole)[0] == "ab"


@pytest.mark.parametrize(
    "data",
    [
        b"<html>",
        b"",
        b"[1]",
        b'{"choices":[{"delta":{"content":NaN}}]}',
        b'{"choices":[{"delta":{"content":5}}]}',
        b'{"choices":7}',
        b'{"x":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"error":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"choices":[{"delta":{"content":"cut',
    ],
)
def test_garbage_is_refused(data: bytes) -> None:
    """What is not JSON, too deep or of another shape ends the attempt, and is retryable."""
    error = refused(HELLO, data, STOP)
    assert (error.code, error.retryable, error.maybe_billed) == (ErrorCode.GARBAGE, True, True)
    assert len(error.detail) <= 500


@given(st.binary(max_size=200))
def test_any_bytes_are_a_delta_nothing_or_a_provider_error(data: bytes) -> None:
    """Nothing a server can say raises anything else."""
    assembler = ChatAssembler(ChatDialect())
    try:
        assembler.feed(data)
        assembler.end(b"")
    except ProviderError:
        pass


@pytest.mark.parametrize(
    ("data", "code", "retryable"),
    [
        (b'{"error":{"message":"overloaded","code":503}}', ErrorCode.SERVER_ERROR, True),
        (b'{"error":{"message":"slow down","code":429,"retry_after":3}}', ErrorCode.RATE_LIMITED, True),
        (b'{"error":"it broke"}', ErrorCode.SERVER_ERROR, True),
        (b'{"error":{"code":"context_length_exceeded"}}', ErrorCode.CONTEXT_OVERFLOW, False),
        (b'{"error":{"message":"bad","type":"invalid_request_error"}}', ErrorCode.BAD_REQUEST, False),
    ],
)
def test_errors_inside_a_stream(data: bytes, code: ErrorCode, retryable: bool) -> None:
    """An error object after text ends the attempt, which may have been billed."""
    error = refused(HELLO, data)
    assert (error.code, error.retryable, error.maybe_billed) == (code, retryable, True)


def test_the_key_is_not_quoted() -> None:
    """A server that repeats the key does not get it into our log."""
    assert "sk-secret" not in refused(b"your key sk-secret is bad").detail
    assert "sk-secret" not in refused(b'{"error":"your key sk-secret is bad"}').detail


def test_unreadable_usage_does_not_lose_a_paid_reply() -> None:
    """The reply stands and its usage is missing."""
    text, finished = put_together(HELLO, STOP, b'{"choices":[],"usage":{"prompt_tokens":"many"}}')
    assert (text, finished.usage) == ("hello", None)


def test_reported_cost_counts_only_where_it_is_known_to_be_dollars() -> None:
    """`usage.cost` is read for a provider whose preset says so."""
    billed = b'{"choices":[],"usage":{"prompt_tokens":7,"completion_tokens":3,"cost":0.25}}'
    assert put_together(HELLO, STOP, billed)[1].reported_cost is None
    assert put_together(HELLO, STOP, billed, dialect=ChatDialect(usage_cost=True))[1].reported_cost == PICO // 4


def test_tokens_of_a_piece_are_estimated() -> None:
    """A word is a token, a paragraph is many."""
    assert (estimate_tokens(" word"), estimate_tokens("x" * 400)) == (1, 100)
