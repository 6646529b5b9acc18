"""Refusals for a server's limits, in one step: they are waited out and count as no failures, for an hour."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.runtime.retry import PATIENCE_S, is_crowded, wait_in_crowd

if TYPE_CHECKING:
    from engine.domain.task import RetryPolicy
    from engine.providers.port import ProviderError
    from engine.runtime.ports import RunnerPorts


class Crowd:
    """Of the step that is not yet done."""

    def __init__(self, policy: RetryPolicy, ports: RunnerPorts) -> None:
        """Begin with none."""
        self._policy = policy
        self._ports = ports
        self._refusals = 0
        self._since = 0.0

    def wait(self, error: ProviderError | None) -> float | None:
        """Return the seconds to wait after a refusal; None where it is none, or there were only refusals for an hour.

        One that is refused for ever asks for more than fits a limit a minute, and waiting on would be hanging.
        """
        if error is None or not is_crowded(error):
            return None
        now = self._ports.clock.monotonic() - self._ports.credit()
        self._since = self._since if self._refusals else now
        self._refusals += 1
        if now - self._since >= PATIENCE_S:
            return None
        return wait_in_crowd(self._policy, self._refusals, error.retry_after_s, self._ports.rng)

    def done(self) -> None:
        """Begin a step."""
        self._refusals = 0
