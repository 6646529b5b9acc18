"""What a command tells of budgets while it runs: each part that is used up, once."""

from __future__ import annotations

from collections.abc import Mapping

from app.cli.report import Output, say
from app.cli.shown import safe
from engine.cost.port import Level
from engine.domain.alert import Alert
from engine.domain.money import plain
from engine.runtime.supervisor import Supervisor

BUDGETS: Mapping[str, str] = {
    Level.TASK: "alert_task",
    Level.BATCH: "alert_batch",
    Level.DAY: "alert_day",
    Level.MONTH: "alert_month",
    Level.EVERYTHING: "alert_everything",
}
"""What a budget is called, by its level."""


def tell_alerts(engine: Supervisor, output: Output, *, wanted: bool = True) -> None:
    """Tell what was crossed since the last call, to programs and to people, unless its person wants none of it."""
    alerts = engine.alerts()
    if alerts:
        engine.alerts_read()
    for alert in alerts if wanted else ():
        output.emit("alert", fields=_fields(alert))
        code = "alert_full" if alert.part >= 100 else "alert"
        budget = say(BUDGETS[alert.level], name=safe(alert.name or alert.key)[:60])
        output.note(say(code, part=alert.part, budget=budget, spent=plain(alert.spent), limit=plain(alert.limit)))


def _fields(alert: Alert) -> dict[str, object]:
    return {
        "level": alert.level,
        "key": alert.key,
        "part": alert.part,
        "spent_usd": plain(alert.spent),
        "limit_usd": plain(alert.limit),
    }
