"""The list of steps, line by line."""

from __future__ import annotations

import pytest

from engine.face import PICO, AttemptStatus, State
from tests.snapshots import attempt, snapshot, step
from ui.inspector.step_list import StepLine, cells, first_words, lines
from ui.text import load_words

WORDS = load_words()
FAILED = AttemptStatus.FAILED


def said(line: StepLine) -> list[str]:
    """What a line says."""
    return [cell.text for cell in cells(line, WORDS)]


def test_a_saved_step() -> None:
    """Step, first words, model, tokens, duration, cost, saved."""
    line = StepLine(step=step(7, attempt(7, text="Split it\nmore", cost=46 * PICO // 1000)))
    assert said(line) == ["Step 7", "Split it", "gpt-4.1", "2.4k", "20.4 s", "$0.0460", "saved ✓"]
    assert cells(line, WORDS)[0].dot == "completed"


def test_a_step_of_two_attempts_says_why() -> None:
    """A retry is seen without opening anything."""
    line = StepLine(step=step(7, attempt(7, 1, FAILED, error="rate_limited"), attempt(7, 2, text="Rewrite")))
    assert said(line)[1] == "Rewrite · 2 attempts (rate limit)"
    assert cells(line, WORDS)[0].dot == "retrying"


def test_newest_first_and_the_one_in_flight_counts() -> None:
    """The step in flight shows what it has so far."""
    steps = [step(1), step(2, attempt(2, status=AttemptStatus.OPEN))]
    found = lines(steps, snapshot(0, streamed_tokens=1800), "The view")
    assert [line.step.number for line in found] == [2, 1]
    assert said(found[0]) == ["Step 2", "The view", "gpt-4.1", "1.8k", "—", "—", "in flight"]


def test_a_reply_that_waits_in_memory_is_not_in_flight() -> None:
    """It is whole and paid, and nothing can be saved."""
    steps = [step(1, attempt(1, status=AttemptStatus.OPEN))]
    (found,) = lines(steps, snapshot(0, state=State.PAUSED, streamed_tokens=60), "The view")
    assert said(found)[-1] == "in memory"
    assert cells(found, WORDS)[0].dot == "paused"


def test_a_failed_step_says_so() -> None:
    """What is not saved does not look saved."""
    line = StepLine(step=step(3, attempt(3, 1, FAILED, error="wrong_key")))
    assert said(line)[-1] == "failed"
    assert cells(line, WORDS)[0].dot == "failed"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("# A heading\n\ntext", "A heading"),
        ("\n\n- **Rewrite** `stg_fx_daily`", "Rewrite stg_fx_daily"),
        ("1. First", "First"),
        ("2026 was", "2026 was"),
        ("```\ncode", "code"),
        ("", ""),
        ("***", ""),
    ],
)
def test_first_words(text: str, words: str) -> None:
    """Marks of Markdown are not words."""
    assert first_words(text) == words
