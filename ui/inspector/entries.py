"""The lines of the Log tab: the task's records in words, newest first. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo

from engine.face import LogEntry, NoteKind
from ui.inspector.rows import Cell, RowColumn
from ui.tasks import format as figures
from ui.text import Words

KINDS_OF_CODES = {
    "created": ("state", "reason"),
    "state": ("state", "reason"),
    "outcome": ("attempt", "reason"),
    "wanted": ("wanted", "reason"),
    "grant": ("reason", "reason"),
    "recovered": ("state", "reason"),
    "correction": ("origin", "reason"),
}
"""Under which names a record's code, "first:second", is found in words."""
MONEY = frozenset({"held", "cost", "before", "amount"})
TIMES = frozenset({"duration_s", "seconds"})


def columns(words: Words) -> tuple[RowColumn, ...]:
    """Return the columns."""
    return (
        RowColumn(title=words("log_column.time"), width=150),
        RowColumn(title=words("log_column.what"), width=230, least=150, stretch=2),
        RowColumn(title=words("log_column.detail"), width=320, least=120, stretch=5),
    )


def cells(entry: LogEntry, words: Words, zone: tzinfo | None) -> tuple[Cell, ...]:
    """Return what a record's line says; times in `zone`, the computer's own for None."""
    return (
        Cell(moment(entry.at_ms, zone), "dim"),
        Cell(what(entry, words), "failed" if ":" in entry.code and entry.kind == "outcome" else "text"),
        Cell(detail(entry, words), "dim"),
    )


def moment(at_ms: int, zone: tzinfo | None) -> str:
    """Return a date and time to the second, with tenths: records of one step are close together."""
    at = datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(zone)
    return f"{at:%Y-%m-%d %H:%M:%S}.{at.microsecond // 100_000}"


def what(entry: LogEntry, words: Words) -> str:
    """Return "State · Paused · budget"."""
    names = KINDS_OF_CODES.get(entry.kind)
    first, _, second = entry.code.partition(":")
    if entry.kind == NoteKind.ROUTED:
        return (
            words("log.routed", route=second, reason=words(f"reason.{first}"))
            if first
            else words("log.routed_back", route=second)
        )
    said = [words(f"log.{entry.kind}")]
    if names is None:
        said.append(first)
    else:
        said += [words(f"{name}.{part}") for name, part in zip(names, (first, second), strict=True) if part]
    return " · ".join(part for part in said if part)


def detail(entry: LogEntry, words: Words) -> str:
    """Return the figures, and the server's or system's own words."""
    said = [words(f"log_figure.{name}", value=_figure(name, value)) for name, value in entry.figures.items()]
    if entry.detail:
        said.append(" ".join(entry.detail.split()))
    return " · ".join(said)


def _figure(name: str, value: float) -> str:
    if name in MONEY:
        return figures.money(int(value))
    return figures.seconds(value) if name in TIMES else figures.count(int(value))
