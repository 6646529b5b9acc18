"""Why a step got its model, as a sentence with its figures. Pure."""

from __future__ import annotations

from engine.face import AttemptRecord, Reason
from ui.tasks import format as figures
from ui.text import Words


def sentence(attempt: AttemptRecord, words: Words) -> str:
    """Return why, and what was expected; empty where the person said which model."""
    intent = attempt.intent
    if not intent.why:
        return ""
    given = intent.figures
    told = words(
        f"why.{intent.why}",
        model=intent.model,
        tier=_tier(given, "tier", words),
        wanted=_tier(given, "wanted", words),
        saved=figures.money(given.get("saved", 0)),
        remaining=figures.money(given.get("remaining", 0)),
    )
    if "worst" not in given:
        return told
    expected = words("why.expected", estimate=figures.money(given["estimate"]), worst=figures.money(given["worst"]))
    return f"{told} {expected}"


def marks(attempt: AttemptRecord, words: Words) -> list[str]:
    """Return in few words what is to be seen among the notes: a climb, or a step down for want of money."""
    shown = (Reason.ESCALATED, Reason.STEPPED_DOWN, Reason.LAST_FIT)
    return [words(f"why.short.{attempt.intent.why}")] if attempt.intent.why in shown else []


def _tier(given: dict[str, int], name: str, words: Words) -> str:
    return words(f"tier.{given[name]}") if name in given else words("tier.none")
