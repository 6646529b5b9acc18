"""The lines of the Log tab."""

from __future__ import annotations

from datetime import UTC

import pytest

from engine.face import PICO, LogEntry, NoteKind
from ui.inspector.entries import cells, columns, detail, what
from ui.text import load_words

WORDS = load_words()


def entry(kind: str, code: str = "", detail: str = "", **figures: float) -> LogEntry:
    """A record."""
    return LogEntry(seq=1, at_ms=1_800_000_000_250, kind=kind, code=code, figures=figures, detail=detail)


@pytest.mark.parametrize(
    ("record", "text"),
    [
        (entry("created"), "Created"),
        (entry("intent", "gpt-4.1"), "Request · gpt-4.1"),
        (entry("outcome", "accepted"), "Reply · saved"),
        (entry("outcome", "failed:rate_limited"), "Reply · failed · rate limit"),
        (entry("state", "paused:budget"), "State · Paused · budget"),
        (entry("wanted", "pause_now"), "Asked for · pause now"),
        (entry("checkpoint", "full"), "Checkpoint · full"),
    ],
)
def test_what(record: LogEntry, text: str) -> None:
    """Codes are words."""
    assert what(record, WORDS) == text


def test_every_kind_that_is_written_today_has_words() -> None:
    """Kinds reserved for later show their code until they come."""
    written = ("created", "state", "wanted", "edited", "grant", "recovered", "intent", "outcome", "checkpoint")
    assert [kind for kind in written if f"log.{kind}" not in WORDS] == []
    assert what(entry(NoteKind.TOOL_CALL), WORDS)


def test_figures_have_their_units() -> None:
    """Money is dollars, times are seconds, and the server's words stay on one line."""
    record = entry("outcome", "accepted", "two\nlines", step=3, cost=PICO // 10, duration_s=1.25, output=2400)
    assert detail(record, WORDS) == "step 3 · $0.1000 · 1.2 s · 2,400 tokens out · two lines"


def test_a_line() -> None:
    """Time in the zone asked for, and a cell for each column."""
    line = cells(entry("created"), WORDS, UTC)
    assert line[0].text == "2027-01-15 08:00:00.2"
    assert len(line) == len(columns(WORDS))


def test_a_switch_says_where_to_and_why() -> None:
    """And a way back says so."""
    switched = LogEntry(seq=1, at_ms=0, kind=NoteKind.ROUTED, code="rate_limited:openai/gpt:mini")
    assert what(switched, WORDS) == "Switched to openai/gpt:mini because: rate limit"
    back = LogEntry(seq=2, at_ms=0, kind=NoteKind.ROUTED, code=":sim/one")
    assert what(back, WORDS) == "Tries sim/one again"
