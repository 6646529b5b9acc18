"""How often something may be done that costs work of its own: no more than a share of a core, over time. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True, kw_only=True)
class Pace:
    """Seconds between two beats: `beat_s` while they are cheap, more where they are not."""

    beat_s: float
    share: float
    """Of a core that beats may take."""
    saved_s: float
    """Seconds of a core at most that cheap beats leave to a dear one."""
    _saved: float = field(default=0.0)

    def wait(self, cost_s: float, since_s: float) -> float:
        """Return the seconds from the start of a beat to the next; it cost `cost_s`, `since_s` after the one before."""
        self._saved = min(self.saved_s, self._saved + since_s * self.share) - cost_s
        return max(self.beat_s, -self._saved / self.share)
