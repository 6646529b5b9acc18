"""The port behind which models are: one request in, a stream of events out.

`engine.providers.scripted.ScriptedProvider` is its fake. A provider knows nothing of tasks, money limits, retries or
deadlines other than the connection's own: the runner has those. It raises `ProviderError` and nothing else (besides
cancellation, on which it closes the connection).
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Protocol

from engine.domain.allowance import SILENT, RateReport
from engine.domain.errors import DroverError, ErrorCode
from engine.domain.message import Message
from engine.domain.usage import FinishReason, Usage


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatRequest:
    """What to ask of a model."""

    model: str
    messages: tuple[Message, ...]
    temperature: float
    max_output: int
    """Tokens of the reply at most."""
    connect_s: float = 10.0
    """Seconds to be connected; the provider's only deadline."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedRequest:
    """A request ready to leave: what will be sent, byte for byte, and its bounds for the ledger."""

    model: str
    body: bytes
    input_bound: int
    """Input tokens at most: from UTF-8 bytes and the chat template, or counted where the provider can."""
    max_output: int
    """Output tokens at most, reasoning among them; may be less than asked where the context is small."""
    connect_s: float


class Reading(Protocol):
    """How soon what a server sends is read: by whoever waits for it, until the reply has ended."""

    def relax(self) -> None:
        """Let it be read when its turn comes, where there is much to read."""
        ...

    def hurry(self) -> None:
        """Let it be read at once."""
        ...

    def watch(self, *, watched: bool) -> None:
        """Say whether somebody looks at it: then it is read at once whatever else was said."""
        ...

    def now(self) -> None:
        """Read what waits now: a deadline is due."""
        ...


class AtOnce:
    """A `Reading` of what is read at once anyway."""

    def relax(self) -> None:
        """See `Reading`."""

    def hurry(self) -> None:
        """See `Reading`."""

    def watch(self, *, watched: bool) -> None:
        """See `Reading`."""

    def now(self) -> None:
        """See `Reading`."""


AT_ONCE: Reading = AtOnce()
READING = "reading"
"""The extension of a response that holds its `Reading`, where its transport has one."""


@dataclass(frozen=True, slots=True)
class Opened:
    """The server accepted the request; `provider_request_id` may be empty."""

    provider_request_id: str
    report: RateReport = SILENT
    """What the server says of its limits."""
    reading: Reading = field(default=AT_ONCE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Delta:
    """New text of the reply; `tokens` is an estimate. A reasoning delta has no text and counts as progress."""

    text: str
    tokens: int


@dataclass(frozen=True, slots=True)
class Garbled:
    """Something came that cannot be read, so there will be no reply; its end may still say the bill. At most once."""


@dataclass(frozen=True, slots=True)
class Whole:
    """The reply is whole, and only what it used may follow: no deadline may cut it any more. At most once."""


@dataclass(frozen=True, slots=True)
class Finished:
    """The reply is whole: the last event."""

    finish: FinishReason
    usage: Usage | None
    reported_cost: int | None
    """Pico, where the provider says what it billed."""
    raw: bytes
    """The reply's bytes as they came."""


ProviderEvent = Opened | Delta | Garbled | Whole | Finished


class ProviderError(DroverError):
    """A provider could not give a whole reply."""

    def __init__(
        self,
        code: ErrorCode,
        detail: str = "",
        *,
        retryable: bool,
        maybe_billed: bool,
        retry_after_s: float | None = None,
        status: int | None = None,
        usage: Usage | None = None,
        cost: int | None = None,
        raw: bytes = b"",
        report: RateReport = SILENT,
    ) -> None:
        """Say what went wrong, whether trying again may help and whether money may have been spent.

        `usage` and `cost` (pico) are what the provider says of the bill of a reply that is whole and no answer.
        """
        super().__init__(code, detail)
        self.retryable = retryable
        self.maybe_billed = maybe_billed
        self.retry_after_s = retry_after_s
        self.status = status
        self.usage = usage
        self.cost = cost
        self.raw = raw
        self.report = report


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What a provider can do, and how much at once."""

    stream: bool = True
    cache: bool = False
    reports_cost: bool = False
    tells_cost: bool = False
    """Whether it can be asked afterwards what a request was billed, by its own id of it."""
    knows_our_ids: bool = False
    """Whether also by the client request id: for a request whose reply nobody lived to see."""
    batch: bool = False
    background: bool = False
    tools: bool = False
    concurrency: int | None = None
    """Requests at the same time at most; None is no limit of its own."""
    requests_per_minute: int | None = None
    """Of each model, at most, where the person says so; a server's own limits are learned from its answers."""
    tokens_per_minute: int | None = None
    """In and out, of each model."""
    probe_s: float = 120.0
    """Seconds at most between two tries while it does not answer."""
    context: int | None = None
    """Tokens of input and output together, where it is known."""
    local: bool = False
    """Whether it runs on this computer (and is free)."""
    models: tuple[str, ...] = ()
    """The only models there are; empty where only the server knows which it takes."""

    def can_tell(self, provider_request_id: str) -> bool:
        """Whether it can be asked what a request was billed; with an empty id, one that it never named to us."""
        return self.tells_cost and (self.knows_our_ids or bool(provider_request_id))


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelInfo:
    """A model that a provider offers."""

    id: str
    context: int | None = None


class Provider(Protocol):
    """A way to models."""

    @property
    def name(self) -> str:
        """The name that specs and price lists use, e.g. "holysheep"."""
        ...

    @property
    def capabilities(self) -> Capabilities:
        """What it can do."""
        ...

    async def prepare(self, request: ChatRequest) -> PreparedRequest:
        """Encode and bound a request, starting what it needs (the local model); nothing of it leaves the computer.

        Raises `ProviderError`: CONTEXT_OVERFLOW where it cannot fit, NO_KEY, MODEL_NOT_INSTALLED, UNKNOWN_MODEL.
        """
        ...

    def send(
        self, prepared: PreparedRequest, *, client_request_id: str
    ) -> AbstractAsyncContextManager[AsyncIterator[ProviderEvent]]:
        """Send a prepared request; leaving the context closes the connection, whole reply or not.

        The iterator yields one `Opened`, then `Delta`s, `Whole` where it waits on after that, then one `Finished`, or
        raises `ProviderError`.
        """
        ...

    async def reattach(self, provider_request_id: str) -> Finished | None:
        """Fetch the reply of a request that was sent before, where the provider keeps it; else None."""
        ...

    async def settle(self, provider_request_id: str, *, client_request_id: str) -> int | None:
        """Ask what a request was billed, in pico, where the provider can tell; else None. Raises `ProviderError`.

        The provider's own id may be empty: nobody knows it when the program ended before the reply did.
        """
        ...

    async def models(self) -> tuple[ModelInfo, ...]:
        """List the models; also the test of address and key. Raises `ProviderError`."""
        ...

    async def close(self) -> None:
        """Let go of connections and child processes."""
        ...


class ProviderDirectory(Protocol):
    """The providers that are set up, by name."""

    def get(self, name: str) -> Provider:
        """Return a provider; raises `DroverError(UNKNOWN_PROVIDER)`."""
        ...

    async def close(self) -> None:
        """Close all of them."""
        ...
