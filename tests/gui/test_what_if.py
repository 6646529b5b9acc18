"""What work would have cost otherwise, asked in the window; and a policy, chosen where a task is made."""

from __future__ import annotations

import os
from pathlib import Path

from PySide6.QtWidgets import QWidget

from engine.domain.choice import Policy, Reason
from engine.domain.states import State
from engine.domain.task import Complexity
from tests.gui.cockpit import click, cockpit

SHOTS = os.environ.get("DROVER_SHOTS", "")


def keep(widget: QWidget, name: str) -> None:
    """Keep a picture, where one is asked for."""
    if SHOTS:
        widget.grab().save(f"{SHOTS}/{name}.png")


async def test_a_policy_is_chosen_in_the_dialog_and_told_in_steps(tmp_path: Path) -> None:
    """The sentence stands above the attempt's text, the models in its lines."""
    async with cockpit(tmp_path) as at:
        dialog = at.window.openings.new_task()
        dialog.goal.field.setPlainText("Plan a trip")
        dialog.models.choose("simulator", "sim-quality")
        dialog.steps.field.setText("3")
        dialog.complexity.field.setCurrentIndex(dialog.complexity.field.findData(Complexity.COMPLEX))
        dialog.more.policy.field.setCurrentIndex(dialog.more.policy.field.findData(Policy.BALANCED))
        keep(dialog, "new_task")
        click(dialog.start_button)
        await at.until(lambda: len(at.engine.snapshots()) == 1)
        (task,) = at.engine.snapshots()
        assert task.spec.policy is Policy.BALANCED
        await at.until(lambda: at.state(task.id) is State.COMPLETED)
        steps = await at.engine.steps(task.id)
        assert [step.attempts[-1].intent.why for step in steps] == [Reason.PLANNING, Reason.COMPLEXITY, Reason.FINAL]
        at.window.bridge.drain()
        at.window.table.select(task.id)
        inspector = at.window.inspector
        inspector.tabs.setCurrentIndex(1)
        await at.until(lambda: inspector.steps.records.rowCount() == 3)
        inspector.steps.choose(3)
        assert "because the last step is what you read" in inspector.steps.about_text
        keep(at.window, "steps_dark")
        at.window.set_theme("light")
        keep(at.window, "steps_light")
        keep(at.window.openings.new_task(), "new_task_light")


async def test_what_it_would_have_cost_is_told_for_the_task_and_the_month(tmp_path: Path) -> None:
    """With one model for all steps, and under another policy; it says that it is computed."""
    async with cockpit(tmp_path) as at:
        task = await at.make(batch="tickets", policy=Policy.ECONOMY, max_output=800)
        await at.until(lambda: at.state(task) is State.COMPLETED)
        at.window.bridge.drain()
        at.window.table.select(task)
        dialog = at.window.openings.what_if(task=at.engine.snapshot(task))
        dialog.models.choose("simulator", "sim-quality")
        await at.until(lambda: "Saved against that" in dialog.told.text())
        assert "4 by sim-quality" in dialog.told.text()
        keep(dialog, "what_if_dark")
        at.window.set_theme("light")
        keep(dialog, "what_if_light")
        dialog.of.field.setCurrentIndex(2)
        dialog.supposed.field.setCurrentIndex(dialog.supposed.field.findData(Policy.ECONOMY))
        await at.until(lambda: "4 by sim-fast" in dialog.told.text())
        assert not dialog.model.isVisible()
        dialog.accept()
