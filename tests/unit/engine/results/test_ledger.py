"""The ledger as a spreadsheet sees it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from datetime import UTC, timedelta, timezone
from decimal import Decimal

import msgspec

from engine.domain.ids import AttemptId, TaskId
from engine.domain.ledger_entry import EntryKind, LedgerEntry
from engine.domain.step import Flag
from engine.domain.usage import Usage
from engine.results.ledger import COLUMNS, as_csv

ENTRY = LedgerEntry(
    kind=EntryKind.ATTEMPT,
    at_ms=1_795_521_600_123,
    day="2026-11-24",
    task=TaskId("t1"),
    title="Locks",
    batch="b",
    step=3,
    number=2,
    provider="p",
    model="m",
    price_list="own",
    status="cut",
    flags=(Flag.ASSUMED, Flag.SHORTENED),
    error="silence",
    usage=Usage(input=10, cached=4, output=5, reasoning=2),
    held=5_000_000,
    cost=1,
    attempt=AttemptId("a1"),
    provider_request_id="r1",
)
CORRECTION = msgspec.structs.replace(
    ENTRY, kind=EntryKind.CORRECTION, status="person", flags=(), error="", usage=None, held=0, cost=-(10**12) - 1
)


def rows(entries: Iterable[LedgerEntry]) -> list[dict[str, str]]:
    """Return the rows as a reader of CSV does."""
    return list(csv.DictReader(io.StringIO("".join(as_csv(entries, UTC)), newline="")))


def test_every_figure_of_an_attempt() -> None:
    """All columns, the time with its offset."""
    (row,) = rows([ENTRY])
    assert tuple(row) == COLUMNS
    assert row["time"] == "2026-11-24T12:00:00.123+00:00"
    assert (row["kind"], row["step"], row["attempt"], row["status"]) == ("attempt", "3", "2", "cut")
    assert (row["flags"], row["error"]) == ("assumed shortened", "silence")
    assert [row[f"{name}_tokens"] for name in ("input", "cached", "output", "reasoning")] == ["10", "4", "5", "2"]
    assert (row["client_request_id"], row["provider_request_id"]) == ("a1", "r1")
    (far,) = csv.DictReader(io.StringIO("".join(as_csv([ENTRY], timezone(timedelta(hours=5, minutes=30)))), newline=""))
    assert far["time"] == "2026-11-24T17:30:00.123+05:30"


def test_amounts_are_exact_and_sum_to_the_ledger() -> None:
    """Numbers, not text: also less than nothing, also a millionth of a millionth."""
    entries = [msgspec.structs.replace(ENTRY, cost=3 * 10**k + 1) for k in range(19)] + [CORRECTION]
    read = rows(entries)
    assert sum(Decimal(row["cost_usd"]) for row in read) * 10**12 == sum(entry.cost for entry in entries)
    assert (read[0]["cost_usd"], read[0]["held_usd"]) == ("0.000000000004", "0.000005000000")
    assert (read[-1]["cost_usd"], read[-1]["held_usd"], read[-1]["input_tokens"]) == ("-1.000000000001", "", "")
    assert all("'" not in row["cost_usd"] for row in read)


def test_hostile_text_begins_no_formula_and_keeps_its_cell() -> None:
    """In every cell that somebody else's words can reach."""
    fields = ("title", "batch", "provider", "model", "price_list", "error", "provider_request_id")
    hostile = dict.fromkeys(fields, '=cmd|"x"!A1,\r\nnext')
    (row,) = rows([msgspec.structs.replace(ENTRY, **hostile)])
    for name in fields:
        assert row[name].startswith("'=cmd")
        assert "\n" not in row[name]
    assert row["cost_usd"] == "0.000000000001"
