"""How many requests at once a model takes: found by trying, because no server says. Pure.

Additive increase, multiplicative decrease, as in TCP, counted in requests: up while requests are accepted and the
limit is used, down by a part when the server refuses (429) or answers slower (`latency`). Five rules make it fit
servers that people pay for:

- Slow start: from `START`, two more for each request whose first token comes, so that what is sent doubles in the time
  of a first token: a dozen of these suffice for thousands, and never more is tried than twice what was just accepted.
- A storm is one decrease: of the requests under way when a limit changed, none changes it again.
- What was being served when the server refused is remembered as a ceiling, and the limit comes back to it within a
  few rounds (as in CUBIC, RFC 9438). Beyond it one more is tried only after `QUIET` accepted requests, after twice as
  many each time that fails, up to `MOST_QUIET`: so refusals stay rare where the server's limit is a fixed number.
- A try that holds goes on in steps that double, so that a raised limit is found soon.
- Pacing: requests leave spread over the time of a first token, not in one burst (RFC 9002, 7.7), so that the first
  refusal of a burst stops the rest of it.
"""

from __future__ import annotations

import math

START = 4.0
DOUBLES = 2.0
"""By how much a request that is accepted raises the limit in the slow start."""
BACK_OFF = 0.9
"""What is left of what was being served when the server refused."""
HALF = 0.5
"""What is left of the limit when the server refused far below it."""
QUIET, MOST_QUIET = 64, 512
MOST = 100_000.0


class Concurrency:
    """The limit for one model."""

    def __init__(self) -> None:
        """Begin with the slow start."""
        self.limit = START
        self.epoch = 0
        """Grows when the limit falls: what was sent in an earlier one says nothing of this one."""
        self.slow_start = True
        self._ceiling = math.inf
        self._step = 1.0
        self._quiet = 0
        """Accepted since the last refusal, or the last step beyond the ceiling."""
        self._patience = QUIET
        self._floor = math.inf
        """What the present storm lowers the limit to at most."""
        self._held = False
        """Whether a lower limit is being tried: nothing grows meanwhile."""
        self._first_token_s = 0.0

    def accepted(self, epoch: int, *, under_way: int, first_token_s: float) -> None:
        """Hear that a request of `epoch` is being answered, with so many under way."""
        before = self._first_token_s
        self._first_token_s = before + (first_token_s - before) / 8 if before else first_token_s
        if epoch == self.epoch:
            self._floor = math.inf  # the storm is over
        if epoch != self.epoch or self._held or under_way < HALF * self.limit:
            return  # a limit that is not used says nothing
        self._quiet += 1
        if self.slow_start:
            self.limit = min(MOST, self.limit + DOUBLES)
        elif self.limit < self._ceiling:
            self.limit = min(self._ceiling, self.limit + (1.0 + self._ceiling / 16) / self.limit)
        elif self._quiet >= (self._patience if self._step <= 1.0 else self.limit):
            self._quiet = 0
            self._ceiling = min(MOST, self._ceiling + self._step)
            self.limit = self._ceiling
            self._step *= 2

    def refused(self, epoch: int, *, served: int) -> bool:
        """Hear that a request of `epoch` was refused while `served` others were under way; whether that is news."""
        if epoch != self.epoch:
            self._refine(served)
            return False
        before, self._floor = self.limit, HALF * self.limit
        if served >= self._floor:
            failed_again = self._ceiling <= served + 1
            self._patience = min(MOST_QUIET, 2 * self._patience) if failed_again else QUIET
            self.fall(to=BACK_OFF * served, ceiling=served)
        else:
            self.fall(to=self._floor, ceiling=before)
        return True

    def _refine(self, served: int) -> None:
        """Hear of one more refusal of a storm: fewer were being served than it seemed. Still one decrease, by half."""
        if self.limit > self._floor and served < self._ceiling:
            self._ceiling = max(1.0, self._floor, served)
            self.limit = max(1.0, self._floor, min(self.limit, BACK_OFF * served))

    def fall(self, *, to: float, ceiling: float) -> None:
        """Allow less from now on, and no more than `ceiling` for a while."""
        self.limit, self._ceiling, self._held = max(1.0, to), max(1.0, ceiling), False
        self.slow_start = False
        self.epoch += 1
        self._step, self._quiet = 1.0, 0

    def ease(self, to: float) -> None:
        """Allow less for a moment, to see what that changes."""
        self.limit, self._held = max(1.0, to), True
        self.epoch += 1

    def restore(self, limit: float) -> None:
        """Allow again what was allowed before."""
        self.limit, self._floor, self._held = limit, math.inf, False

    def begin_anew(self) -> None:
        """Know nothing any more, but let one request find out first."""
        self.limit, self._ceiling, self.slow_start, self._held = 1.0, math.inf, True, False
        self.epoch += 1
        self._step, self._quiet, self._patience = 1.0, 0, QUIET

    @property
    def gap_s(self) -> float:
        """Seconds between two requests that leave."""
        return self._first_token_s / (2.0 * self.limit)
