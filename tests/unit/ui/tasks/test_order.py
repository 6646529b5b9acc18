"""The order of the table: what changes is settled, and nothing else moves."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from engine.face import PICO, ChangeBatch, State, TaskSnapshot
from tests.snapshots import random_snapshot, snapshot, task_id
from ui.tasks.columns import COLUMNS, INDEX, Column
from ui.tasks.order import TaskOrder
from ui.tasks.query import EVERYTHING, parse
from ui.tasks.scope import ALL_TASKS, ScopeKind, TaskScope

COST = COLUMNS[INDEX["cost"]].order
ETA = COLUMNS[INDEX["eta"]].order


def settled(order: TaskOrder) -> list[int]:
    """Carry out what must change; return the numbers of the rows."""
    change = order.settle()
    if change is not None:
        order.rows = change.rows
        order.forget()
    return [int(task) for task in order.rows]


def filled(*tasks: TaskSnapshot) -> TaskOrder:
    """An order with these tasks."""
    order = TaskOrder()
    order.take(ChangeBatch(added=tasks))
    settled(order)
    return order


def test_begins_in_order_of_creation() -> None:
    """With no column chosen, the order is that of creation."""
    assert settled(filled(snapshot(2), snapshot(0), snapshot(1))) == [0, 1, 2]


def test_equal_tasks_stay_in_order_of_creation_both_ways() -> None:
    """Ties go by creation, whichever way the order goes."""
    order = filled(snapshot(1, spent=5), snapshot(0, spent=5), snapshot(2, spent=9))
    order.sort_by(COST, descending=True)
    assert settled(order) == [2, 0, 1]
    order.sort_by(COST, descending=False)
    assert settled(order) == [0, 1, 2]


def test_what_has_no_value_comes_last_both_ways() -> None:
    """An unknown ETA is neither short nor long."""
    order = filled(snapshot(0), snapshot(1, eta_s=5.0), snapshot(2, eta_s=9.0))
    order.sort_by(ETA, descending=True)
    assert settled(order) == [2, 1, 0]
    order.sort_by(ETA, descending=False)
    assert settled(order) == [1, 2, 0]


def test_a_change_that_moves_nothing_arranges_nothing() -> None:
    """Figures may change all the time without a row moving."""
    order = filled(snapshot(0, spent=1), snapshot(1, spent=5))
    order.sort_by(COST, descending=False)
    settled(order)
    order.take(ChangeBatch(changed=(snapshot(0, spent=2),)))
    assert order.unsettled
    assert order.settle() is None
    assert not order.unsettled
    assert order.tasks[task_id(0)].standing.spent == 2


def test_tasks_leave_and_join_as_they_change() -> None:
    """A scope is kept while states change."""
    order = filled(snapshot(0, state=State.RUNNING), snapshot(1))
    order.narrow(TaskScope(ScopeKind.STATE, State.RUNNING), EVERYTHING)
    assert settled(order) == [0]
    order.take(ChangeBatch(changed=(snapshot(0, state=State.PAUSED), snapshot(1, state=State.CHECKPOINTING))))
    assert settled(order) == [1]
    order.narrow(ALL_TASKS, EVERYTHING)
    assert settled(order) == [0, 1]


def test_filter_and_scope_hold_together() -> None:
    """A row belongs to both."""
    order = filled(snapshot(0, state=State.FAILED, spent=2 * PICO), snapshot(1, state=State.FAILED))
    order.narrow(TaskScope(ScopeKind.NEEDS_YOU), parse("cost:>1"))
    assert settled(order) == [0]


def test_a_removed_task_is_readable_until_its_row_is_gone() -> None:
    """Rows never name a task that cannot be read."""
    order = filled(snapshot(0), snapshot(1))
    order.take(ChangeBatch(removed=(task_id(0),)))
    change = order.settle()
    assert change is not None
    assert change.leaving == {task_id(0)}
    assert task_id(0) in order.tasks
    order.rows = change.rows
    order.forget()
    assert task_id(0) not in order.tasks


def test_places_in_the_queue_follow_what_begins_and_what_is_removed() -> None:
    """They are of those that wait alone, without a gap, also before a row of the table moves."""
    order = filled(snapshot(0), snapshot(1), snapshot(2), snapshot(3, state=State.RUNNING))
    assert [order.place(task_id(number)) for number in range(4)] == [1, 2, 3, None]
    order.take(ChangeBatch(changed=(snapshot(0, state=State.RUNNING),), removed=(task_id(1),)))
    assert [order.place(task_id(number)) for number in range(4)] == [None, None, 1, None]
    assert order.waits
    order.take(ChangeBatch(changed=(snapshot(2, state=State.CANCELLED),)))
    assert not order.waits


def test_a_removed_task_that_no_row_shows_is_forgotten_too() -> None:
    """Memory is bounded by tasks."""
    order = filled(snapshot(0), snapshot(1, state=State.RUNNING))
    order.narrow(TaskScope(ScopeKind.STATE, State.RUNNING), EVERYTHING)
    settled(order)
    order.take(ChangeBatch(removed=(task_id(0),)))
    settled(order)
    assert list(order.tasks) == [task_id(1)]


@given(
    st.integers(0, 2**32), st.sampled_from(COLUMNS), st.booleans(), st.sampled_from(["", "status:running", "cost:>0.1"])
)
def test_settled_rows_equal_a_sort_of_everything(seed: int, column: Column, falling: bool, text: str) -> None:
    """However changes come, settled rows are those of filtering and sorting all tasks anew."""
    read = column.order
    rng = random.Random(seed)
    order = filled(*(random_snapshot(n, rng) for n in range(20)))
    order.sort_by(read, descending=falling)
    order.narrow(ALL_TASKS, parse(text))
    for _ in range(4):
        order.take(
            ChangeBatch(
                changed=tuple(random_snapshot(n, rng) for n in rng.sample(range(20), 5) if task_id(n) in order.tasks),
                removed=(task_id(rng.randrange(20)),),
            )
        )
        settled(order)
    fresh = filled(*order.tasks.values())
    fresh.sort_by(read, descending=falling)
    fresh.narrow(ALL_TASKS, parse(text))
    assert [int(task) for task in order.rows] == settled(fresh)
