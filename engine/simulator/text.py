"""Replies that read like replies: sentences from the words of what was asked, the same for the same seed. Pure."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

OPENINGS = ("First", "Then", "Next", "In addition", "For this reason", "Where it matters", "In the end", "By contrast")
VERBS = ("needs", "supports", "limits", "explains", "improves", "replaces", "follows", "deserves", "clarifies")
LINKS = ("because of", "together with", "ahead of", "in place of", "on top of", "in view of", "without")
NOUNS = (
    "the outline",
    "a short example",
    "one clear rule",
    "the reader's time",
    "its cost",
    "the next step",
    "a check",
)

_WORD = re.compile(r"[^\W\d_]{4,20}")


def reply(rng: random.Random, asked: str, tokens: int) -> list[str]:
    """Return about `tokens` pieces of text, each about a token, that join into paragraphs."""
    own = list(dict.fromkeys(word.lower() for word in _WORD.findall(asked)))[:40] or ["task"]
    pieces: list[str] = []
    while len(pieces) < tokens:
        pieces += _sentence(rng, own)
        if rng.random() < 0.2:
            pieces[-1] += "\n\n"
    return [*pieces[: tokens - 1], pieces[tokens - 1].rstrip(" ,\n") + "."] if tokens > 1 else ["Yes."]


def _sentence(rng: random.Random, own: Sequence[str]) -> list[str]:
    words = (
        f"{rng.choice(OPENINGS)}, {rng.choice(own)} {rng.choice(VERBS)} {rng.choice(NOUNS)} "
        f"{rng.choice(LINKS)} {rng.choice(own)}, and {rng.choice(own)} {rng.choice(VERBS)} {rng.choice(NOUNS)}."
    ).split()
    return [word + " " for word in words]


def count(text: str) -> int:
    """Return the tokens of a text: four bytes each."""
    return -(-len(text.encode("utf-8", "replace")) // 4)
