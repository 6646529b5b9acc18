"""ARCHITECTURE.md says what is so: its diagram is the table, and what it names is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from engine.domain.states import FINAL, TRANSITIONS, State

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "ARCHITECTURE.md").read_text()


def diagram() -> str:
    """Return the transition table as Mermaid's state diagram."""
    lines = [f"    [*] --> {State.PENDING}"]
    lines += [f"    {before} --> {after}: {event}" for (before, event), after in TRANSITIONS.items()]
    lines += [f"    {state} --> [*]" for state in State if state in FINAL]
    return "\n".join(lines)


def test_the_diagram_is_the_table() -> None:
    """Nobody draws it by hand; on a difference, this is what belongs there."""
    assert f"stateDiagram-v2\n{diagram()}\n```" in TEXT


@pytest.mark.parametrize(
    "name", sorted(set(re.findall(r"`((?:app|ui|engine|resources|tests|packaging)/[^`*]*)`", TEXT)))
)
def test_what_is_named_is_there(name: str) -> None:
    """Every path in the text is a file or a folder of the project."""
    assert (ROOT / name).exists()


def test_every_room_is_on_the_map() -> None:
    """Each package of the engine has its line."""
    rooms = {path.parent.name for path in (ROOT / "engine").glob("*/__init__.py")}
    assert all(f"`engine/{room}/`" in TEXT for room in rooms)
