"""Faults of what is done in which order, and of what is done at a start."""

from __future__ import annotations

from tests.mutants.mutant import Edit, Mutant

CALL = "engine.runtime.call:Call"
ENGINE = (
    Mutant(
        name="no_intent",
        breaks="No byte of a request leaves before its intent is durable",
        caught_by="machine",
        edits=(
            Edit(
                f"{CALL}._send",
                "await self.saved(ports.journal.intent(record, intent, **counted))",
                "ports.journal.intent(record, intent, **counted)",
            ),
        ),
    ),
    Mutant(
        name="act_before_commit",
        breaks="commit in one transaction before any consequence is acted on",
        caught_by="machine",
        edits=(Edit(f"{CALL}._record_ending", "await self.saved(saved)", "pass"),),
    ),
    Mutant(
        name="shown_before_commit",
        breaks="commit in one transaction before any consequence is acted on: shown as saved",
        caught_by="machine",
        edits=(
            Edit(
                "engine.runtime.journal:Journal._queue",
                "return future",
                "self._show(record, number, standing)\nreturn future",
            ),
        ),
    ),
    Mutant(
        name="settled_again",
        breaks="A reply settles (once)",
        caught_by="machine",
        edits=(
            Edit(
                f"{CALL}._settle",
                "ports.ledger.settle(hold, amount)",
                "ports.ledger.settle(hold, amount)\nports.ledger.settle(hold, amount)",
            ),
            Edit(
                "engine.cost.ledger:MemoryLedger.settle",
                "self._open.pop(hold.number, None)",
                "self._open.get(hold.number)",
            ),
        ),
    ),
    Mutant(
        name="settled_while_unsaved",
        breaks="A failed commit is unknown, not undone: its hold counts",
        caught_by="machine",
        edits=(Edit("engine.runtime.journal:Journal._done", "self.when_mended(then)", "then()"),),
    ),
    Mutant(
        name="forgotten_hold",
        breaks="marked UNKNOWN, its hold counted",
        caught_by="crash",
        edits=(Edit("engine.runtime.recovery:_unknown", "cost=intent.held,", "cost=0,"),),
    ),
    Mutant(
        name="resume_without_consent",
        breaks="automatic resume of a task with an unknown attempt waits for consent",
        caught_by="machine",
        edits=(
            Edit(
                "engine.runtime.acts:Acts.resume_interrupted",
                " if consent or not self._register.get(task).tip.unknown",
                "",
            ),
        ),
    ),
    Mutant(
        name="start_by_itself",
        breaks="never repaid silently: what waited at the end of the program waits for consent",
        caught_by="machine",
        edits=(
            Edit(
                "engine.runtime.rooms:Rooms.load",
                "self.gaps.start()",
                "self.gaps.start()\nself.acts.resume_all()",
            ),
        ),
    ),
    Mutant(
        name="deaf_to_pause",
        breaks="No new request leaves 100 ms after the click",
        caught_by="machine",
        edits=(Edit("engine.runtime.wishes:Wishes.obey", "if wish is not Wanted.NOTHING:", "if False:"),),
    ),
    Mutant(
        name="budget_of_what_is_held",
        breaks="A call is admitted only if spent + held + its worst case stays within every limit",
        caught_by="money",
        edits=(
            Edit(
                "engine.cost.waiting:Account.fits",
                "self.spent + self.held + worst <= self.bound",
                "self.spent + self.held <= self.bound",
            ),
        ),
    ),
)
