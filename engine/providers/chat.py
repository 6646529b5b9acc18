"""OpenAI's chat completions as bytes and values, without I/O: a request's body, and a stream's events put together.

Source: the API reference, "Create chat completion" and "The chat completion chunk object", and what HolySheep,
OpenRouter, DeepSeek, Ollama, LM Studio and llama.cpp do besides. Unknown and missing fields are fine; what is not
JSON, or not of the known shape, is GARBAGE. A reply is whole only with a `finish_reason` or `[DONE]`: a connection
that just ends proves nothing. What was used and billed is read in `engine.providers.usage`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import msgspec

from engine.domain.errors import ErrorCode
from engine.domain.hiding import Hider
from engine.domain.usage import FinishReason, Usage
from engine.providers.errors import MAX_DETAIL, from_stream, read_object, redact, secrets
from engine.providers.halves import without_halves
from engine.providers.plain_chunks import estimate_tokens, plain
from engine.providers.port import ChatRequest, Delta, Finished, ProviderError
from engine.providers.usage import UNREADABLE, read_cost, read_usage

DONE = b"[DONE]"
MAX_QUOTE = 200
"""Characters quoted of what cannot be read."""
TEMPLATE_TOKENS = 16
"""Tokens that a chat template adds to a message, and once to a request, at most."""

MaxTokensField = Literal["max_tokens", "max_completion_tokens"]

FINISH: Mapping[str, FinishReason] = {
    "stop": FinishReason.STOP,
    "eos": FinishReason.STOP,
    "end_turn": FinishReason.STOP,
    "length": FinishReason.LENGTH,
    "max_tokens": FinishReason.LENGTH,
    "model_length": FinishReason.LENGTH,
    "content_filter": FinishReason.CONTENT_FILTER,
    "safety": FinishReason.CONTENT_FILTER,
    "sensitive": FinishReason.CONTENT_FILTER,
    "tool_calls": FinishReason.TOOL_CALLS,
    "tool_use": FinishReason.TOOL_CALLS,
    "function_call": FinishReason.FUNCTION_CALL,
}
BROKEN = frozenset({"error", "network_error", "insufficient_system_resource", "abort"})
"""Finish reasons by which a server says that it failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatDialect:
    """Where servers that speak this protocol differ."""

    max_tokens_field: MaxTokensField = "max_tokens"
    extra: Mapping[str, object] = field(default_factory=dict[str, object])
    """Fields of the body besides ours or instead of them; None takes one out."""
    usage_cost: bool = False
    """Whether `usage.cost` is what the request was billed, in US dollars."""


_NULL = msgspec.Raw(b"null")
_NOTHING = (b"null", b"[]", b"{}")


class _Part(msgspec.Struct):
    text: str | None = None


class _Delta(msgspec.Struct):
    content: str | list[_Part] | None = None
    refusal: str | None = None
    reasoning_content: str | None = None
    reasoning: str | None = None
    tool_calls: msgspec.Raw = _NULL
    function_call: msgspec.Raw = _NULL

    def text(self) -> str:
        if isinstance(self.content, list):
            return "".join(part.text or "" for part in self.content)
        return self.content or self.refusal or ""

    def thought(self) -> str:
        return self.reasoning_content or self.reasoning or ""


class _Choice(msgspec.Struct):
    index: int | None = 0
    delta: _Delta | None = None
    message: _Delta | None = None
    """The whole reply, from a server that does not stream."""
    finish_reason: str | None = None


class _Chunk(msgspec.Struct):
    choices: list[_Choice] | None = None
    usage: msgspec.Raw = _NULL
    error: msgspec.Raw = _NULL


_CHUNK = msgspec.json.Decoder(_Chunk)


def encode(request: ChatRequest, dialect: ChatDialect) -> bytes:
    """Return the body of a streaming request; raises `ProviderError(BAD_REQUEST)` for text that is not Unicode."""
    body: dict[str, object] = {
        "model": request.model,
        "messages": request.messages,
        "stream": True,
        "stream_options": {"include_usage": True},
        "temperature": request.temperature,
        dialect.max_tokens_field: request.max_output,
    }
    body.update(dialect.extra)
    try:
        return msgspec.json.encode({name: value for name, value in body.items() if value is not None})
    except (UnicodeEncodeError, TypeError) as error:
        raise ProviderError(ErrorCode.BAD_REQUEST, str(error), retryable=False, maybe_billed=False) from error


def input_bound(request: ChatRequest) -> int:
    """Return the most tokens that the messages can be: one a byte, and what templates add."""
    texts = sum([_bytes(message.content) for message in request.messages])
    return texts + TEMPLATE_TOKENS * (len(request.messages) + 1)


def _bytes(text: str) -> int:
    """Return how many bytes a text is in UTF-8; Python knows of each whether it is ASCII alone."""
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


def _some(raw: msgspec.Raw) -> bool:
    return raw is not _NULL and bytes(raw) not in _NOTHING


class ChatAssembler:
    """Puts the events of one stream together: give it each event's data, then ask for the end."""

    __slots__ = ("_dialect", "_finish", "_key", "_text", "_tools", "_watches", "cost", "done", "usage")

    def __init__(self, dialect: ChatDialect, key: str | None = None) -> None:
        """Begin a reply; `key` is taken out of what is quoted in errors."""
        self._dialect = dialect
        self._key = key
        self._watches = Hider(secrets(key)), Hider(secrets(key))
        self._finish: str | None = None
        self._text = False
        self._tools = False
        self.done = False
        """Whether the server said that nothing follows."""
        self.usage: Usage | None = None
        self.cost: int | None = None

    @property
    def echoed(self) -> bool:
        """Whether the key came in the text or the thoughts, where the bytes may hold it in pieces."""
        return any(watch.found or watch.cut for watch in self._watches)

    @property
    def whole(self) -> bool:
        """Whether the reply is whole: only its usage may still follow."""
        return self.done or self._finish is not None

    @property
    def billed(self) -> tuple[Usage | None, int | None]:
        """What a whole reply says of its bill; what counts so far, of one that breaks off, is not what it comes to."""
        return (self.usage, self.cost) if self.whole else (None, None)

    def feed_plain(self, lines: bytes) -> list[Delta] | None:
        """Take the data of several events, a line each; None where one is more than text, and then takes none."""
        found = plain(lines)
        if found is None:
            return None
        text, thought, tokens = found
        self._heard(text, thought)
        return [Delta(text, tokens)] if tokens else []

    def feed(self, data: bytes) -> Delta | None:
        """Take one event's data; returns its text, where it has any. Raises `ProviderError`."""
        if data == DONE:
            self.done = True
            return None
        chunk = self._decode(data)
        if _some(chunk.error):
            raise self._failure(data)
        if _some(chunk.usage):
            self._bill(bytes(chunk.usage))
        for choice in chunk.choices or ():
            if not choice.index:
                return self._take(choice)
        return None

    def _failure(self, data: bytes) -> ProviderError:
        try:
            found = msgspec.json.decode(data)
        except UNREADABLE as error:
            return self._garbage(data, error)
        self._watches[0].feed(read_object(found).words)
        return from_stream(found, started=self._text, key=self._key)

    def _decode(self, data: bytes) -> _Chunk:
        try:
            return _CHUNK.decode(data)
        except UNREADABLE as error:
            return self._decode_halves(data, error)

    def _decode_halves(self, data: bytes, problem: Exception) -> _Chunk:
        try:
            return _CHUNK.decode(without_halves(data))
        except UNREADABLE:
            raise self._garbage(data, problem) from problem

    def _garbage(self, data: bytes, error: Exception) -> ProviderError:
        quoted = redact(data[:MAX_DETAIL].decode("utf-8", "replace"), self._key)[:MAX_QUOTE]
        return ProviderError(ErrorCode.GARBAGE, f"{error}: {quoted}", retryable=True, maybe_billed=True)

    def _bill(self, raw: bytes) -> None:
        self.usage = read_usage(raw) or self.usage
        if self._dialect.usage_cost:
            cost = read_cost(raw)
            self.cost = self.cost if cost is None else cost

    def _take(self, choice: _Choice) -> Delta | None:
        self._finish = choice.finish_reason or self._finish
        delta = choice.delta or choice.message
        if delta is None:
            return None
        self._tools = self._tools or _some(delta.tool_calls) or _some(delta.function_call)
        text = delta.text()
        thought = "" if text else delta.thought()
        self._heard(text, thought)
        return Delta(text, estimate_tokens(text or thought)) if text or thought else None

    def _heard(self, text: str, thought: str) -> None:
        if text:
            self._watches[0].feed(text)
            self._text = self._text or not text.isspace()
        if thought:
            self._watches[1].feed(thought)

    def end(self, raw: bytes) -> Finished:
        """Return the whole reply; raises `ProviderError` for one that is cut, empty, filtered or asks for tools."""
        if not self.whole:
            raise self._error(ErrorCode.TRUNCATED, raw, retryable=True)
        stated = (self._finish or "stop").lower()
        if stated in BROKEN:
            raise self._error(ErrorCode.SERVER_ERROR, raw, retryable=True)
        finish = FINISH.get(stated, FinishReason.STOP)  # a reason nobody knows still ends a reply that was paid
        if finish is FinishReason.CONTENT_FILTER:
            raise self._error(ErrorCode.CONTENT_FILTERED, raw, retryable=False)
        if finish in (FinishReason.TOOL_CALLS, FinishReason.FUNCTION_CALL) or (self._tools and not self._text):
            raise self._error(ErrorCode.TOOL_CALLS, raw, retryable=False)
        if not self._text:  # one that spent its whole length on thinking would do so again
            raise self._error(ErrorCode.EMPTY_REPLY, raw, retryable=finish is not FinishReason.LENGTH)
        return Finished(finish, self.usage, self.cost, raw)

    def _error(self, code: ErrorCode, raw: bytes, *, retryable: bool) -> ProviderError:
        detail = f"finish_reason {self._finish}"
        usage, cost = self.billed
        return ProviderError(code, detail, retryable=retryable, maybe_billed=True, usage=usage, cost=cost, raw=raw)
