"""What a server says to one request: a head, pieces at their times, an end; and what it bills for it. Pure.

A plan is made whole when the request arrives. `good` says that the reply counts from the moment in which its finish has
come: whatever happens after, and whatever deadline is due then, it must be accepted.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Literal, NamedTuple

import msgspec

from engine.domain.usage import Usage
from tests.wire import STOP, delta

End = Literal["close", "cut", "silence"]

WORDS = ["so", "the", "draft", "now", "says", "more", "and", "says", "it", "in", "fewer", "words", "than", "it", "did"]


class Piece(NamedTuple):
    """Bytes, seconds after the ones before; `tokens` of text in them, `finish` when the reply is whole with them."""

    after_s: float
    data: bytes
    tokens: int = 0
    finish: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One answer."""

    kind: str
    unsent: bool = False
    """Whether the connection never came about."""
    head_s: float | None = 0.1
    """Seconds to the head; None for never."""
    cut_before_head: bool = False
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict[str, str])
    pieces: Iterator[Piece] = field(default_factory=lambda: iter(()))
    end: End = "close"
    good: bool = False
    text: str = ""
    usage: Usage | None = None
    """As the server reports it, where it does."""
    billed: bool = True
    """Whether input and what was said are billed."""
    retry_after_s: float | None = None
    """Seconds that it asks to be left alone, from its answer on, or by a date from the request on."""
    by_date: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What plans are made from."""

    chance: random.Random
    text: str
    """What a whole reply says: it names its task and step."""
    input: int
    """Tokens of the prompt as the server counts them."""
    now_ms: int
    slow: float = 1.0
    """How many times as long everything takes."""


Script = Callable[[Call], Plan]


def event(data: bytes) -> bytes:
    """Return one server-sent event."""
    return b"data: " + data + b"\n\n"


def usage_of(usage: Usage) -> bytes:
    """Return the chunk that says what was used."""
    counts = {"prompt_tokens": usage.input, "completion_tokens": usage.output}
    return event(msgspec.json.encode({"choices": [], "usage": counts}))


DONE = event(b"[DONE]")
FINISH = event(STOP)


def parts(call: Call) -> list[str]:
    """Cut the reply into a few."""
    cuts = sorted(call.chance.randrange(1, len(call.text)) for _ in range(call.chance.choice((0, 1, 1, 2))))
    ends = [*cuts, len(call.text)]
    return [call.text[begin:end] for begin, end in zip([0, *cuts], ends, strict=True) if begin < end]


def said(call: Call, gap_s: float = 3.0) -> list[Piece]:
    """Return the text as pieces; each counts a token for each event."""
    spread = call.chance.uniform
    return [Piece(spread(0.05, gap_s) * call.slow, event(delta(part)), 1) for part in parts(call)]


def reply(call: Call) -> Plan:
    """Answer well."""
    pieces = said(call)
    usage = Usage(input=call.input, output=len(pieces))
    tail = Piece(0.01, FINISH + usage_of(usage) + DONE, finish=True)
    return whole("reply", call, [*pieces, tail], usage)


def whole(kind: str, call: Call, pieces: Iterable[Piece], usage: Usage | None) -> Plan:
    """Return a reply that must be accepted."""
    head_s = call.chance.uniform(0.1, 2.0) * call.slow
    return Plan(kind=kind, head_s=head_s, pieces=iter(pieces), good=True, text=call.text, usage=usage)


def refused(status: int, wait: str = "", *, billed: bool = False) -> Script:
    """Return a refusal, which asks to wait as `wait` says."""

    def script(call: Call) -> Plan:
        asked = float(call.chance.randrange(1, 90))
        headers = {
            "seconds": {"retry-after": f"{asked:.0f}"},
            "milliseconds": {"retry-after-ms": f"{asked * 1000:.0f}"},
            "date": {"retry-after": formatdate(call.now_ms / 1000 + asked, usegmt=True)},
        }.get(wait, {})
        body: dict[str, object] = {"message": "not now", "type": "simulated"}
        body |= {"retry_after": asked} if wait == "body" else {}
        least = asked - 1.0 if wait == "date" else asked  # a date has whole seconds
        return Plan(
            kind=f"{status} {wait}".strip(),
            head_s=call.chance.uniform(0.05, 1.0),
            status=status,
            headers={"content-type": "application/json", **headers},
            pieces=iter([Piece(0.0, msgspec.json.encode({"error": body}))]),
            billed=billed,
            retry_after_s=least if wait else None,
            by_date=wait == "date",
        )

    return script


def broken(kind: str, end: End, *more: Piece) -> Script:
    """Return a reply that breaks off somewhere, after which `more` may come over and over."""

    def script(call: Call) -> Plan:
        pieces = said(call)
        begun = pieces[: call.chance.randrange(len(pieces) + 1)]
        return Plan(kind=kind, pieces=itertools.chain(begun, itertools.cycle(more)), end=end)

    return script
