"""Exports: one text, for people or for programs."""

from __future__ import annotations

import json

from engine.domain.step import AttemptRecord, StepRecord
from engine.domain.task import Standing
from engine.recipes import recipe
from engine.results.export import as_json, as_markdown
from engine.store.port import StoredTask
from tests.stored import intent, outcome, task
from tests.workbench import spec

BASE = task()
TASK = StoredTask(id=BASE.id, order=1, spec=spec(budget=1_500_000_000_000), standing=Standing(spent=1, assumed=1))
STEPS = (
    StepRecord(number=1, attempts=(AttemptRecord(intent=intent(BASE), outcome=outcome(BASE, text="Done.\n[[DONE]]")),)),
    StepRecord(number=2, attempts=(AttemptRecord(intent=intent(BASE, 2)),)),
)
ITERATE = recipe(TASK.spec.recipe)


def test_json_is_whole_and_money_exact() -> None:
    """Amounts are decimal text in dollars, never floats; an attempt in flight has no outcome."""
    body = json.loads(as_json(TASK, STEPS, ITERATE))
    assert (body["standing"]["spent"], body["spec"]["budget"]) == ("0.000000000001", "1.5")
    assert body["answer"] == "Done."
    first, second = (step["attempts"][0] for step in body["steps"])
    assert (first["status"], first["cost_usd"], first["held_usd"]) == ("accepted", "0.000000001", "0.000005")
    assert len(first["request_sha256"]) == 64
    assert (second["status"], "text" in second) == ("open", False)


def test_markdown_begins_with_the_answer() -> None:
    """Then the transcript."""
    text = as_markdown(TASK, STEPS, ITERATE)
    assert text.startswith("Done.\n\n---\n\n# ")
    assert "## Step 1" in text
    assert text.endswith("- In flight, step 2: Attempt 1 (`task0000000000000000000001-2-1`, m)\n")


def test_no_budget_is_null() -> None:
    """Not zero."""
    free = StoredTask(id=BASE.id, order=1, spec=spec(), standing=Standing())
    assert json.loads(as_json(free, (), ITERATE))["spec"]["budget"] is None
