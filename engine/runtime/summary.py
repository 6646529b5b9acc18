"""The figures over all tasks that the window shows: put together from counts, gauges and the ledger."""

from __future__ import annotations

from dataclasses import replace
from statistics import median
from typing import TYPE_CHECKING

from engine.domain.progress import ProviderHealth, Totals
from engine.runtime.accounts import EVERYTHING
from engine.runtime.expected_end import ExpectedEnd

if TYPE_CHECKING:
    from engine.domain.clock import Clock
    from engine.runtime.accounts import Accounts
    from engine.runtime.alerts import Alerts
    from engine.runtime.damages import Damages
    from engine.runtime.fences import Fences
    from engine.runtime.gauges import Gauges
    from engine.runtime.keys import Keys
    from engine.runtime.limits.gate import Gate
    from engine.runtime.offers import Offers
    from engine.runtime.register import Register
    from engine.runtime.upkeep import Upkeep
    from engine.store.port import Store


class Summary:
    """Totals, cheap enough for every frame."""

    def __init__(
        self,
        *,
        register: Register,
        gauges: Gauges,
        accounts: Accounts,
        fences: Fences,
        offers: Offers,
        keys: Keys,
        gate: Gate,
        store: Store,
        clock: Clock,
        damages: Damages,
        upkeep: Upkeep,
        alerts: Alerts,
    ) -> None:
        """Read from these."""
        self._damages = damages
        self._upkeep = upkeep
        self._alerts = alerts
        self._register = register
        self._fences = fences
        self._offers = offers
        self._keys = keys
        self._gate = gate
        self._gauges = gauges
        self._accounts = accounts
        self._store = store
        self._clock = clock
        self._expected_end = ExpectedEnd(register, clock)

    def totals(self, running_limit: int) -> Totals:
        """Return the figures now."""
        now = self._clock.monotonic()
        by_state, by_model, by_batch, needs_you = self._register.counts()
        gauges, health = self._gauges, self._store.health()
        day = self._accounts.day()
        first_tokens = [each for gauge in gauges.providers.values() for each in gauge.first_token]
        today, everything = self._accounts.balance(day), self._accounts.balance(EVERYTHING)
        month = self._accounts.balance(self._accounts.month())
        return Totals(
            count=len(self._register),
            by_state=by_state,
            by_model=by_model,
            by_batch=by_batch,
            needs_you=needs_you,
            interrupted=len(self._register.interrupted),
            offered=self._offers.counts(),
            fences=tuple(self._fences),
            refusals=self._keys.refusals(),
            alerts=self._alerts.now(),
            burn_per_hour=gauges.spent.per_hour(now),
            unknown=self._register.unknown,
            unknown_amount=self._register.unknown_amount,
            day=day.key,
            spent_today=today.spent,
            held_today=today.held,
            day_limit=today.limit,
            spent_month=month.spent,
            held_month=month.held,
            month_limit=month.limit,
            spent_total=everything.spent,
            held=everything.held,
            total_limit=everything.limit,
            output_per_s=gauges.output.per_second(now),
            input_per_s=gauges.input.per_second(now),
            output_tokens=gauges.output.total,
            input_tokens=gauges.input.total,
            streams=gauges.streams,
            running_limit=running_limit,
            first_token_p50_s=median(first_tokens) if first_tokens else None,
            attempts=gauges.attempts,
            retries=gauges.retries,
            rate_limited=gauges.rate_limited,
            eta_s=self._expected_end.end_s(now, running_limit),
            bytes_on_disk=health.bytes_on_disk,
            last_saved_at_ms=health.last_saved_at_ms,
            save_p99_ms=health.save_p99_ms,
            unsaved=gauges.unsaved,
            saving=health.queued,
            trouble=health.trouble.code if health.trouble else "",
            damaged=len(self._damages),
            checked=self._upkeep.checked,
            providers=self._providers(now),
        )

    def _providers(self, now: float) -> tuple[ProviderHealth, ...]:
        hosts = dict(self._gate.hosts())
        return tuple(
            replace(self._gauges.provider(name).health(name), **(hosts[name].health(now) if name in hosts else {}))
            for name in dict.fromkeys((*self._gauges.providers, *hosts))
        )
