"""Names of files made from titles: hostile text becomes a name that any system takes and nothing climbs out of."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 60
SHORT_ID = 8

_RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))}


def slug(title: str) -> str:
    """Return a name of lower-case ASCII letters, digits and hyphens, never empty and never reserved."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    name = re.sub(r"[^a-z0-9]+", "-", plain)[: LONGEST + 1].strip("-")
    name = name[:LONGEST].rstrip("-")
    return f"{name}-task" if name in _RESERVED else name or "task"


def folder_name(task: str, title: str) -> str:
    """Return the name of a task's folder: its title, and the end of its id, which tells it from all others."""
    return f"{slug(title)}-{end(task)}"


def end(name: str) -> str:
    """Return what is the same in a task's id and in the name of its folder, whatever its title is."""
    return name[-SHORT_ID:]
