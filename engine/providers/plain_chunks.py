"""Chunks that are text and nothing else, as nearly all of a reply are: decoded a read at a time. Pure.

What is anything more (an end, a bill, an error, a tool, something odd) does not fit the shapes below, and msgspec says
so: such a read is taken event by event, in `engine.providers.chat`. Twenty tokens then cost two calls, not forty.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from engine.providers.usage import UNREADABLE

SHORT = 12
"""Characters up to which a piece is taken for one token."""


class _Text(msgspec.Struct, gc=False):
    content: str | None = None
    reasoning_content: str | None = None
    reasoning: str | None = None
    refusal: None = None
    tool_calls: None = None
    function_call: None = None


class _Choice(msgspec.Struct, gc=False):
    delta: _Text
    index: Literal[0] = 0
    message: None = None
    finish_reason: None = None


class _Plain(msgspec.Struct, gc=False):
    choices: tuple[_Choice]
    usage: None = None
    error: None = None


_PLAIN = msgspec.json.Decoder(_Plain)


def estimate_tokens(text: str) -> int:
    """Return about how many tokens a piece of a stream is: servers send one a chunk, or larger pieces."""
    return max(1, len(text) // 4) if len(text) > SHORT else 1


def plain(lines: bytes) -> tuple[str, str, int] | None:
    """Return text, thoughts and tokens of events, each on a line of its own; None where one of them is not plain."""
    try:
        chunks = _PLAIN.decode_lines(lines)
    except UNREADABLE:
        return None
    ends = len(chunks) - 1
    if lines.count(b"\n") != ends or lines.count(b"}\n{") != ends:  # two on a line, none, or one on two
        return None
    said = [chunk.choices[0].delta for chunk in chunks]
    texts = [each.content for each in said if each.content]
    if len(texts) == len(said):
        return "".join(texts), "", _tokens(texts)
    thoughts = [thought for each in said if not each.content and (thought := each.reasoning_content or each.reasoning)]
    return "".join(texts), "".join(thoughts), _tokens(texts) + _tokens(thoughts)


def _tokens(pieces: list[str]) -> int:
    if max(map(len, pieces), default=0) <= SHORT:
        return len(pieces)
    return sum(map(estimate_tokens, pieces))
