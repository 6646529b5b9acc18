"""What a simulator is asked to be. Everything that varies follows from the seed and the request."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from engine.cost.port import Price
from engine.domain.choice import Tier
from engine.simulator.limits import UNLIMITED, HiddenLimits


class FaultKind(StrEnum):
    """What a server can do wrong."""

    RATE_LIMIT = "rate_limit"
    SERVER_ERROR = "server_error"
    UNAVAILABLE = "unavailable"
    WRONG_KEY = "wrong_key"
    NO_CREDIT = "no_credit"
    CONTEXT_OVERFLOW = "context_overflow"
    RESET = "reset"
    CUT = "cut"
    TRUNCATE = "truncate"
    STALL = "stall"
    GARBAGE = "garbage"
    NOT_UTF8 = "not_utf8"
    ENDLESS_LINE = "endless_line"
    HTML = "html"
    GZIP = "gzip"
    REDIRECT = "redirect"
    EMPTY = "empty"
    NULL_CONTENT = "null_content"
    LENGTH = "length"
    CONTENT_FILTER = "content_filter"
    TOOL_CALLS = "tool_calls"
    NO_USAGE = "no_usage"
    ABSURD_USAGE = "absurd_usage"
    HEARTBEAT = "heartbeat"
    NO_HEAD = "no_head"
    """Takes the request and says nothing."""
    ENDLESS = "endless"
    """Goes on and on, whatever was asked."""
    REPEAT = "repeat"
    """No fault of a server: the model says what it said last, word for word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A fault and how often: with a probability, seeded by the request; the next `times` ones where that is set."""

    kind: FaultKind
    probability: float = 1.0
    times: int | None = None
    retry_after: str = "1"
    """Value of Retry-After, as seconds or as a date; empty for none."""
    after_tokens: int = 5
    """Tokens before a fault in the middle of a reply."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedModel:
    """A model that is none."""

    id: str
    tokens_per_s: float
    first_token_s: float
    reply_tokens: int
    """Mean length of a reply."""
    price: Price
    context: int = 131_072
    tier: Tier = Tier.BALANCED


def _price(dollars_in: float, dollars_out: float) -> Price:
    into, out = round(dollars_in * 1_000_000), round(dollars_out * 1_000_000)
    return Price(input=into, cached_input=into // 4, cache_write=into, output=out, reasoning=out)


def _model(tier: Tier, tokens_per_s: float, first_token_s: float, reply_tokens: int, price: Price) -> SimulatedModel:
    return SimulatedModel(
        id=f"sim-{tier.name.lower()}",
        tokens_per_s=tokens_per_s,
        first_token_s=first_token_s,
        reply_tokens=reply_tokens,
        price=price,
        tier=tier,
    )


MODELS = (
    _model(Tier.FAST, 90, 0.15, 120, _price(0.1, 0.4)),
    _model(Tier.BALANCED, 60, 0.3, 180, _price(0.4, 1.6)),
    _model(Tier.QUALITY, 40, 0.5, 240, _price(2.0, 8.0)),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatorConfig:
    """A whole simulator."""

    seed: int = 1
    models: tuple[SimulatedModel, ...] = MODELS
    speed: float = 1.0
    """Factor on the models' speed and, inversely, on their time to first token."""
    done_after: int = 0
    """Replies after which the model says that it is done; 0 for never."""
    faults: tuple[Fault, ...] = field(default=())
    key: str = ""
    """The key to ask for; empty takes any."""
    limits: HiddenLimits = UNLIMITED
    """What it takes and does not tell."""
    port: int = 0
    """0 takes a free one."""
