"""The filter's language: `status:paused cost:>1 model:gpt text`. Pure: text in, a predicate out.

Terms are separated by spaces and all must hold. `field:value` looks into one field; commas mean or; `-` before a term
turns it round; quotes keep spaces together. Numbers take `>`, `>=`, `<`, `<=`, `=`: cost and budget in dollars, eta
and active in seconds or with s, m, h, d, progress in per cent. What has no known field is looked for in the name.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from engine.face import PICO, State, TaskSnapshot

Predicate = Callable[[TaskSnapshot], bool]

ALSO_CALLED: dict[str, str] = {State.TIMEOUT: "timeout timed out", State.COMPLETED: "completed done"}
TEXTS: dict[str, Callable[[TaskSnapshot], str]] = {
    "task": lambda t: t.name,
    "name": lambda t: t.name,
    "goal": lambda t: t.spec.goal,
    "status": lambda t: ALSO_CALLED.get(t.state, t.state),
    "reason": lambda t: t.standing.reason,
    "phase": lambda t: t.phase,
    "model": lambda t: t.spec.model,
    "provider": lambda t: t.spec.provider,
    "batch": lambda t: t.spec.batch,
    "id": lambda t: t.id,
}
MONEY: dict[str, Callable[[TaskSnapshot], int | None]] = {
    "cost": lambda t: t.standing.spent,
    "budget": lambda t: t.spec.budget,
}
NUMBERS: dict[str, Callable[[TaskSnapshot], float | None]] = {
    "progress": lambda t: t.fraction * 100,
    "step": lambda t: t.standing.steps_done,
    "speed": lambda t: t.tokens_per_s,
    "tokens": lambda t: t.standing.output_tokens,
    "retries": lambda t: t.standing.retries,
    "active": lambda t: t.active_s,
    "eta": lambda t: t.eta_s,
}
COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
    "=": operator.eq,
    "": operator.eq,
}
UNITS = {"": 1, "%": 1, "s": 1, "m": 60, "h": 3600, "d": 86_400, "k": 1000}

_TERM = re.compile(r'-?(?:\w+:)?(?:"[^"]*"?|[^\s"]+)|"')
_NUMBER = re.compile(r"(>=|<=|>|<|=|)\$?(\d+(?:\.\d+)?)([%smhdk]?)")


@dataclass(frozen=True, slots=True)
class Query:
    """A filter as understood."""

    terms: tuple[Predicate, ...] = ()
    ignored: tuple[str, ...] = ()
    """Terms that are not whole or not understood: left out rather than shown as an empty table while one types."""

    def holds(self, task: TaskSnapshot) -> bool:
        """Whether a task is asked for."""
        for term in self.terms:  # not all(...): half the time, and this is asked of every change  # noqa: SIM110
            if not term(task):
                return False
        return True


EVERYTHING = Query()


def parse(text: str) -> Query:
    """Return what `text` asks for; never raises."""
    terms: list[Predicate] = []
    ignored: list[str] = []
    for word in _TERM.findall(text):
        term = _term(word)
        if term is None:
            ignored.append(word)
        else:
            terms.append(term)
    return Query(tuple(terms), tuple(ignored))


def _term(word: str) -> Predicate | None:
    if word.startswith("-") and len(word) > 1:
        inner = _term(word[1:])
        return None if inner is None else lambda task: not inner(task)
    field, colon, value = word.partition(":")
    if colon and field.lower() in TEXTS:
        return _contains(TEXTS[field.lower()], value)
    if colon and field.lower() in MONEY:
        return _compares(MONEY[field.lower()], value, PICO)
    if colon and field.lower() in NUMBERS:
        return _compares(NUMBERS[field.lower()], value)
    return _contains(TEXTS["name"], word)


def _contains(read: Callable[[TaskSnapshot], str], value: str) -> Predicate | None:
    quoted = value.startswith('"')
    wanted = [value.strip('"')] if quoted else value.split(",")
    folded = tuple(part.casefold() for part in wanted if part)
    if not folded:
        return None

    def holds(task: TaskSnapshot) -> bool:
        text = read(task).casefold()
        return any(part in text for part in folded)

    return holds


def _compares(read: Callable[[TaskSnapshot], float | None], value: str, unit: int = 1) -> Predicate | None:
    """Compare with the number in `value` times `unit`; what has a unit is money, and no float."""
    match = _NUMBER.fullmatch(value.lower())
    if match is None:
        return None
    compare, exact = COMPARISONS[match[1]], Decimal(match[2]) * UNITS[match[3]] * unit
    bound = float(exact) if unit == 1 else int(exact)

    def holds(task: TaskSnapshot) -> bool:
        number = read(task)
        return number is not None and compare(number, bound)

    return holds
