"""Every code has words, every word has a code, and every colour can be read on its ground."""

from __future__ import annotations

import itertools
import re
import string
from enum import StrEnum
from pathlib import Path

import pytest
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QApplication

import resources
from engine.domain.choice import Reason, Tier
from engine.domain.damage import Part
from engine.domain.errors import ErrorCode
from engine.domain.states import CompletionReason, PauseReason, Phase, State, TimeLevel
from engine.domain.step import AttemptStatus
from ui.tasks.inks import Inks
from ui.text import load_words
from ui.theme.tokens import contrast, load_tokens

ROOT = Path(__file__).parents[2]
THEMES = ("dark", "light")
WORDS = load_words()

TABLE = {
    "background": ("#14161a", "#f6f7f9"),
    "panel": ("#1a1d22", "#ffffff"),
    "raised": ("#20242b", "#ffffff"),
    "line": ("#2b3038", "#dfe3e8"),
    "text": ("#e6e8eb", "#1b1f24"),
    "dim": ("#a3acb6", "#505a65"),
    "selection": ("#22344f", "#dbe9ff"),
    "ink": ("#0b1220", "#ffffff"),
    "accent": ("#6ea8ff", "#1a5fd0"),
    "running": ("#6ea8ff", "#1a5fd0"),
    "completed": ("#3fb27f", "#176f49"),
    "paused": ("#e0a83e", "#855a00"),
    "failed": ("#f0807c", "#b91c28"),
    "timeout": ("#f0807c", "#b91c28"),
    "retrying": ("#ac98f8", "#5f41c4"),
    "checkpointing": ("#46b8c8", "#117a8b"),
    "pending": ("#98a2ad", "#59636e"),
    "cancelled": ("#98a2ad", "#59636e"),
}
"""The design's tokens, dark and light."""

INKS = ("text", "dim", *(state for state in State), "retrying", "accent")
"""What is written with."""
GROUNDS = ("background", "panel", "raised", "selection")
"""What is written on."""


def literals(pattern: str, *folders: str) -> set[str]:
    """Return what a pattern's group finds in the sources of these folders."""
    sources = itertools.chain.from_iterable((ROOT / folder).rglob("*.py") for folder in folders)
    return {found for source in sources for found in re.findall(pattern, source.read_text())}


@pytest.mark.parametrize("code", list(ErrorCode))
def test_every_error_says_what_it_is_and_what_to_do(code: ErrorCode) -> None:
    """A plain sentence or two, that ends like one."""
    words = resources.text("errors")[code]
    assert words[0].isupper() and words.rstrip("”").endswith((".", "v1"))
    assert len(words.split()) >= 4


def test_no_words_for_errors_that_do_not_exist() -> None:
    """What the engine dropped is dropped here."""
    assert set(resources.text("errors")) == set(ErrorCode)


@pytest.mark.parametrize(
    ("section", "codes"),
    [
        ("state", State),
        ("reason", PauseReason),
        ("reason", CompletionReason),
        ("reason", TimeLevel),
        ("phase", Phase),
        ("attempt", AttemptStatus),
        ("part", Part),
        ("why", Reason),
    ],
)
def test_every_code_of_the_engine_has_words(section: str, codes: type[StrEnum]) -> None:
    """States, reasons, phases, ends of attempts."""
    assert [code for code in codes if f"{section}.{code}" not in WORDS] == []


def test_every_tier_has_words_and_every_reason_is_said_by_the_command_line() -> None:
    """Tiers stand in records by their number."""
    assert [tier for tier in Tier if f"tier.{tier.value}" not in WORDS] == []
    assert [reason for reason in Reason if f"why_{reason}" not in resources.text("cli")] == []


def test_every_error_can_be_the_reason_of_a_failed_task() -> None:
    """Those that only forms or the start meet need no short form; every one that a provider raises does."""
    raised = literals(r"ErrorCode\.([A-Z_]+)", "engine/providers", "engine/runtime")
    missing = [name for name in sorted(raised) if f"reason.{ErrorCode[name]}" not in WORDS]
    assert [name for name in missing if name not in REFUSALS] == []


REFUSALS = {
    "AMOUNT_OUT_OF_RANGE",
    "ATTEMPT_OPEN",
    "NOT_POSSIBLE",
    "NO_CHECKPOINT",
    "NO_STEPS_LEFT",
    "REVIEW_OVER",
    "TEXT_EMPTY",
    "TIME_LIMIT_OUT_OF_RANGE",
    "UNKNOWN_ATTEMPT",
    "UNKNOWN_TASK",
}
"""With these an act is refused; no task fails for them."""


def test_every_code_that_the_window_names_has_words() -> None:
    """Nothing shows as a bare code."""
    named = literals(r'words\(\s*"([a-z_.]+)"', "ui", "app")
    assert len(named) > 100
    assert sorted(code for code in named if code not in WORDS) == []


def test_every_count_has_words_for_one_and_for_many() -> None:
    """No sentence says "1 steps": what is counted has both, and what has both is counted."""
    counted = literals(r'\.counted\(\s*f?"([a-z_.]+)', "ui", "app")
    codes = {code for code in counted if not code.endswith(".")}
    assert len(codes) > 10
    assert sorted(code for code in codes if not (code in WORDS and f"{code}_one" in WORDS)) == []
    assert WORDS.counted("tile.streams", 1) == "one stream" and WORDS.counted("tile.streams", 2000) == "2,000 streams"


def test_every_code_that_the_command_line_names_has_words() -> None:
    """And none is left that nothing names."""
    texts = set(resources.text("cli"))
    sources = "".join(source.read_text() for source in (ROOT / "app").rglob("*.py"))
    counted = literals(r'counted\(\s*"([a-z_]+)"', "app/cli")
    named = literals(r'(?:say|wrong)\(\s*"([a-z_]+)"', "app/cli") | counted | {f"{code}_one" for code in counted}
    assert named - texts == set()
    left = texts - {f"{code}_one" for code in counted}
    assert sorted(code for code in left if f'"{code}"' not in sources and f".{code}" not in sources) == []


@pytest.mark.parametrize("section", ["window", "states", "errors", "dialogs", "inspector", "cli"])
def test_every_text_can_be_filled_in(section: str) -> None:
    """Braces name figures, and nothing else."""
    for code, words in resources.text(section).items():
        fields = [name for _, name, _, _ in string.Formatter().parse(words) if name is not None]
        assert all(name.isidentifier() for name in fields), code


@pytest.mark.parametrize(("place", "theme"), list(enumerate(THEMES)))
def test_the_tokens_are_the_design_s(place: int, theme: str) -> None:
    """To the last digit; the bar's track is the line."""
    colours = dict(load_tokens(theme).colours)
    assert colours.pop("track") == colours["line"]
    assert colours == {token: values[place] for token, values in TABLE.items()}


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("ink", INKS)
@pytest.mark.parametrize("ground", GROUNDS)
def test_text_can_be_read(qapp: QApplication, theme: str, ink: str, ground: str) -> None:
    """Contrast at least 4.5 to 1, for every ink on every ground; where one has less, plain text takes its place."""
    tokens = load_tokens(theme)
    used = Inks(tokens, QFont()).readable(ink, ground)
    assert contrast(tokens.colour(used), tokens.colour(ground)) >= 4.5
    assert used == ink or (theme, ink, ground) in BELOW


BELOW = {("light", State.CHECKPOINTING, "selection")}
"""The one pair of the design's tokens that is below it (4.1)."""


@pytest.mark.parametrize("theme", THEMES)
def test_ink_on_the_accent_can_be_read(theme: str) -> None:
    """The words of the one button that matters."""
    tokens = load_tokens(theme)
    assert contrast(tokens.colour("ink"), tokens.colour("accent")) >= 4.5


def test_no_colour_stands_elsewhere() -> None:
    """Tokens are in the themes alone."""
    assert literals(r'"(#[0-9a-fA-F]{6})"', "ui", "app") == set()
