"""One battery, once, with one fault in it or none: `python -m tests.mutants.trial BATTERY [MUTANT]`.

In a process of its own, so that no fault outlives it. The last line is a JSON object: what was found.
"""

from __future__ import annotations

import json
import sys

from tests.mutants.batteries import BATTERIES
from tests.mutants.registry import mutated


def main(battery: str, mutant: str = "") -> None:
    """Run it."""
    with mutated(mutant):
        found = BATTERIES[battery](mutant)
    print(json.dumps({name: times for name, times in found.items() if times}))


if __name__ == "__main__":
    main(*sys.argv[1:])
