"""How much of what was said a task's prompts repeat, as fields of a form: those that the policy has no use for rest."""

from __future__ import annotations

from typing import TypedDict

from PySide6.QtWidgets import QVBoxLayout, QWidget

from engine.face import ContextPolicy, Route, TaskSpec, read_route
from ui.dialogs.form import Field, choice, grid, line, read
from ui.text import Words

DEFAULT = TaskSpec(goal="", provider="", model="")


class ContextValues(TypedDict):
    """The fields of a `TaskSpec` that are set here."""

    context_policy: ContextPolicy
    window_steps: int
    summary_share: float
    summary_model: Route | None


class ContextFields(QWidget):
    """The fields, by their name in `TaskSpec`."""

    def __init__(self, words: Words) -> None:
        """Show the defaults."""
        super().__init__()
        policies = [(words(f"choice.{policy}"), policy) for policy in ContextPolicy]
        self.policy = Field(words("new_task.context_policy"), choice(policies, DEFAULT.context_policy))
        self.exchanges = Field(words("new_task.window_steps"), line(str(DEFAULT.window_steps)))
        self.share = Field(words("new_task.summary_share"), line(f"{DEFAULT.summary_share:g}"))
        self.model = Field(words("new_task.summary_model"), line(hint=words("new_task.summary_model_hint")))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(grid([[self.policy, self.exchanges], [self.share, self.model]], columns=2))
        self.policy.field.currentIndexChanged.connect(self._show)
        self._show()

    @property
    def fields(self) -> dict[str, Field[QWidget]]:
        """Them by name."""
        return {
            "context_policy": self.policy,
            "window_steps": self.exchanges,
            "summary_share": self.share,
            "summary_model": self.model,
        }

    def _show(self) -> None:
        policy = self.policy.field.currentData()
        self.exchanges.setEnabled(policy is ContextPolicy.WINDOW)
        for field in (self.share, self.model):
            field.setEnabled(policy is ContextPolicy.SUMMARY)

    def values(self) -> ContextValues:
        """Return what was set; raises `WrongInputError`."""
        return ContextValues(
            context_policy=self.policy.field.currentData(),
            window_steps=read(self.exchanges, int, "new_task.not_a_number"),
            summary_share=read(self.share, float, "new_task.not_a_number"),
            summary_model=read(self.model, read_route, "new_task.not_a_route"),
        )
