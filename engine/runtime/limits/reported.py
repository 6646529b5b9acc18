"""How much a server says that it takes more, by its headers, kept up between its answers. Pure.

A server that refills steadily says a time to full that fits what is used (limit / 60 a second): then more comes all
the time. One that counts by windows says when the window ends: then nothing comes before. What it says is believed
only so far: no wait for it is longer than `PATIENCE_S`, after which one request finds out; and a server that says
"nothing left" again and again after its own reset is not listened to any more.
"""

from __future__ import annotations

from engine.domain.allowance import Allowance

PERIOD_S = 60.0
PATIENCE_S = 300.0
LIES = 2
"""Times that there was nothing left after a reset before a server is not believed any more."""


class Reported:
    """Of requests, or of tokens."""

    def __init__(self) -> None:
        """Begin with a server that has said nothing."""
        self._limit = 0
        self._left = 0.0
        self._counted = 0
        """What had been sent in all when the request was sent that the server spoke of."""
        self._at = 0.0
        self._reset_at = 0.0
        self._rate = 0.0
        """What comes back a second; 0 where all comes at the reset."""
        self._known = self._renewed = False
        self._lies = 0

    def take(self, said: Allowance, *, sent_then: int, now: float) -> None:
        """Hear what a server says in its answer to a request, at whose sending `sent_then` had been sent in all."""
        if said.remaining is None or self._lies >= LIES or (self._known and sent_then < self._counted):
            return
        if self._renewed:
            self._renewed = False
            self._lies += said.remaining <= 0 and self._limit > 1
        self._limit = max(1, said.limit if said.limit is not None else max(self._limit, said.remaining))
        self._left, self._counted, self._at, self._known = float(said.remaining), sent_then, now, True
        reset_s = PERIOD_S if said.reset_s is None else said.reset_s
        self._rate = self._limit / PERIOD_S if _steady(self._limit, said.remaining, reset_s) else 0.0
        self._reset_at = now + min(reset_s, PATIENCE_S)

    def wait(self, amount: int, *, sent: int, now: float) -> float:
        """Return the seconds until the server should take `amount` more, after `sent` in all."""
        if not self.speaks:
            return 0.0
        if now >= self._reset_at and not self._rate:
            self._renew(sent, now)
        there = min(self._limit, self._left + self._rate * (now - self._at)) - (sent - self._counted)
        missing = min(amount, self._limit) - there
        if missing <= 0:
            return 0.0
        return min(PATIENCE_S, missing / self._rate) if self._rate else max(0.001, self._reset_at - now)

    @property
    def speaks(self) -> bool:
        """Whether the server says anything that is believed."""
        return self._known and self._lies < LIES

    @property
    def empty(self) -> bool:
        """Whether the server said that nothing is left."""
        return self.speaks and self._left <= 0

    def _renew(self, sent: int, now: float) -> None:
        """Let the server's next window begin: with all of it, or one to find out where the wait was cut short."""
        cut_short = self._reset_at - self._at >= PATIENCE_S
        self._left, self._counted, self._at = (1.0 if cut_short else float(self._limit)), sent, now
        self._reset_at, self._renewed = now + PERIOD_S, True


def _steady(limit: int, remaining: int, reset_s: float) -> bool:
    """Whether the time to full is that of a bucket that refills all the time within a minute."""
    expected = (limit - remaining) * PERIOD_S / limit
    return remaining < limit and abs(expected - reset_s) <= max(1.0, 0.1 * reset_s)
