"""What stands between the cells of a file, and whether its first row has names. Pure.

`csv.Sniffer` decides by the frequency of characters and takes letters and blanks for delimiters; here each candidate
is tried: the one with which rows come out equally wide, and as wide as the first one, is it.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator, Sequence

DELIMITERS = (",", ";", "\t", "|")
NONE = "\x1f"
"""Stands for no delimiter: a character that no text has, so that every row has one cell."""
LOOKED_AT = 64 * 1024
"""Characters at the beginning that are tried."""
ENOUGH = 0.5
"""Part of the rows that must be as wide as most are."""
LONGEST_NAME = 60
"""Characters of a column's name at most: what is longer is somebody's text."""


def said(text: str) -> str:
    """Return the delimiter that a first line "sep=;" names, as spreadsheets write and read it; else empty."""
    first = text[:8].splitlines()[:1]
    return first[0][4] if first and len(first[0]) == 5 and first[0].lower().startswith("sep=") else ""


def delimiter(text: str) -> str:
    """Return what stands between the cells; empty where a row has one cell."""
    sample = text[:LOOKED_AT]
    if len(sample) < len(text):
        sample = sample[: sample.rfind("\n") + 1] or sample
    judged = [(*_judge(sample, each), -place, each) for place, each in enumerate(DELIMITERS)]
    share, width, _, best = max(judged)
    return best if width > 1 and share >= ENOUGH else ""


def has_names(first: Sequence[str], rows: int) -> bool:
    """Whether a first row is one of names: all are there, no two are the same, none is a number or long."""
    names = [cell.strip() for cell in first]
    if rows < 2 or not all(names) or len(set(names)) < len(names):
        return False
    return not any(_is_number(name) or len(name) > LONGEST_NAME or "\n" in name for name in names)


def reader(text: str, between: str) -> Iterator[list[str]]:
    """Return the rows of a text; a quote that is out of place raises `csv.Error`, and the next row can be asked for."""
    return csv.reader(io.StringIO(text, newline=""), delimiter=between or NONE, strict=True)


def _judge(sample: str, between: str) -> tuple[float, int]:
    """Return which part of the rows is as wide as the first, and how wide that is; nothing for no such width."""
    rows = csv.reader(io.StringIO(sample, newline=""), delimiter=between)
    widths = [len(row) for row in rows if row]
    if not widths:
        return 0.0, 0
    ((usual, number),) = Counter(widths).most_common(1)
    return (number / len(widths), usual) if usual == widths[0] and usual > 1 else (0.0, 0)


def _is_number(text: str) -> bool:
    try:
        float(text.replace(",", ".").strip("$€£% "))
    except ValueError:
        return False
    return True
