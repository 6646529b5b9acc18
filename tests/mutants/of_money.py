"""Faults of the ledger and of what is settled."""

from __future__ import annotations

from tests.mutants.mutant import Edit, Mutant

LEDGER = "engine.cost.ledger:MemoryLedger"
MONEY = (
    Mutant(
        name="float_money",
        breaks="Integers of 10⁻¹² US dollars; never floats",
        caught_by="money",
        edits=(
            Edit(
                "engine.cost.port:Price.cost",
                "(usage.input - usage.cached) * self.input",
                "int((usage.input - usage.cached) * (self.input / 10**12) * 10**12)",
            ),
        ),
    ),
    Mutant(
        name="check_then_hold",
        breaks="`await ledger.admit()` checks and holds with no await between",
        caught_by="money",
        edits=(
            Edit(
                f"{LEDGER}.admit",
                "return self._hold(scopes, accounts, worst)",
                "await asyncio.sleep(0)\nreturn self._hold(scopes, accounts, worst)",
            ),
        ),
    ),
    Mutant(
        name="release_on_timeout",
        breaks="a cut by us settles at the hold as assumed spent",
        caught_by="money",
        edits=(
            Edit("engine.runtime.bookkeeping:bill", "if not ending.sent or", "if ending.cause or not ending.sent or"),
        ),
    ),
    Mutant(
        name="double_settle",
        breaks="A reply settles (once)",
        caught_by="money",
        edits=(
            Edit(
                f"{LEDGER}.settle",
                "account.spent += amount",
                "account.spent += 2 * amount if hold.number % 1000 == 0 else amount",
            ),
        ),
    ),
    Mutant(
        name="cap_at_hold",
        breaks="A provider that bills above its hold is recorded in full",
        caught_by="money",
        edits=(Edit(f"{LEDGER}.settle", "account.spent += amount", "account.spent += min(amount, hold.amount)"),),
    ),
    Mutant(
        name="jump_the_queue",
        breaks="where only others' holds stand in the way, the task waits (in its turn)",
        caught_by="money",
        edits=(
            Edit(
                "engine.cost.waiting:Account.lets_in",
                "(first is None or first.arrival >= arrival) and self.fits(worst)",
                "self.fits(worst)",
            ),
        ),
    ),
    Mutant(
        name="lost_grant",
        breaks="What certainly was not billed (never sent) releases the hold",
        caught_by="money",
        edits=(Edit(f"{LEDGER}._withdraw", "self.release(answer.result())", "pass"),),
    ),
    Mutant(
        name="lost_wakeup",
        breaks="the task waits in the phase waiting for held amounts (and no longer)",
        caught_by="money",
        edits=(Edit(f"{LEDGER}._serve", "looked_at = list(accounts)", "looked_at = list[Account]()"),),
    ),
)
