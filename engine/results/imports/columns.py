"""Names for columns: what a source calls them, and a word that templates can use for it. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from engine.domain.plain_text import one_line
from engine.domain.sheet import Column

_OPERATORS = ("and", "or", "not", "in", "is", "if", "else", "elif", "for", "set", "true", "false", "none")
_TAKEN = frozenset[str]((*_OPERATORS, "self", "super", "loop", "range", "dict", "debug", "namespace"))
"""Words that mean something else in a template."""


def named(titles: Sequence[str]) -> tuple[Column, ...]:
    """Return columns for titles, in order; no two have the same name."""
    found: list[Column] = []
    used: set[str] = set(_TAKEN)
    for place, title in enumerate(titles, 1):
        shown = one_line(title) or f"column {place}"
        base = name = _word(shown, place)
        number = 2
        while name.lower() in used:
            name, number = f"{base}_{number}", number + 1
        used.add(name.lower())
        found.append(Column(title=shown, name=name))
    return tuple(found)


def numbered(width: int) -> tuple[Column, ...]:
    """Return columns for a source that names none."""
    return named([f"column {place}" for place in range(1, width + 1)])


def _word(title: str, place: int) -> str:
    """Return a title as one word of letters, digits and low lines that begins with a letter."""
    word = re.sub(r"\W+", "_", unicodedata.normalize("NFKC", title)).strip("_")
    return f"_{word}" if word[:1].isdigit() else word or f"column_{place}"
