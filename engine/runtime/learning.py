"""What an attempt showed of its model, taken in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.runtime.attempt import is_stall

if TYPE_CHECKING:
    from engine.cost.ratio import Key
    from engine.runtime.attempt import Ending
    from engine.runtime.learned import Learned


def learn(learned: Learned, key: Key, bound: int, ending: Ending) -> int:
    """Take in how an attempt ended whose prompt was `bound` tokens at most; return the tokens of it, 0 if unknown."""
    finished, error = ending.finished, ending.error
    wasted = error is not None and error.maybe_billed and ending.sent
    if finished is None and not wasted and not is_stall(ending.cause):
        return 0  # a refusal costs nothing, a wish of its person says nothing
    usage = finished.usage if finished is not None else error.usage if error is not None else None
    known = usage if usage is not None and not usage.absurd() else None
    tokens = (known.output if known else ending.streamed_tokens) if finished is not None else None
    learned.took(key, wasted=finished is None, tokens=tokens, seconds=ending.duration_s)
    if known is None or not known.input:
        return 0
    learned.read(key, bound, known.input)
    return known.input
