"""A read of plain text is what its events are one by one; what is anything more is not taken for plain."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.providers.chat import ChatAssembler, ChatDialect
from engine.providers.plain_chunks import plain
from engine.providers.reply import merged

PIECES = st.sampled_from(["content", "reasoning_content", "reasoning", "role"])
TEXTS = st.text(max_size=30) | st.none()


def chunk(**delta: object) -> bytes:
    """Return an event of a reply."""
    return msgspec.json.encode({"id": "c", "choices": [{"index": 0, "delta": delta, "finish_reason": None}]})


@given(st.lists(st.dictionaries(PIECES, TEXTS, max_size=2), max_size=10))
def test_at_once_is_one_by_one(deltas: list[dict[str, object]]) -> None:
    """The same text, the same number of tokens, the same memory of a key that was echoed."""
    events = [chunk(**delta) for delta in deltas]
    at_once, each = ChatAssembler(ChatDialect(), "sk-secret"), ChatAssembler(ChatDialect(), "sk-secret")
    one_by_one = [delta for event in events if (delta := each.feed(event)) is not None]
    assert not events or at_once.feed_plain(b"\n".join(events)) == merged(one_by_one)
    assert at_once.echoed == each.echoed


def test_a_key_in_pieces_is_seen() -> None:
    """Between two reads too."""
    assembler = ChatAssembler(ChatDialect(), "sk-secret")
    for letters in ("sk-", "sec", "ret"):
        assembler.feed_plain(chunk(content=letters[:1]) + b"\n" + chunk(content=letters[1:]))
    assert assembler.echoed


@pytest.mark.parametrize(
    "odd",
    [
        b"[DONE]",
        b'{"choices":[{"delta":{"content":"a"},"finish_reason":"stop"}]}',
        b'{"choices":[{"delta":{"content":"a"}}],"usage":{"completion_tokens":1}}',
        b'{"choices":[],"usage":{}}',
        b'{"choices":[{"delta":{}},{"index":1,"delta":{"content":"b"}}]}',
        b'{"choices":[{"index":1,"delta":{"content":"b"}}]}',
        b'{"choices":[{"delta":{"tool_calls":[]}}]}',
        b'{"choices":[{"delta":{"content":[{"text":"a"}]}}]}',
        b'{"choices":[{"delta":{"refusal":"no"}}]}',
        b'{"choices":[{"message":{"content":"a"}}]}',
        b'{"error":{"message":"m"},"choices":[{"delta":{}}]}',
        b"null",
        b"",
        b"{",
        b'{"choices":[{"delta":{"content":"a"}}]} {"choices":[{"delta":{"content":"b"}}]}',
        b'{"choices":[{"delta":{"content":"\xff"}}]}',
        b'{"choices":[{"delta":{"content":"\\ud800"}}]}',
    ],
    ids=range(17),
)
def test_what_is_more_than_text_is_not_plain(odd: bytes) -> None:
    """Wherever in a read it stands, and nothing of the read is taken then."""
    text = chunk(content="a")
    for events in ([odd], [text, odd], [odd, text]):
        assert plain(b"\n".join(events)) is None


WHOLE = b'{"choices":[{"delta":{"content":"a"}}]}'


@pytest.mark.parametrize(
    "events",
    [
        [WHOLE + b" " + WHOLE, b""],
        [b"", WHOLE + WHOLE],
        [WHOLE[:12], WHOLE[12:], WHOLE + b" " + WHOLE],
        [WHOLE + WHOLE, WHOLE[:12], WHOLE[12:]],
        [b'{"x}', b'{y":1,' + WHOLE[1:] + WHOLE],
    ],
    ids=range(5),
)
def test_events_that_are_whole_only_together_are_not_plain(events: list[bytes]) -> None:
    """As many chunks as events do not make each event one: what cannot be read stays a hole of its reply."""
    assert plain(b"\n".join(events)) is None
