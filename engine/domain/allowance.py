"""What a server says of how much more it takes: the figures of its rate-limit headers, made sane."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """Of requests or of tokens. None where the server does not say."""

    limit: int | None = None
    """In all, in its period, which it does not name."""
    remaining: int | None = None
    """After the request that was answered."""
    reset_s: float | None = None
    """Seconds until all of it is there again."""

    @property
    def says(self) -> bool:
        """Whether it says how much remains."""
        return self.remaining is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class RateReport:
    """What one answer said of the limits it counts against."""

    requests: Allowance = Allowance()
    tokens: Allowance = Allowance()


SILENT = RateReport()
"""Of a server that says nothing."""
