"""Regular expressions of others, looked for in texts of others: only where the search must end soon.

Python's engine tries again and again where one repeat stands inside another, or many stand in a row: a pattern of ten
characters can take years. What could is not looked for. Pure.
"""

from __future__ import annotations

import re
from functools import lru_cache

LONGEST_PATTERN = 200
LONGEST_TEXT = 512
MOST_REPEATS = 2
"""Repeats without end in a row: with the place where the search begins, they bound the work to the cube of a text."""
MOST_TIMES = 100
"""Of a repeat with an end."""

_PIECE = re.compile(
    r"\\[1-9k]|\(\?P=|\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|[*+]|\{\d*,\d*\}|\{\d+\}|[?(|)]|[^\\\[*+?{(|)]|\{", re.DOTALL
)
_OPEN = frozenset({"*", "+"})


def found(pattern: str, text: str) -> bool | None:
    """Return whether a pattern is found in a text; None where that is not looked at."""
    compiled = _compiled(pattern)
    if compiled is None or len(text) > LONGEST_TEXT:
        return None
    return compiled.search(text) is not None


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str] | None:
    if len(pattern) > LONGEST_PATTERN or not is_quick(pattern):
        return None
    try:
        return re.compile(pattern)
    except (re.error, OverflowError, RecursionError):
        return None


def is_quick(pattern: str) -> bool:
    """Whether searching for it is bounded: no repeat of what repeats or chooses itself, few repeats, no references."""
    groups, last, repeats, before = [False], False, 0, ""
    """For each open group, whether something in it repeats or chooses; whether what a repeat would be of does."""
    for piece in _PIECE.findall(pattern):
        after, before = before, piece
        if piece.startswith("(?P=") or (piece[0] == "\\" and piece[1:2] in set("123456789k")):
            return False
        if piece == "(":
            groups.append(False)
        elif piece == ")":
            last = groups.pop() if len(groups) > 1 else False
            groups[-1] = groups[-1] or last
            continue
        elif _repeats(piece):
            if last:
                return False
            repeats += _without_end(piece)
            groups[-1] = last = True
        elif piece == "|" or (piece == "?" and after != "("):
            groups[-1] = True
        last = _repeats(piece) and piece != "?"
    return repeats <= MOST_REPEATS


def _repeats(piece: str) -> bool:
    return piece in _OPEN or (piece[0] == "{" and len(piece) > 1)


def _without_end(piece: str) -> bool:
    return piece in _OPEN or not piece[1:-1].rpartition(",")[2] or int(piece[1:-1].rpartition(",")[2]) > MOST_TIMES
