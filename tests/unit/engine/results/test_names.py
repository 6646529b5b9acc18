"""File names from titles: hostile text climbs out of nothing."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.results.names import LONGEST, folder_name, slug

SAFE = set(string.ascii_lowercase + string.digits + "-")


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Hello, World!", "hello-world"),
        ("../../etc/passwd", "etc-passwd"),
        ("Übergrößen: Ⅷ", "ubergroen-viii"),
        ("日本語", "task"),
        ("", "task"),
        ("CON", "con-task"),
        ("lpt1", "lpt1-task"),
        ("a\x00b\nc", "a-b-c"),
        ("x" * 500, "x" * LONGEST),
        ("-rf", "rf"),
        ("..", "task"),
    ],
)
def test_known_titles(title: str, name: str) -> None:
    """Readable where it can be, harmless where not."""
    assert slug(title) == name


@given(st.text())
def test_any_title(title: str) -> None:
    """Only letters, digits and hyphens; never empty, never long, never an option of a command."""
    name = slug(title)
    assert 0 < len(name) <= LONGEST + len("-task")
    assert set(name) <= SAFE
    assert not name.startswith("-") and not name.endswith("-")


def test_two_tasks_of_one_title_have_two_folders() -> None:
    """The end of the id tells them apart; the beginning, which is the time, would not."""
    assert folder_name("0" * 18 + "aaaaaaaa", "T") == "t-aaaaaaaa"
    assert folder_name("0" * 18 + "aaaaaaab", "T") != folder_name("0" * 18 + "aaaaaaaa", "T")
