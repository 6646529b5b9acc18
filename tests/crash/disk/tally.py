"""Faults that a battery found, counted by kind, with some examples of each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tests.benchmarks.report import Aim

EXAMPLES = 4


@dataclass(slots=True)
class Tally:
    """What came of a part of a battery's work."""

    counts: Counter[str] = field(default_factory=Counter[str])
    """How much was done, by what it was."""
    faults: Counter[str] = field(default_factory=Counter[str])
    examples: dict[str, list[str]] = field(default_factory=dict[str, list[str]])

    def blame(self, kind: str, where: str, what: Sequence[str]) -> None:
        """Count a fault, where `what` names any."""
        if what:
            self.faults[kind] += 1
            self._show(kind, [f"{where}: {what[0]}"])

    def add(self, other: Tally) -> None:
        """Take in another."""
        self.counts += other.counts
        self.faults += other.faults
        for kind, examples in other.examples.items():
            self._show(kind, examples)

    def aims(self, kinds: Mapping[str, str]) -> list[Aim]:
        """Return that there are no faults of any kind, as aims."""
        return [Aim(text=text, value=self.faults[kind], op="==", bound=0, unit="") for kind, text in kinds.items()]

    def tell(self) -> None:
        """Print the examples."""
        for kind, examples in self.examples.items():
            print(f"{kind}:", *examples, sep="\n    ")

    def _show(self, kind: str, examples: Sequence[str]) -> None:
        self.examples[kind] = [*self.examples.get(kind, ()), *examples][:EXAMPLES]
