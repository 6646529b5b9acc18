"""How fast money goes: what was settled over the last minutes, as an amount an hour. O(1) a call, in integers."""

from __future__ import annotations

from collections import deque

WINDOW_S = 300
BUCKET_S = 5
LEAST_S = 60
"""Seconds that a speed is read over at least: the first reply of a run says little about the next hour."""
HOUR_S = 3600


class Burn:
    """Amounts by when they were settled."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._buckets: deque[list[int]] = deque()
        self._sum = 0
        self._since: float | None = None

    def add(self, amount: int, now: float) -> None:
        """Count pico that were settled at monotonic time `now`."""
        self._since = now if self._since is None else self._since
        bucket = int(now // BUCKET_S)
        if not self._buckets or self._buckets[-1][0] != bucket:
            self._buckets.append([bucket, 0])
        self._buckets[-1][1] += amount
        self._sum += amount

    def per_hour(self, now: float) -> int:
        """Return pico an hour."""
        oldest = int((now - WINDOW_S) // BUCKET_S)
        while self._buckets and self._buckets[0][0] <= oldest:
            self._sum -= self._buckets.popleft()[1]
        if self._since is None or not self._sum:
            return 0
        return self._sum * HOUR_S // int(min(WINDOW_S, max(LEAST_S, now - self._since)))
