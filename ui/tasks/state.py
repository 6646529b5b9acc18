"""What the table remembers between two runs of the program: widths and order, as JSON. Pure."""

from __future__ import annotations

from typing import Annotated

import msgspec


class TableState(msgspec.Struct, frozen=True, kw_only=True):
    """By codes of columns, so that a later version with other columns still understands it."""

    widths: dict[str, Annotated[int, msgspec.Meta(ge=40, le=4000)]] = {}
    """Pixels."""
    column: str = ""
    """What it is ordered by."""
    falling: bool = True


def read(text: str) -> TableState | None:
    """Return what `write` made; None for anything else: settings are edited by hand and by other versions."""
    try:
        return msgspec.json.decode(text, type=TableState)
    except (msgspec.DecodeError, UnicodeError):
        return None


def write(state: TableState) -> str:
    """Return it as JSON."""
    return msgspec.json.encode(state).decode()
