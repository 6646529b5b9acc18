"""All mutants, by name."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext

from tests.mutants.of_money import MONEY
from tests.mutants.of_the_engine import ENGINE
from tests.mutants.of_the_store import STORE

ALL = (*MONEY, *ENGINE, *STORE)
MUTANTS = {mutant.name: mutant for mutant in ALL}


def mutated(name: str) -> AbstractContextManager[None]:
    """Put a fault into this process for the body; none for an empty name. Raises `DoesNotFitError`."""
    return MUTANTS[name].put_in() if name else nullcontext()


def caught_by(battery: str) -> tuple[str, ...]:
    """Return the names of those that a battery must find."""
    return tuple(mutant.name for mutant in ALL if mutant.caught_by == battery)
