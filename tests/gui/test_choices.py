"""What is chosen from a list is what the engine compares with."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.domain.choice import Policy
from engine.domain.context_policy import ContextPolicy
from engine.domain.task import ResultRule
from tests.gui.cockpit import cockpit


@pytest.mark.parametrize("policy", ContextPolicy)
async def test_a_policy_of_the_prompts_reaches_the_task_and_opens_its_own_fields(
    policy: ContextPolicy, tmp_path: Path
) -> None:
    """Of a member of an enum Qt gives back a plain text, which no `is` finds: the task would repeat all."""
    async with cockpit(tmp_path) as at:
        dialog = at.window.openings.new_task()
        repeated = dialog.more.repeated
        repeated.policy.field.setCurrentIndex(list(ContextPolicy).index(policy))
        dialog.more.result.field.setCurrentIndex(1)
        dialog.more.policy.field.setCurrentIndex(list(Policy).index(Policy.QUALITY))
        assert repeated.exchanges.isEnabled() == (policy is ContextPolicy.WINDOW)
        assert repeated.share.isEnabled() == repeated.model.isEnabled() == (policy is ContextPolicy.SUMMARY)
        spec = dialog.spec()
        assert spec.context_policy is policy
        assert spec.result is ResultRule.JOIN
        assert spec.policy is Policy.QUALITY
        dialog.reject()
