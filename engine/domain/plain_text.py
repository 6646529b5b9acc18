"""Hostile text as one line that shows what it is: nothing in it moves a cursor, breaks the line or turns it round.

For names and for servers' words, wherever they come from and wherever they are shown. An answer is not passed through
it: that is the model's text, and each view shows it as text.
"""

from __future__ import annotations

import re

_BREAKS = re.compile(r"[\x00-\x20\x7f-\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+")
"""White space of any kind, and controls, which some terminals obey even above ASCII."""
_TURNS = re.compile("[\u202a-\u202e\u2066-\u2069\ufeff]")
"""Embeddings, overrides and isolates of the direction of writing: what follows them would be read in another order."""
_HALVES = re.compile("[\ud800-\udfff]")
"""Lone surrogates: no characters, and what most encoders stop at."""


def one_line(text: str) -> str:
    """Return `text` on one line; printable text with single blanks comes back as it is."""
    if text.isprintable() and "  " not in text:
        return text.strip()
    return _HALVES.sub("\ufffd", _TURNS.sub("", _BREAKS.sub(" ", text))).strip()
