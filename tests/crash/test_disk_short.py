"""Short forms of the batteries of the disk, and the proof that each can fail."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.crash import faults, flips, mutants, powercut


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
@pytest.mark.parametrize("mutant", mutants.SHOWN_BY_A_POWER_CUT)
def test_a_power_cut_shows_what_is_not_synced(mutant: str) -> None:
    """The log only at checkpoints, or folders never."""
    _, tally = powercut.run(replace(powercut.SHORT, mutant=mutant))
    assert tally.faults["lost"] or tally.faults["files"]


@pytest.mark.slow
@pytest.mark.parametrize("mutant", mutants.SHOWN_BY_A_FAULT)
async def test_a_fault_shows_a_store_that_trusts_its_connection(mutant: str) -> None:
    """After a commit that failed."""
    _, tally = await faults.run(replace(faults.SHORT, mutant=mutant))
    assert tally.faults["false_acknowledgement"]


@pytest.mark.slow
@pytest.mark.parametrize("mutant", mutants.SHOWN_BY_DAMAGE)
def test_damage_shows_what_is_not_looked_at(mutant: str) -> None:
    """The end of the log is missing, and nobody says so."""
    _, tally = flips.run(replace(flips.SHORT, mutant=mutant))
    assert tally.faults["silent"]
