"""That the faults can still be put in, that they go away again, and three of them caught; the rest: `make mutants`."""

from __future__ import annotations

import asyncio

import pytest

from engine.cost.port import Price
from engine.domain.usage import Usage
from tests.mutants.__main__ import run, run_all
from tests.mutants.batteries import BATTERIES
from tests.mutants.mutant import DoesNotFitError, Edit, Mutant, misfits
from tests.mutants.registry import MUTANTS, mutated

USAGE = Usage(input=1, output=0)


def test_every_fault_fits_the_product_and_names_a_battery() -> None:
    """And no battery is left without a fault that it must find."""
    assert not misfits(MUTANTS)
    assert {mutant.caught_by for mutant in MUTANTS.values()} == BATTERIES.keys()


def test_a_fault_is_there_for_the_body_alone() -> None:
    """Also for who imported the function before."""
    cost, price = Price.cost, Price(input=3 * 10**5 + 1)
    with mutated("float_money"):
        faulty = cost(price, USAGE)
    assert cost(price, USAGE) == price.input >= faulty


@pytest.mark.parametrize(
    ("function", "before"),
    [
        ("engine.cost.port:Price.cost", "no such words"),
        ("engine.cost.port:Price.cost", "self"),
        ("engine.cost.port:Price.gone", "self"),
        ("engine.cost.nothing:Price.cost", "self"),
        ("engine.cost.port:Price", "self"),
    ],
)
def test_one_that_no_longer_fits_is_told(function: str, before: str) -> None:
    """Gone, there more than once, or in no function."""
    edit = Edit(function=function, before=before, after="pass")
    mutant = Mutant(breaks="", caught_by="money", edits=(edit,))
    assert misfits({"stale": mutant})
    with pytest.raises(DoesNotFitError), mutant.put_in():
        pass


async def test_a_battery_that_hangs_is_ended_with_all_it_started_and_has_caught_nothing() -> None:
    """It is said to have been ended, and after how long."""
    trial = await run("no_intent", "machine", asyncio.Semaphore(1), limit_s=0.1)
    assert not trial.as_it_should and "0.1 s" in trial.failed


@pytest.mark.slow
def test_three_of_them_are_caught() -> None:
    """By the batteries that shall catch them; that these find nothing else, their own tests say."""
    trials = asyncio.run(run_all(["check_then_hold", "no_intent", "no_watermark"], clean=False))
    assert len(trials) == 3
    assert all(trial.as_it_should for trial in trials), trials
