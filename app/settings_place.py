"""Finds the line of a settings file that is wrong."""

from __future__ import annotations

import re


def line_of(text: str, error: str) -> str:
    """Return ", line N" for the place that msgspec names ("`$.providers[1].name`"), or nothing."""
    path = re.search(r"`\$\.(?:(\w+)\[(\d+)\]\.)?(?:\w+\[\d+\]\.)*(\w+)", error)
    if path is None:
        return ""
    lines = text.splitlines()
    tables = [at for at, line in enumerate(lines) if path[1] and line.strip() == f"[[{path[1]}]]"]
    begin = tables[int(path[2])] if path[1] and int(path[2]) < len(tables) else 0
    for at in range(begin, len(lines)):
        if re.match(rf"\s*{path[3]}\s*=", lines[at]):
            return f", line {at + 1}"
    return ""
