"""The ledger as CSV: a line for every attempt and correction. Amounts are exact, text begins no formula."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, tzinfo

from engine.domain.ledger_entry import EntryKind, LedgerEntry
from engine.domain.money import decimal
from engine.results.csv_cells import Cell, line

COLUMNS = (
    "time",
    "day",
    "kind",
    "task",
    "title",
    "batch",
    "step",
    "attempt",
    "provider",
    "model",
    "price_list",
    "status",
    "flags",
    "error",
    "input_tokens",
    "cached_tokens",
    "output_tokens",
    "reasoning_tokens",
    "held_usd",
    "cost_usd",
    "client_request_id",
    "provider_request_id",
)


def as_csv(entries: Iterable[LedgerEntry], zone: tzinfo | None = None) -> Iterator[str]:
    """Yield the lines, the columns' names first; times are local, or of `zone`, with their offset."""
    yield line(COLUMNS)
    for entry in entries:
        yield line(cells(entry, zone))


def cells(entry: LedgerEntry, zone: tzinfo | None = None) -> tuple[Cell, ...]:
    """Return an entry's cells; amounts to the millionth of a millionth, so that they sum to what the ledger says."""
    usage = entry.usage
    counts = (usage.input, usage.cached, usage.output, usage.reasoning) if usage else (None,) * 4
    return (
        datetime.fromtimestamp(entry.at_ms / 1000, UTC).astimezone(zone).isoformat(timespec="milliseconds"),
        entry.day,
        entry.kind,
        entry.task,
        entry.title,
        entry.batch,
        entry.step,
        entry.number,
        entry.provider,
        entry.model,
        entry.price_list,
        entry.status,
        " ".join(entry.flags),
        entry.error,
        *counts,
        decimal(entry.held) if entry.kind is EntryKind.ATTEMPT else None,
        decimal(entry.cost),
        entry.attempt,
        entry.provider_request_id,
    )
