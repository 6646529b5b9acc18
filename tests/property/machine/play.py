"""The engine through its face, as a state machine: a person, a provider, a disk, a power switch, in whatever order.

Nothing acknowledged is lost, nothing is paid twice unseen, no budget is passed. Virtual time and a scripted provider,
which is also the witness: it knows what was sent, and looks at the disk at that very moment. A crash is a copy of what
is durable and a new engine on it.
"""

from __future__ import annotations

import contextlib
import traceback

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from engine.domain.errors import DroverError
from engine.runtime.accounts import EVERYTHING
from tests.property.machine.damage import Damage
from tests.property.machine.disks import FileDisk
from tests.property.machine.fate import Fate

STEPS = 30
"""Rules in an example at most."""


class EngineMachine(Fate):
    """Rules are what may happen, invariants what must hold whenever everything has settled for a moment."""

    def teardown(self) -> None:
        """Everything can still be ended, and then nothing is held."""
        if not hasattr(self, "loop"):
            return
        with contextlib.closing(self.loop), contextlib.closing(self.disk):
            if self.failing:
                self.mend_disk()
            self.run(self.engine.close(grace_s=0.0))
            assert self.engine.balance(EVERYTHING).held == 0
            assert self.provider.open == 0


class StoreMachine(Damage, EngineMachine):
    """The same on the real store and real files."""

    def new_disk(self) -> FileDisk:
        """Return an empty folder."""
        return FileDisk()


MACHINES = {"memory": EngineMachine, "files": StoreMachine}


CARRIERS = ("run", "within")
"""Methods that only carry others."""


def examples(number: int) -> settings:
    """Return the settings for so many examples, the same in every run."""
    return settings(
        max_examples=number,
        stateful_step_count=STEPS,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=(HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much),
    )


def find(machine: type[EngineMachine], number: int) -> dict[str, int]:
    """Play examples until one is wrong; return the check that was broken, and tell on standard error what was done."""
    quick = settings(examples(number), phases=(Phase.generate,), report_multiple_bugs=False, print_blob=False)
    try:
        run_state_machine_as_test(machine, settings=quick)
    except Exception as error:
        broken = first(error)
        if not isinstance(broken, AssertionError | DroverError):
            raise
        traceback.print_exception(broken)
        frames = traceback.extract_tb(broken.__traceback__)
        named = [frame.name for frame in frames if frame.name not in CARRIERS and hasattr(machine, frame.name)]
        return {named[-1].strip("_"): 1}
    return {}


def first(error: BaseException) -> BaseException:
    """Return what came first: when something is wrong, ending the example may go wrong too."""
    while error.__context__ is not None:
        error = error.__context__
    return error
