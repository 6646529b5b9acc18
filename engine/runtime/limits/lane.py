"""One model of a provider: joins everything that says when the next request to it may leave. Pure.

A refusal (429) says "too many" and not whether at once or a minute. Where the server says that nothing is left, it is a
minute's limit, and nobody goes before the time it asks for. Where it does not say, one request goes when another one
has been answered: if it is taken, the limit is one of requests at once, which has been lowered already, and everybody
else may go on; if it is refused, all wait.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from engine.runtime.limits.concurrency import HALF, Concurrency
from engine.runtime.limits.latency import EASED, Latency, Verdict
from engine.runtime.limits.minute import Minute, Spent
from engine.runtime.limits.reported import PATIENCE_S, Reported

if TYPE_CHECKING:
    from engine.domain.allowance import RateReport
    from engine.domain.clock import Random
    from engine.providers.port import Capabilities

AGAIN_S = 1.0
"""To wait after refusals in a row, where the server does not say: doubled for each."""
GROW, SHRINK = 0.7, 1 / 300
"""What is left of the requests a second after a refusal, and by how much they grow with each accepted one."""
INTERVAL_S = 60.0
OLD_S = 600.0
"""Seconds after which what a refusal taught is no more believed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """What the person and the provider's nature allow, whatever the server says. None is no limit."""

    at_once: int | None = None
    requests: int | None = None
    """A minute."""
    tokens: int | None = None
    """A minute, in and out."""
    probe_s: float = 120.0
    """Longest wait between two tries of a provider that does not answer."""


def rates_of(capabilities: Capabilities) -> Rates:
    """Return what a provider is set up to."""
    return Rates(
        at_once=capabilities.concurrency,
        requests=capabilities.requests_per_minute,
        tokens=capabilities.tokens_per_minute,
        probe_s=capabilities.probe_s,
    )


class Kind(Enum):
    """What a refusal is known to mean."""

    UNKNOWN = "unknown"
    AT_ONCE = "at once"
    A_MINUTE = "a minute"


@dataclass(slots=True, eq=False, kw_only=True)
class Sent:
    """One request, from its turn to its end."""

    epoch: int
    tokens: int
    """As it was estimated, and counts until it is known."""
    expected: float = 1.0
    """The same without what was learned."""
    minute: tuple[Spent, Spent]
    tries: bool = False
    """Whether it finds out if a provider answers again."""
    tries_model: bool = False
    """Whether it finds out if its model does."""
    trial: bool = False
    """Whether it finds out what a refusal meant."""
    at: float | None = None
    """When it left."""
    still: float = 0.0
    """Seconds that the process had stood still by then: no latency of the server's."""
    first_s: float | None = None
    sent_then: tuple[int, int] = (0, 0)
    """Requests and tokens sent in all, with this one."""
    over: bool = False


@dataclass(slots=True)
class Total:
    """What was sent in all."""

    requests: int = 0
    tokens: int = 0


@dataclass(slots=True, eq=False)
class Lane:
    """See the module."""

    rng: Random
    concurrency: Concurrency = field(default_factory=Concurrency)
    latency: Latency = field(default_factory=Latency)
    under_way: int = 0
    total: Total = field(default_factory=Total)
    closed_until: float = 0.0
    kind: Kind = Kind.UNKNOWN
    trial: bool | None = None
    """A trial may go (False), is under way (True), or is not due (None)."""
    storms: int = 0
    """In a row, without an accepted request between."""
    refused_at: float = float("-inf")
    next_at: float = 0.0
    """When pacing lets the next one go."""
    gap_s: float = 0.0
    """Seconds between two that go, learned from refusals of a minute's limit that no header told."""
    interval_s: float = 0.0
    """Seconds from one that was accepted to the next, of late."""
    accepted_at: float = 0.0
    minutes: tuple[Minute, Minute] = field(default_factory=lambda: (Minute(), Minute()))
    reported: tuple[Reported, Reported] = field(default_factory=lambda: (Reported(), Reported()))

    # --- may the next one go?

    def room(self, rates: Rates) -> bool:
        """Whether one more may be under way."""
        most = self.concurrency.limit if rates.at_once is None else min(rates.at_once, self.concurrency.limit)
        return self.under_way < max(1, int(most))

    def wait(self, tokens: int, rates: Rates, now: float) -> float:
        """Return the seconds until the limits a minute let a request of `tokens` go; 0 for at once."""
        if now < self.closed_until and self.trial is not False:
            return self.closed_until - now
        waits = [0.0]
        sent = (self.total.requests, self.total.tokens)
        for amount, limit, minute, reported, total in zip(
            (1, tokens), (rates.requests, rates.tokens), self.minutes, self.reported, sent, strict=True
        ):
            if limit is not None:
                waits.append(minute.wait(amount, limit, now))
            waits.append(reported.wait(amount, sent=total, now=now))
        return max(waits)

    def pace(self, now: float) -> float:
        """Return the seconds until pacing lets the next one go."""
        return max(0.0, self.next_at - now)

    def grant(self, tokens: int, now: float) -> Sent:
        """Let one go."""
        self.under_way += 1
        self.next_at = now + max(self.concurrency.gap_s, self.gap_s)
        self.total.requests += 1
        self.total.tokens += tokens
        sent = Sent(
            epoch=self.concurrency.epoch,
            tokens=tokens,
            minute=(self.minutes[0].grant(1), self.minutes[1].grant(tokens)),
            trial=now < self.closed_until,
            sent_then=(self.total.requests, self.total.tokens),
        )
        if sent.trial:
            self.trial = True
        return sent

    # --- what became of it

    def left(self, sent: Sent, now: float, still: float = 0.0) -> None:
        """Hear that it leaves now; `still` are the seconds that the process has stood still so far."""
        sent.at, sent.still = now, still
        for minute, spent in zip(self.minutes, sent.minute, strict=True):
            minute.left(spent, now)

    def heard(self, sent: Sent, report: RateReport, now: float) -> None:
        """Hear what the server says of its limits."""
        for reported, said, then in zip(self.reported, (report.requests, report.tokens), sent.sent_then, strict=True):
            reported.take(said, sent_then=then, now=now)

    def first(self, sent: Sent, now: float, still: float = 0.0) -> None:
        """Hear that its first token came: it is accepted."""
        if sent.at is None or sent.first_s is not None:
            return
        sent.first_s = now - sent.at - (still - sent.still)
        self.interval_s += (min(INTERVAL_S, now - self.accepted_at) - self.interval_s) / 16
        self.accepted_at = now
        self.gap_s *= 1 - SHRINK
        if sent.at >= self.refused_at:
            self.storms = 0
        if sent.trial:
            self.kind, self.closed_until, self.trial = Kind.AT_ONCE, now, None
        self.concurrency.accepted(sent.epoch, under_way=self.under_way, first_token_s=sent.first_s)
        self.latency.first(sent.epoch, sent.first_s, of=self.concurrency.epoch)
        self._judge()

    def done(self, sent: Sent, tokens: int | None, now: float, still: float = 0.0) -> None:
        """Hear that it was answered whole, with so many tokens in and out, where that is known."""
        if tokens is not None:
            self.minutes[1].correct(sent.minute[1], tokens)
        if sent.at is not None:
            self.latency.done(sent.epoch, now - sent.at - (still - sent.still))
        if now < self.closed_until and self.trial is None and self.kind is not Kind.A_MINUTE:
            self.trial = False
        self._judge()

    def refused(self, sent: Sent, asked_s: float | None, now: float) -> None:
        """Hear that it was refused for a limit; `asked_s` is how long the server asks to wait."""
        if now - self.refused_at > OLD_S:
            self.kind = Kind.UNKNOWN
        news = self.concurrency.refused(sent.epoch, served=self.under_way - 1)
        if news:
            self.storms += 1
            self.latency.forget()
        self.refused_at = now
        if sent.trial or any(reported.empty for reported in self.reported):
            self.kind = Kind.A_MINUTE
        if news or sent.trial:
            self.trial = None
            told = any(reported.speaks for reported in self.reported)
            learns = self.kind is Kind.A_MINUTE and not told
            self.gap_s = max(self.gap_s, self.interval_s) / GROW if learns else 0.0
        if self.kind is not Kind.AT_ONCE or self.storms > 1:
            self.closed_until = max(self.closed_until, now + self._closed_s(asked_s))

    def end(self, sent: Sent) -> None:
        """Hear that it is under way no more, however it ended."""
        if sent.over:
            return
        sent.over = True
        self.under_way -= 1
        if sent.at is None:
            self.total.requests -= 1
            self.total.tokens -= sent.tokens
            for minute, spent in zip(self.minutes, sent.minute, strict=True):
                minute.take_back(spent)
        if sent.trial and self.trial:
            self.trial = False  # it was cut: let another one

    def begin_anew(self) -> None:
        """Start slowly: the provider was away."""
        self.concurrency.begin_anew()
        self.latency.forget()
        self.closed_until, self.trial = 0.0, None

    def _closed_s(self, asked_s: float | None) -> float:
        alone = AGAIN_S * 2.0 ** min(self.storms - 1, 16) * (0.5 + self.rng.random() / 2)
        own = alone if self.storms > 1 or (asked_s is None and self.under_way <= 1) else 0.0
        return min(PATIENCE_S, max(asked_s or 0.0, own))

    def _judge(self) -> None:
        limit, under_way = self.concurrency.limit, self.under_way
        used, doubling = under_way >= 0.8 * int(limit), self.concurrency.slow_start
        match self.latency.judge(limit, used=used, doubling=doubling):
            case Verdict.HOLD:
                self.concurrency.ease(limit)
            case Verdict.EASE:
                self.concurrency.ease(EASED * limit)
            case Verdict.STAY:
                self.concurrency.fall(to=limit, ceiling=limit)
            case Verdict.TOO_FAR:
                self.concurrency.fall(to=HALF * limit, ceiling=HALF * limit)
            case Verdict.RESTORE:
                self.concurrency.restore(self.latency.eased_from)
            case Verdict.NOTHING:
                pass
