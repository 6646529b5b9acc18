"""As many open files as this process may have."""

from __future__ import annotations

import resource

import pytest

from app.limits import WANTED, raise_open_files


@pytest.mark.parametrize(
    ("limits", "asked", "holds"),
    [
        ((1_024, 4_096), (4_096, 4_096), 4_096),
        ((1_024, 10**6), (WANTED, 10**6), WANTED),
        ((1_024, resource.RLIM_INFINITY), (WANTED, resource.RLIM_INFINITY), WANTED),
        ((10**6, 10**6), None, 10**6),
    ],
)
def test_the_limit_rises_and_never_falls(
    monkeypatch: pytest.MonkeyPatch, limits: tuple[int, int], asked: tuple[int, int] | None, holds: int
) -> None:
    """To what is wanted, at most to what is allowed."""
    seen: list[tuple[int, int]] = []

    def set_limit(_: int, pair: tuple[int, int]) -> None:
        seen.append(pair)

    def get_limit(_: int) -> tuple[int, int]:
        return limits

    monkeypatch.setattr(resource, "getrlimit", get_limit)
    monkeypatch.setattr(resource, "setrlimit", set_limit)
    assert raise_open_files() == holds
    assert seen == ([asked] if asked else [])
