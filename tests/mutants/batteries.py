"""The batteries in the form in which they look for a mutant: as short as finds it, and ended by the first find.

Each gives back what it found, by the name of the check that was broken. The fault is in this process already; a battery
that starts processes of its own is told its name. Without a fault each must find nothing in the same form.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from tests.crash import faults, flips, powercut
from tests.crash.__main__ import found as found_by_kills
from tests.crash.battery import Battery
from tests.crash.battery import Plan as Kills
from tests.property.machine.play import EngineMachine, StoreMachine, find
from tests.property.money.play import Plan as Calls
from tests.property.money.play import Play
from tests.simulation.scale import Scale
from tests.simulation.world import World

Found = Mapping[str, int]
"""How often each check was broken."""

WORLDS = ("1", "2", "3", "4")
"""Seeds of the simulated worlds."""

ROUNDS = range(3, 11)
"""Seeds of the crash battery, a dozen kills each."""


def crash(mutant: str) -> Found:
    """Kill in dozens until something is found."""
    found: Found = {}
    for seed in ROUNDS:
        found = found_by_kills(asyncio.run(Battery(Kills(runs=12, seed=seed, mutant=mutant)).run()))
        if any(found.values()):
            break
    return found


def money(mutant: str) -> Found:
    """Let two thousand callers ask six thousand times."""
    del mutant
    return asyncio.run(Play(Calls(admissions=6_000, seed=5)).run()).faults


def machine(mutant: str) -> Found:
    """Play lives on the memory store until one is wrong."""
    del mutant
    return find(EngineMachine, 600)


def store_machine(mutant: str) -> Found:
    """Play lives on the real store until one is wrong."""
    del mutant
    return find(StoreMachine, 100)


def disk_cut(mutant: str) -> Found:
    """Cut the power at every moment of a short run."""
    _, tally = powercut.run(replace(powercut.SHORT, every=1, mutant=mutant))
    return tally.faults


def disk_failing(mutant: str) -> Found:
    """Let every sync of the log fail, once and for a while."""
    _, tally = asyncio.run(faults.run(faults.Plan(only="sync data/drover.db-wal", mutant=mutant)))
    return tally.faults


def disk_harmed(mutant: str) -> Found:
    """Flip some bits."""
    _, tally = flips.run(replace(flips.SHORT, mutant=mutant))
    return tally.faults


def simulation(mutant: str) -> Found:
    """Let small worlds live until something is wrong in one."""
    del mutant
    found: Found = {}
    for seed in WORLDS:
        with tempfile.TemporaryDirectory() as folder:
            world = World(Scale(tasks=40, steps=12, seed=seed), Path(folder, "data"))
            world.run()
        found = dict(world.trace.faults)
        if any(found.values()):
            break
    return found


BATTERIES: dict[str, Callable[[str], Found]] = {
    "crash": crash,
    "money": money,
    "machine": machine,
    "store_machine": store_machine,
    "powercut": disk_cut,
    "faults": disk_failing,
    "flips": disk_harmed,
    "simulation": simulation,
}
