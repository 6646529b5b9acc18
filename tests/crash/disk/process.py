"""What holds in every process of a battery of the disk from its beginning to its end."""

from __future__ import annotations

import logging
from contextlib import ExitStack

from tests.mutants.registry import mutated

_stack = ExitStack()


def begin(mutant: str = "") -> None:
    """Put a fault into this process, where one is named; say nothing in the log of a thousand damages."""
    logging.disable(logging.CRITICAL)
    _stack.enter_context(mutated(mutant))
