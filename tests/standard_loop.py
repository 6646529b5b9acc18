"""Plays a suite of the standard library's own tests on our event loop: `python -m tests.standard_loop events`.

In a process of its own, because the suites set policies and signal handlers for all of it. Where a suite has one case
for each kind of loop, the one for the loop that ours is made of gets ours; where it asks for a new loop, the policy
gives it ours. The last line is what came of it, as JSON.
"""

from __future__ import annotations

import asyncio
import importlib
import io
import json
import os
import sys
import unittest
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from types import ModuleType

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from app.event_loop import DroverEventLoop
from tests.loops import application

OF_LOOPS = {"EPollEventLoopTests": "create_event_loop", "SelectorStartServerTests": "new_loop"}
"""Cases for one kind of loop, and how each makes it."""


@dataclass(slots=True, kw_only=True)
class Played:
    """What came of a suite."""

    ran: int = 0
    loops: int = 0
    """How many of ours were made for it."""
    skipped: dict[str, int] = field(default_factory=dict[str, int])
    """By reason."""
    failed: list[str] = field(default_factory=list[str])
    told: str = ""
    """The words of the failures."""


class Ours(asyncio.DefaultEventLoopPolicy):
    """Gives out our loops and counts them."""

    made = 0

    def new_event_loop(self) -> asyncio.AbstractEventLoop:
        """See `asyncio.AbstractEventLoopPolicy`."""
        self.made += 1
        return DroverEventLoop(application())

    @property
    def for_case(self) -> Callable[[unittest.TestCase], asyncio.AbstractEventLoop]:
        """The same as a method of a case."""
        return lambda _case: self.new_event_loop()


def suite_of(module: ModuleType, policy: Ours) -> unittest.TestSuite:
    """Return the tests of a module: of cases for kinds of loops, the one for ours."""
    load = unittest.defaultTestLoader
    for name, make in OF_LOOPS.items():
        case = getattr(module, name, None)
        if case is not None:
            setattr(case, make, policy.for_case)
            return load.loadTestsFromTestCase(case)
    return load.loadTestsFromModule(module)


def play(name: str) -> Played:
    """Play the suite of this name."""
    policy, told = Ours(), io.StringIO()
    vars(asyncio)["set_event_loop_policy"](policy)  # which later Pythons will have no more: their suites need none
    module = importlib.import_module(f"test.test_asyncio.test_{name}")
    result = unittest.TextTestRunner(stream=told, verbosity=0).run(suite_of(module, policy))
    broken = [*result.failures, *result.errors]
    return Played(
        ran=result.testsRun - len(result.skipped),
        loops=policy.made,
        skipped=dict(Counter(" ".join(reason.split()) for _, reason in result.skipped)),
        failed=[test.id() for test, _ in broken],
        told="\n".join(words for _, words in broken)[-4_000:],
    )


if __name__ == "__main__":
    application()
    print(json.dumps(asdict(play(sys.argv[1]))))
