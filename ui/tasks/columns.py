"""The columns of the table: what each is called, what it says of a task, how it is ordered. Qt-free.

To add a column, add it here: header, order, text, accessibility and width all derive from `COLUMNS`.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto

from engine.face import Phase, State, TaskSnapshot
from ui.tasks import format as figures
from ui.tasks.order import Value, queue_key
from ui.tasks.scope import LIVE
from ui.tasks.status import status
from ui.text import Words

ATTENTION = (
    State.FAILED,
    State.TIMEOUT,
    State.PAUSED,
    State.CHECKPOINTING,
    State.RUNNING,
    State.PENDING,
    State.COMPLETED,
    State.CANCELLED,
)
"""The order of the Status column: what needs a person first."""
LONGEST = 200
"""Characters of a name that are shown and ordered by: a name may be megabytes."""
RANK = {state: rank for rank, state in enumerate(ATTENTION)}


class Paint(Enum):
    """How a cell is painted."""

    NAME = auto()
    STATUS = auto()
    TEXT = auto()
    NUMBER = auto()
    PROGRESS = auto()
    BUDGET = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column. `code` names it in words and in settings; `sample` is as wide as its text gets, for the width."""

    code: str
    paint: Paint
    width: int
    text: Callable[[TaskSnapshot, Words, float], str]
    """What it says, given words and monotonic time."""
    order: Callable[[TaskSnapshot], Value]
    stretch: int = 0
    """Share of the room that is left over, or lacks."""
    least: int = 0
    """Pixels it may shrink to if it has a share; 0 is its width."""
    drops: int = 0
    """The higher, the sooner it is left out where there is no room for all; 0 never."""
    falling: bool = True
    """Whether the first click orders from the largest down."""

    @property
    def right(self) -> bool:
        """Whether it is set flush right."""
        return self.paint is Paint.NUMBER


def budget_fraction(task: TaskSnapshot) -> float | None:
    """Part of a task's own budget that is spent; None where it has none."""
    budget = task.spec.budget
    if budget is None:
        return None
    return task.standing.spent / budget if budget else 1.0


def status_text(task: TaskSnapshot, words: Words, now: float) -> str:
    """Return "Paused · budget", "Running · retry in 4 s", "Paused · $0.0123 unknown"."""
    what = status(task, now)
    if not what.note:
        return words(what.state)
    if what.at_ms is not None:
        return f"{words(what.state)} · {words(what.note, time=figures.hour(what.at_ms, time.time()))}"
    if what.amount is not None:
        return f"{words(what.state)} · {words(what.note, amount=figures.money(what.amount))}"
    if what.seconds is None:
        return f"{words(what.state)} · {words(what.note)}"
    return f"{words(what.state)} · {words(what.note, seconds=what.seconds)}"


def _budget(task: TaskSnapshot, _words: Words, _now: float) -> str:
    fraction = budget_fraction(task)
    return figures.NONE if fraction is None else figures.percent(fraction)


def _name(task: TaskSnapshot, _words: Words, _now: float) -> str:
    return task.name[:LONGEST]


def _progress(task: TaskSnapshot, _words: Words, _now: float) -> str:
    return figures.percent(min(1.0, task.fraction))  # an edit may leave fewer steps than are done


def _model(task: TaskSnapshot, _words: Words, _now: float) -> str:
    return task.route.model[:LONGEST]


def _speed(task: TaskSnapshot) -> float | None:
    """Tokens a second of what streams; a task at rest has no speed, whatever it had."""
    return (task.tokens_per_s or None) if task.state in LIVE else None


def _eta(task: TaskSnapshot) -> float | None:
    """Seconds left of what runs or will run by itself."""
    waits = task.phase is Phase.AWAITING_CONSENT
    return (task.eta_s or None) if (task.state in LIVE or task.state is State.PENDING) and not waits else None


COLUMNS: tuple[Column, ...] = (
    Column(
        code="task",
        paint=Paint.NAME,
        width=246,
        stretch=4,
        least=180,
        falling=False,
        text=_name,
        order=lambda t: t.name[:LONGEST].casefold(),
    ),
    Column(
        code="status",
        paint=Paint.STATUS,
        width=186,
        stretch=1,
        least=124,
        falling=False,
        text=status_text,
        order=lambda t: RANK[t.state],
    ),
    Column(
        code="progress",
        paint=Paint.PROGRESS,
        width=124,
        stretch=1,
        least=84,
        drops=1,
        text=_progress,
        order=lambda t: t.fraction,
    ),
    Column(
        code="step",
        paint=Paint.NUMBER,
        width=78,
        text=lambda t, _w, _n: figures.of(t.standing.steps_done, t.spec.total_steps),
        order=lambda t: t.standing.steps_done,
    ),
    Column(
        code="model",
        paint=Paint.TEXT,
        width=176,
        stretch=2,
        least=96,
        drops=3,
        falling=False,
        text=_model,
        order=lambda t: t.route.model,
    ),
    Column(
        code="speed",
        paint=Paint.NUMBER,
        width=68,
        text=lambda t, _w, _n: figures.speed(_speed(t) or 0),
        order=_speed,
    ),
    Column(
        code="cost",
        paint=Paint.NUMBER,
        width=84,
        text=lambda t, _w, _n: figures.money(t.standing.spent),
        order=lambda t: t.standing.spent,
    ),
    Column(
        code="budget",
        paint=Paint.BUDGET,
        width=100,
        stretch=1,
        least=76,
        text=_budget,
        order=budget_fraction,
    ),
    Column(
        code="active",
        paint=Paint.NUMBER,
        width=88,
        drops=2,
        text=lambda t, _w, _n: figures.active(t.active_s),
        order=lambda t: t.active_s,
    ),
    Column(
        code="eta",
        paint=Paint.NUMBER,
        width=82,
        text=lambda t, _w, _n: figures.duration(_eta(t)),
        order=_eta,
        falling=False,
    ),
    Column(
        code="queue",
        paint=Paint.NUMBER,
        width=64,
        drops=4,
        text=lambda _t, _w, _n: figures.NONE,
        order=queue_key,
        falling=False,
    ),
)
QUEUE = "queue"
"""The column of places in the queue; only the model, which has all tasks, can tell them."""
INDEX = {column.code: number for number, column in enumerate(COLUMNS)}
