"""The engine's public face: all that the window, the command line and tests of either may use of it.

Calls that act on tasks are synchronous: they check the table, record the intent and return the ids that accepted;
what follows shows in the next `ChangeBatch`. Calls that read the store or must be durable on return are awaited.
Every error is a `DroverError` with a code. Use it from one event loop only.
"""

from __future__ import annotations

from typing import Protocol

from engine.cost.port import Balance, Level, PriceBook, Quote, Scope
from engine.cost.whatif import Supposition, WhatIf
from engine.domain.alert import Alert
from engine.domain.answer import Answer
from engine.domain.choice import Policy, Reason, Tier
from engine.domain.context_policy import ContextPolicy
from engine.domain.damage import STORE, Damage
from engine.domain.deadline import Deadline
from engine.domain.difference import Difference
from engine.domain.doubt import UnknownAttempt
from engine.domain.errors import DroverError, ErrorCode, InvalidSpecError, Problem
from engine.domain.fence import Fence
from engine.domain.foresight import Foresight, Span
from engine.domain.ids import AttemptId, TaskId
from engine.domain.ledger_entry import LedgerEntry
from engine.domain.moments import deadline, moment, written
from engine.domain.money import PICO, decimal, parse, per_million, plain
from engine.domain.outlay import By, Done, Outlay, Outlays, grouped, total
from engine.domain.progress import (
    ChangeBatch,
    Distribution,
    KeyRefusal,
    LiveText,
    ProgressReport,
    ProviderHealth,
    Statistics,
    Totals,
    report,
)
from engine.domain.prompt_list import as_text, prompts_of
from engine.domain.review import Review
from engine.domain.routes import read_route, read_routes, written_routes
from engine.domain.sheet import ENCODINGS, Column, Form, Hints, Row, RowProblem, Sheet
from engine.domain.states import (
    LIVE,
    Action,
    CompletionReason,
    PauseReason,
    Phase,
    State,
    TimeLevel,
    Wanted,
    allowed,
)
from engine.domain.step import (
    AttemptRecord,
    AttemptStatus,
    Checkpoint,
    Correction,
    Flag,
    Fork,
    LogEntry,
    NoteKind,
    Origin,
    StepRecord,
    Verdict,
)
from engine.domain.storage import Retention, StorageSizes
from engine.domain.task import (
    MULTIPLIER,
    Complexity,
    RecipeName,
    ResultRule,
    RetryPolicy,
    Route,
    Standing,
    TaskSnapshot,
    TaskSpec,
    TimeLimits,
)
from engine.domain.usage import FinishReason, Usage
from engine.domain.validate import problems, validate
from engine.domain.where import Where
from engine.face.acting import Acting
from engine.face.branching import Branching
from engine.face.keeping import Keeping
from engine.face.looking import Looking
from engine.face.spending import Spending
from engine.face.steering import Steering
from engine.providers.port import Capabilities, ModelInfo
from engine.results.batch_table import FORMS as BATCH_FORMS
from engine.results.batch_table import Line as BatchLine
from engine.results.batch_table import columns as batch_columns
from engine.results.batch_table import ended as batch_ended
from engine.results.batch_table import value as batch_value
from engine.results.imports.planning import Layout, Plan, plan, task_of
from engine.results.imports.reading import read_path, read_text
from engine.results.imports.templates import TemplateProblem, Templates, place
from engine.store.port import StoreHealth

__all__ = [
    "BATCH_FORMS",
    "ENCODINGS",
    "LIVE",
    "MULTIPLIER",
    "PICO",
    "STORE",
    "Action",
    "Alert",
    "Answer",
    "AttemptId",
    "AttemptRecord",
    "AttemptStatus",
    "Balance",
    "BatchLine",
    "By",
    "Capabilities",
    "ChangeBatch",
    "Checkpoint",
    "Column",
    "CompletionReason",
    "Complexity",
    "ContextPolicy",
    "Correction",
    "Damage",
    "Deadline",
    "Difference",
    "Distribution",
    "Done",
    "DroverError",
    "Engine",
    "ErrorCode",
    "Fence",
    "FinishReason",
    "Flag",
    "Foresight",
    "Fork",
    "Form",
    "Hints",
    "InvalidSpecError",
    "KeyRefusal",
    "Layout",
    "LedgerEntry",
    "Level",
    "LiveText",
    "LogEntry",
    "ModelInfo",
    "NoteKind",
    "Origin",
    "Outlay",
    "Outlays",
    "PauseReason",
    "Phase",
    "Plan",
    "Policy",
    "PriceBook",
    "Problem",
    "ProgressReport",
    "ProviderHealth",
    "Quote",
    "Reason",
    "RecipeName",
    "ResultRule",
    "Retention",
    "RetryPolicy",
    "Review",
    "Route",
    "Row",
    "RowProblem",
    "Scope",
    "Sheet",
    "Span",
    "Standing",
    "State",
    "Statistics",
    "Steering",
    "StepRecord",
    "StorageSizes",
    "StoreHealth",
    "Supposition",
    "TaskId",
    "TaskSnapshot",
    "TaskSpec",
    "TemplateProblem",
    "Templates",
    "Tier",
    "TimeLevel",
    "TimeLimits",
    "Totals",
    "UnknownAttempt",
    "Usage",
    "Verdict",
    "Wanted",
    "WhatIf",
    "Where",
    "allowed",
    "as_text",
    "batch_columns",
    "batch_ended",
    "batch_value",
    "deadline",
    "decimal",
    "grouped",
    "moment",
    "parse",
    "per_million",
    "place",
    "plain",
    "plan",
    "problems",
    "prompts_of",
    "read_path",
    "read_route",
    "read_routes",
    "read_text",
    "report",
    "task_of",
    "total",
    "validate",
    "written",
    "written_routes",
]


class Engine(Acting, Looking, Spending, Steering, Branching, Keeping, Protocol):
    """Runs tasks. `engine.runtime.supervisor.Supervisor` is the real one."""

    async def drain_runners(self, grace_s: float) -> None:
        """Start nothing more, let steps in flight finish for `grace_s` seconds, cut the rest; all durable on return.

        A second call with less grace cuts short the wait of the first.
        """
        ...

    async def close(self, grace_s: float = 30.0) -> None:
        """Let steps in flight finish for `grace_s` seconds, cut the rest, make all durable, let go of everything."""
        ...
