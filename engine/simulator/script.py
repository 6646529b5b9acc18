"""What the simulator answers to a request: decided whole, before the first byte, from seed and request. Pure."""

from __future__ import annotations

import hashlib
import random
import re
from dataclasses import dataclass

import msgspec

from engine.cost.port import Price
from engine.domain.usage import Usage
from engine.simulator.config import Fault, FaultKind, SimulatedModel, SimulatorConfig
from engine.simulator.text import count, reply

MARKER = "\n[[DONE]]"
OVERHEAD = 4
"""Tokens around each message."""


class AskedMessage(msgspec.Struct, frozen=True):
    """A message of a request; content may be null."""

    role: str
    content: str | None = None


class StreamOptions(msgspec.Struct, frozen=True):
    """Options of a stream."""

    include_usage: bool = False


class Asked(msgspec.Struct, frozen=True):
    """A request as far as it matters here."""

    model: str
    messages: tuple[AskedMessage, ...]
    stream: bool = False
    stream_options: StreamOptions | None = None
    max_tokens: int | None = None
    max_completion_tokens: int | None = None

    @property
    def limit(self) -> int:
        """Tokens of the reply at most."""
        return max(1, self.max_completion_tokens or self.max_tokens or 1 << 20)


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """One reply."""

    request_id: str
    model: SimulatedModel
    pieces: tuple[str, ...]
    finish: str
    usage: Usage
    first_token_s: float
    tokens_per_s: float
    fault: Fault | None = None

    @property
    def cost(self) -> int:
        """Pico that this reply costs when it is whole."""
        return self.model.price.cost(self.usage)


def prefixes(asked: Asked) -> tuple[bytes, ...]:
    """Return a digest of the request's messages up to each one: what a prompt cache would know them by."""
    digest = hashlib.sha256(asked.model.encode())
    found: list[bytes] = []
    for message in asked.messages:
        digest.update(message.role.encode() + b"\0" + (message.content or "").encode("utf-8", "replace") + b"\0")
        found.append(digest.digest())
    return tuple(found)


def write_script(
    config: SimulatorConfig, model: SimulatedModel, asked: Asked, *, cached: int, number: int, fault: Fault | None
) -> Script:
    """Return the reply to a request whose first `cached` messages are cached; `number` counts requests."""
    rng = random.Random(f"{config.seed}:{prefixes(asked)[-1].hex() if asked.messages else ''}")  # noqa: S311
    sizes = [count(message.content or "") + OVERHEAD for message in asked.messages]
    tokens = max(1, round(model.reply_tokens * rng.uniform(0.6, 1.4)))
    pieces = reply(rng, " ".join(m.content or "" for m in asked.messages if m.role == "user"), tokens)
    if fault is not None and fault.kind is FaultKind.REPEAT:
        pieces = said_last(asked) or pieces
    answered = sum(message.role == "assistant" for message in asked.messages)
    if config.done_after and answered + 1 >= config.done_after:
        pieces.append(MARKER)
    finish = "length" if len(pieces) > asked.limit else "stop"
    pieces = pieces[: asked.limit]
    return Script(
        request_id=f"sim-{config.seed}-{number}",
        model=model,
        pieces=tuple(pieces),
        finish=finish,
        usage=Usage(input=sum(sizes), cached=sum(sizes[:cached]), output=len(pieces)),
        first_token_s=model.first_token_s * rng.uniform(0.7, 1.3) / config.speed,
        tokens_per_s=model.tokens_per_s * rng.uniform(0.8, 1.2) * config.speed,
        fault=fault,
    )


def said_last(asked: Asked) -> list[str]:
    """Return the last reply that a request carries, in pieces of about a token."""
    replies = [message.content or "" for message in asked.messages if message.role == "assistant"]
    return re.findall(r"\s*\S+\s*", replies[-1]) if replies else []


def price_of(config: SimulatorConfig, model: str) -> Price | None:
    """Return what a simulated model costs."""
    return next((each.price for each in config.models if each.id == model), None)
