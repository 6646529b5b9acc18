"""Short forms of the batteries of the disk, and the proof that each can fail."""

from __future__ import annotations

import pytest

from tests.crash import faults, flips, powercut
from tests.mutants.batteries import BATTERIES
from tests.mutants.registry import MUTANTS


def test_a_power_cut_at_any_moment_takes_nothing_that_was_said_to_be_durable() -> None:
    """Cuts in the life of some tasks: no record lost, no start refused, no damage told of where there is none."""
    recording, tally = powercut.run(powercut.SHORT)
    assert tally.counts["cuts"] > 100 and len(recording.witness.sent) >= 3
    assert not tally.faults, tally.examples


async def test_a_failing_disk_loses_nothing_and_is_got_over() -> None:
    """Some faults, once and lasting: what was said to be durable is there, and all tasks come to their end."""
    number, tally = await faults.run(faults.SHORT)
    assert tally.counts["struck"] == number >= 16
    assert not tally.faults, tally.examples


def test_a_flipped_bit_or_a_lost_end_is_never_loaded_as_something_else() -> None:
    """Some hundred harms, of database, log and watermark: an error, or damage that is named, or nothing."""
    _, tally = flips.run(flips.SHORT)
    assert tally.counts["named"] > 100
    assert not tally.faults, tally.examples


@pytest.mark.slow
@pytest.mark.parametrize("mutant", ["synchronous_normal", "log_not_renewed", "lost_end_untold"])
def test_each_of_them_can_fail(mutant: str) -> None:
    """With a fault in the program that it is there to find; the other faults: `make mutants`."""
    assert BATTERIES[MUTANTS[mutant].caught_by](mutant)
