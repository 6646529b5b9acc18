"""The fake beside the `Provider` port: plays scripts instead of asking a model, and keeps what it was asked.

A script is what one attempt does: events in their order, waits on the loop's own clock (virtual time works), gates
that a test opens, and errors. It encodes no HTTP and reads nothing from a network: what a real server does wrong
belongs in the simulator.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import msgspec

from engine.domain.errors import ErrorCode
from engine.domain.message import Message
from engine.domain.usage import FinishReason, Usage
from engine.providers.port import (
    Capabilities,
    ChatRequest,
    Delta,
    Finished,
    ModelInfo,
    Opened,
    PreparedRequest,
    ProviderError,
    ProviderEvent,
)


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing comes for a while."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Until:
    """Nothing comes until the test sets the event."""

    gate: asyncio.Event


Script = Sequence[ProviderEvent | Wait | Until | ProviderError]
"""What one attempt does. One that ends without `Finished` or an error is cut: TRUNCATED."""

Playbook = Callable[["Sent"], Script]
"""Chooses the script of an attempt when it is sent."""


@dataclass(slots=True, eq=False)
class Sent:
    """One attempt as the provider saw it."""

    prepared: PreparedRequest
    client_request_id: str
    number: int
    """Attempts sent before this one."""
    at: float
    """The loop's time when it was sent."""
    delivered: int = 0
    """Events handed out so far."""
    whole: bool = False
    """Whether `Finished` was handed out."""
    closed: bool = False
    """Whether the caller has left the context."""

    @property
    def messages(self) -> tuple[Message, ...]:
        """The messages that were asked."""
        return msgspec.json.decode(self.prepared.body, type=_Body).messages


class _Body(msgspec.Struct, frozen=True, kw_only=True):
    model: str
    temperature: float
    max_output: int
    messages: tuple[Message, ...]


def reply(
    text: str,
    *,
    usage: Usage | None = None,
    finish: FinishReason = FinishReason.STOP,
    reported_cost: int | None = None,
    pause_s: float = 0.0,
    pieces: int = 4,
) -> Script:
    """Return the script of a good reply: `text` in pieces, `pause_s` before each, then its usage.

    Without `usage` it reports 10 input tokens and one output token a character.
    """
    size = max(1, -(-len(text) // pieces))
    deltas = [Delta(text[at : at + size], 1) for at in range(0, len(text), size)]
    script: list[ProviderEvent | Wait] = [Opened("")]
    for delta in deltas:
        script += [Wait(pause_s), delta] if pause_s else [delta]
    used = Usage(input=10, output=len(text)) if usage is None else usage
    return (*script, Finished(finish, used, reported_cost, text.encode()))


def failure(
    code: ErrorCode,
    *,
    retryable: bool = True,
    maybe_billed: bool = False,
    retry_after_s: float | None = None,
    after: Script = (),
) -> Script:
    """Return the script of an attempt that fails, after some events where `after` has them."""
    error = ProviderError(code, "scripted", retryable=retryable, maybe_billed=maybe_billed, retry_after_s=retry_after_s)
    return (*after, error)


def in_turn(*scripts: Script) -> Playbook:
    """Return a playbook that plays the scripts in their order, and the last one for ever."""
    return lambda sent: scripts[min(sent.number, len(scripts) - 1)]


@dataclass(slots=True, kw_only=True, eq=False)
class ScriptedProvider:
    """A `Provider` that plays what its playbook says."""

    playbook: Playbook = field(default_factory=lambda: in_turn(reply("done")))
    name: str = "scripted"
    capabilities: Capabilities = Capabilities()
    offered: tuple[ModelInfo, ...] = (ModelInfo(id="scripted-model"),)
    refuse: ProviderError | None = None
    """Raised by `prepare` and `models` while it is set."""
    kept: Mapping[str, Finished] = field(default_factory=dict[str, Finished])
    """Replies for `reattach`, by provider request id."""
    billed: Mapping[str, int] = field(default_factory=dict[str, int])
    """Pico for `settle`, by provider request id, or ours where there is none."""
    sent: list[Sent] = field(default_factory=list[Sent])
    prepared: list[ChatRequest] = field(default_factory=list[ChatRequest])
    open: int = 0
    """Attempts in flight."""
    most_open: int = 0
    """The most that ever were in flight at once."""
    closed: bool = False

    async def prepare(self, request: ChatRequest) -> PreparedRequest:
        """See `Provider`. The bound is the UTF-8 bytes of the messages and 4 more for each."""
        self._check()
        self.prepared.append(request)
        body = _Body(
            model=request.model,
            temperature=request.temperature,
            max_output=request.max_output,
            messages=request.messages,
        )
        return PreparedRequest(
            model=request.model,
            body=msgspec.json.encode(body),
            input_bound=sum(len(message.content.encode()) + 4 for message in request.messages),
            max_output=request.max_output,
            connect_s=request.connect_s,
        )

    @asynccontextmanager
    async def send(
        self, prepared: PreparedRequest, *, client_request_id: str
    ) -> AsyncGenerator[AsyncIterator[ProviderEvent], None]:
        """See `Provider`."""
        at = asyncio.get_running_loop().time()
        record = Sent(prepared, client_request_id, len(self.sent), at)
        self.sent.append(record)
        self.open += 1
        self.most_open = max(self.most_open, self.open)
        events = _play(record, self.playbook(record))
        try:
            yield events
        finally:
            self.open -= 1
            record.closed = True
            await events.aclose()

    async def reattach(self, provider_request_id: str) -> Finished | None:
        """See `Provider`."""
        return self.kept.get(provider_request_id)

    async def settle(self, provider_request_id: str, *, client_request_id: str) -> int | None:
        """See `Provider`."""
        return self.billed.get(provider_request_id or client_request_id)

    async def models(self) -> tuple[ModelInfo, ...]:
        """See `Provider`."""
        self._check()
        return self.offered

    async def close(self) -> None:
        """See `Provider`."""
        self.closed = True

    def _check(self) -> None:
        if self.closed:
            raise ProviderError(ErrorCode.UNREACHABLE, "closed", retryable=False, maybe_billed=False)
        if self.refuse is not None:
            raise self.refuse


async def _play(sent: Sent, script: Script) -> AsyncGenerator[ProviderEvent, None]:
    for item in script:
        match item:
            case Wait(seconds):
                await asyncio.sleep(seconds)
            case Until(gate):
                await gate.wait()
            case ProviderError():
                raise item
            case _:
                sent.delivered += 1
                sent.whole = isinstance(item, Finished)
                yield item
    if not sent.whole:
        raise ProviderError(ErrorCode.TRUNCATED, retryable=True, maybe_billed=True)
