"""All mutants, by name: `registry.toml` holds them as what they are, patches."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import msgspec

from tests.mutants.mutant import Mutant

MUTANTS = msgspec.toml.decode(Path(__file__).with_suffix(".toml").read_bytes(), type=dict[str, Mutant])


def mutated(name: str) -> AbstractContextManager[None]:
    """Put a fault into this process for the body; none for an empty name. Raises `DoesNotFitError`."""
    return MUTANTS[name].put_in() if name else nullcontext()


def caught_by(battery: str) -> tuple[str, ...]:
    """Return the names of those that a battery must find."""
    return tuple(name for name, mutant in MUTANTS.items() if mutant.caught_by == battery)
