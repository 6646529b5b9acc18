"""The lines of the Steps tab."""

from __future__ import annotations

from msgspec.structs import replace

from engine.face import PICO, AttemptStatus, Flag, Reason
from tests.snapshots import attempt, step
from ui.inspector import why
from ui.inspector.attempts import COLOURS, about, cells, columns, newest_first, status_text
from ui.text import load_words

WORDS = load_words()


def test_every_attempt_newest_first() -> None:
    """Nothing that was asked of a provider is left out."""
    steps = [step(1), step(2, attempt(2, 1, AttemptStatus.FAILED), attempt(2, 2))]
    assert [(a.intent.step, a.intent.number) for a in newest_first(steps)] == [(2, 2), (2, 1), (1, 1)]


def test_a_line_has_a_cell_for_each_column() -> None:
    """Accepted, failed and open ones alike."""
    for status in AttemptStatus:
        assert len(cells(attempt(1, status=status), WORDS)) == len(columns(WORDS))


def test_what_is_in_flight_has_no_cost_yet() -> None:
    """Nothing is said to have cost nothing before it ended."""
    place = [column.title for column in columns(WORDS)].index(WORDS("steps.cost"))
    assert cells(attempt(1, status=AttemptStatus.OPEN), WORDS)[place].text == "—"
    assert cells(attempt(1, cost=PICO), WORDS)[place].text == "$1.0000"


def test_every_status_and_flag_has_a_colour_or_words() -> None:
    """No code is shown bare."""
    assert set(COLOURS) == set(AttemptStatus)
    assert all(f"attempt.{status}" in WORDS for status in AttemptStatus)
    assert all(f"flag.{flag}" in WORDS for flag in Flag)


def test_a_failure_says_why_and_what_it_waits_for() -> None:
    """Error, wait and the server's own words."""
    failed = attempt(1, 1, AttemptStatus.FAILED, error="rate_limited", detail="slow <b>down</b>", retry_in_s=4.0)
    assert status_text(failed, WORDS) == "failed · rate limit"
    assert cells(failed, WORDS)[-2].text == "4.0 s"
    assert about(failed, WORDS).endswith("slow <b>down</b>")
    assert "req-8f2" in about(failed, WORDS)


def test_text_that_is_not_the_whole_reply_is_said_to_be_partial() -> None:
    """Of an attempt that nobody saw end, and of one that was cut; not of one that was accepted or has no text."""
    partial = WORDS("steps.partial")
    for status in (AttemptStatus.UNKNOWN, AttemptStatus.CUT, AttemptStatus.FAILED):
        assert partial in about(attempt(1, status=status, text="The hed"), WORDS)
        assert partial not in about(attempt(1, status=status), WORDS)
    assert partial not in about(attempt(1, text="The hedge."), WORDS)


def test_why_a_step_got_its_model_is_a_sentence_with_its_figures() -> None:
    """Money, tiers and the model; nothing where the person said which."""
    figures = {"tier": 1, "wanted": 2, "estimate": PICO // 100, "worst": PICO // 10, "remaining": PICO, "saved": 0}
    plain = attempt(1)
    assert why.sentence(plain, WORDS) == "" and why.marks(plain, WORDS) == []
    for reason in Reason:
        chosen = replace(plain, intent=replace(plain.intent, why=reason, figures=figures))
        told = why.sentence(chosen, WORDS)
        assert chosen.intent.model in told and "{" not in told
        assert told.endswith("Expected $0.0100, at most $0.1000.")
        assert about(chosen, WORDS).startswith(told)
    stepped = replace(plain, intent=replace(plain.intent, why=Reason.STEPPED_DOWN, figures=figures))
    assert "(balanced) in place of a quality model" in why.sentence(stepped, WORDS)
    assert "stepped down" in cells(stepped, WORDS)[-1].text
