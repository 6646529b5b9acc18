"""The short form: a few small worlds, and that the same seed is the same world; `make simulate` is the long one."""

from __future__ import annotations

import gc
from collections import Counter
from pathlib import Path

import pytest

from tests.simulation.scale import Scale
from tests.simulation.world import World


def play(folder: Path, seed: str, tasks: int = 16, steps: int = 6) -> World:
    """Let a small world live."""
    world = World(Scale(tasks=tasks, steps=steps, seed=seed, crashes=3, strikes=12), folder)
    world.run()
    return world


@pytest.mark.parametrize("seed", ["1", "2", "3"])
def test_a_small_world_ends_well(seed: str, tmp_path: Path) -> None:
    """Every task came to its end, nothing was wrong, and what can happen did."""
    world = play(tmp_path / "data", seed)
    assert not world.trace.faults, "\n".join(world.trace.told)
    assert world.witness.count["steps"] >= 16 * 6
    assert min(world.lives, world.person.acts, world.witness.count["failed"]) > 1


def test_the_same_seed_is_the_same_world(tmp_path: Path) -> None:
    """And another is another."""
    hashes = Counter(play(tmp_path / str(n), seed, 6, 4).trace.hash for n, seed in enumerate(("5", "5", "6")))
    assert sorted(hashes.values()) == [1, 2]
    assert not gc.isenabled()
