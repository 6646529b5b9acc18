"""The settings of a task that are seldom changed: times, retries, context, checkpoints. All defaults in sight."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from engine.face import Policy, ResultRule, RetryPolicy, Route, TaskSpec, TimeLimits, read_routes
from ui import start
from ui.dialogs.context_fields import ContextFields, ContextValues
from ui.dialogs.form import Field, area, choice, grid, line, pairs, read, text_of
from ui.text import Words

NUMBER = "new_task.not_a_number"
DEFAULT = TaskSpec(goal="", provider="", model="")
ROWS = (
    ("temperature", "max_output", "result"),
    ("max_retries", "max_billed", "backoff_base"),
    ("switch_after", "checkpoint_interval", "priority"),
    ("review_every", "loop_after", "loop_similarity"),
    ("not_before_ms",),
)
TIMES = ("connect", "first_token", "silence", "step", "window", "task")


class MoreValues(ContextValues):
    """The fields of a `TaskSpec` that are set here."""

    system: str
    context: dict[str, str]
    output_schema: str
    temperature: float
    max_output: int
    checkpoint_interval: int
    review_every: int
    loop_after: int
    loop_similarity: float
    priority: int
    not_before_ms: int | None
    result: ResultRule
    limits: TimeLimits
    retry: RetryPolicy
    fallbacks: tuple[Route, ...]
    policy: Policy
    candidates: tuple[Route, ...]


class MoreSettings(QWidget):
    """The fields, by their name in `TaskSpec`."""

    def __init__(self, words: Words) -> None:
        """Show the defaults."""
        super().__init__()
        rules = [(words("new_task.result_last"), ResultRule.LAST), (words("new_task.result_join"), ResultRule.JOIN)]
        self.result = Field(words("new_task.result"), choice(rules))
        policies = [(words(f"new_task.{policy}"), policy) for policy in Policy]
        self.policy = Field(words("new_task.policy"), choice(policies))
        self.repeated = ContextFields(words)
        self.fields: dict[str, Field[QWidget]] = {
            "system": Field(words("new_task.system"), area(rows=2)),
            "context": Field(words("new_task.context"), area(rows=2)),
            "output_schema": Field(words("new_task.schema"), area(hint=words("new_task.schema_hint"), rows=2)),
            "temperature": Field(words("new_task.temperature"), line(f"{DEFAULT.temperature:g}")),
            "max_output": Field(words("new_task.max_output"), line(str(DEFAULT.max_output))),
            "result": self.result,
            "checkpoint_interval": Field(words("new_task.interval"), line(str(DEFAULT.checkpoint_interval))),
            "max_retries": Field(words("new_task.max_retries"), line(str(DEFAULT.retry.max_retries))),
            "backoff_base": Field(words("new_task.backoff"), line(f"{DEFAULT.retry.backoff_base:g}")),
            "max_billed": Field(words("new_task.max_billed"), line(str(DEFAULT.retry.max_billed))),
            "switch_after": Field(words("new_task.switch_after"), line(str(DEFAULT.retry.switch_after))),
            "policy": self.policy,
            "candidates": Field(words("new_task.candidates"), line(hint=words("new_task.candidates_hint"))),
            "fallbacks": Field(words("new_task.fallbacks"), line(hint=words("new_task.fallbacks_hint"))),
            "review_every": Field(words("new_task.review_every"), line(str(DEFAULT.review_every))),
            "loop_after": Field(words("new_task.loop_after"), line(str(DEFAULT.loop_after))),
            "loop_similarity": Field(words("new_task.loop_similarity"), line(f"{DEFAULT.loop_similarity:g}")),
            "priority": Field(words("new_task.priority"), line(str(DEFAULT.priority))),
            "not_before_ms": Field(words("new_task.start_at"), line(hint=words("new_task.start_at_hint"))),
        }
        for name in TIMES:
            default = getattr(DEFAULT.limits, name)
            self.fields[f"limits.{name}"] = Field(words(f"new_task.{name}"), line(f"{default:g}"))
        self.fields |= self.repeated.fields
        times = [self.fields[f"limits.{name}"] for name in TIMES]
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        layout.addWidget(self.fields["system"])
        layout.addWidget(self.fields["context"])
        layout.addWidget(self.fields["output_schema"])
        rest = [[self.fields[name] for name in row] for row in ROWS]
        layout.addLayout(grid([rest[0], times[:3], times[3:], *rest[1:]]))
        models = QHBoxLayout()
        models.setSpacing(16)
        models.addWidget(self.policy, 1)
        models.addWidget(self.fields["candidates"], 2)
        layout.addLayout(models)
        layout.addWidget(self.fields["fallbacks"])
        layout.addWidget(self.repeated)

    def values(self) -> MoreValues:
        """Return what was set; raises `WrongInputError`."""
        fields = self.fields
        limits = {name: read(fields[f"limits.{name}"], float, NUMBER) for name in TIMES}
        return MoreValues(
            system=text_of(fields["system"]).strip(),
            output_schema=text_of(fields["output_schema"]).strip(),
            context=read(fields["context"], pairs, "new_task.not_context"),
            temperature=read(fields["temperature"], float, NUMBER),
            max_output=read(fields["max_output"], int, NUMBER),
            checkpoint_interval=read(fields["checkpoint_interval"], int, NUMBER),
            review_every=read(fields["review_every"], int, NUMBER),
            loop_after=read(fields["loop_after"], int, NUMBER),
            loop_similarity=read(fields["loop_similarity"], float, NUMBER),
            priority=read(fields["priority"], int, NUMBER),
            not_before_ms=read(fields["not_before_ms"], start.typed, "new_task.not_a_time"),
            result=self.result.field.currentData(),
            limits=TimeLimits(**limits),
            retry=RetryPolicy(
                max_retries=read(fields["max_retries"], int, NUMBER),
                backoff_base=read(fields["backoff_base"], float, NUMBER),
                max_billed=read(fields["max_billed"], int, NUMBER),
                switch_after=read(fields["switch_after"], int, NUMBER),
            ),
            fallbacks=read(fields["fallbacks"], read_routes, "new_task.not_routes"),
            policy=self.policy.field.currentData(),
            candidates=read(fields["candidates"], read_routes, "new_task.not_routes"),
            **self.repeated.values(),
        )
