"""Faults put in on purpose, to see that the battery finds them. They live here and nowhere in the product."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from engine.domain.errors import DroverError
from engine.store.transactor import Transactor, Write

ACK_FIRST = "ack_first"
NAMES = (ACK_FIRST,)


def apply(name: str) -> None:
    """Put a fault into this process; none for an empty name. Raises when it does not fit the product any more."""
    if name == ACK_FIRST:
        _acknowledge_first()
    elif name:
        raise ValueError(f"there is no mutant {name!r}")


def _acknowledge_first() -> None:
    """Say that a batch is durable, and commit it after."""
    commit, close = Transactor.commit, Transactor.close
    if list(inspect.signature(commit).parameters) != ["self", "writes"]:
        raise RuntimeError("ack_first does not fit Transactor.commit any more")
    later = ThreadPoolExecutor(1, "mutant")

    def acknowledge_first(self: Transactor, writes: Sequence[Write]) -> DroverError | None:
        later.submit(commit, self, writes)
        return None

    def close_last(self: Transactor) -> None:
        later.submit(close, self).result()

    Transactor.commit = acknowledge_first
    Transactor.close = close_last
