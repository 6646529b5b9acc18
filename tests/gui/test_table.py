"""The table as a person meets it: rows that stay put under a selection, headings, keys, words for eyes and readers."""

from __future__ import annotations

import random

import pytest
from PySide6.QtCore import QModelIndex, QPoint, Qt
from PySide6.QtGui import QAction, QFont, QFontMetricsF
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from engine.face import PICO, ChangeBatch, PauseReason, Phase, State
from tests.snapshots import random_snapshot, snapshot, task_id
from ui.tasks.columns import COLUMNS, INDEX
from ui.tasks.inks import Inks
from ui.tasks.scope import ScopeKind, TaskScope
from ui.tasks.view import TaskTable
from ui.text import load_words
from ui.theme import load_tokens
from ui.theme.look import interface_font

PLAIN = Qt.KeyboardModifier.NoModifier


@pytest.fixture
def table(qtbot: QtBot) -> TaskTable:
    """An empty table in sight, watched by Qt's model tester (whose warnings fail a test)."""
    made = TaskTable(load_words(), load_tokens("dark"))
    qtbot.addWidget(made)
    QAbstractItemModelTester(made.model, QAbstractItemModelTester.FailureReportingMode.Warning, made)
    made.resize(1236, 400)
    made.show()
    return made


def settle(table: TaskTable) -> None:
    """Let rows take their places now rather than some tenths of a second later."""
    table.model.settle()


def names(table: TaskTable) -> list[str]:
    """The first column, top down."""
    return [table.model.task(row).name for row in range(table.model.rowCount())]


def cell(table: TaskTable, row: int, code: str, role: int = Qt.ItemDataRole.DisplayRole) -> object:
    """What a cell says."""
    return table.model.index(row, INDEX[code]).data(role)


def three(table: TaskTable) -> None:
    """Fill it with three tasks: 2 is the dearest, 0 the cheapest."""
    table.apply(ChangeBatch(added=tuple(snapshot(n, title="abc"[n], spent=n * PICO) for n in range(3))))


def test_the_dearest_come_first(table: TaskTable) -> None:
    """As the header's arrow says."""
    three(table)
    assert names(table) == ["c", "b", "a"]


def test_a_selected_task_stays_selected_when_it_moves(table: TaskTable, qtbot: QtBot) -> None:
    """The selection is of tasks, not of rows, and moving is no change of it."""
    three(table)
    table.select(task_id(0))
    with qtbot.assertNotEmitted(table.selection_changed):
        table.apply(ChangeBatch(changed=(snapshot(0, title="a", spent=9 * PICO),)))
        settle(table)
    assert names(table) == ["a", "c", "b"]
    assert table.selected_ids() == (task_id(0),)
    assert table.grid.currentIndex().row() == 0


def test_selected_tasks_are_told_in_the_order_shown(table: TaskTable) -> None:
    """Also after they moved, and after some left."""
    three(table)
    table.grid.selectAll()
    assert table.selected_ids() == (task_id(2), task_id(1), task_id(0))
    table.apply(ChangeBatch(changed=(snapshot(0, title="a", spent=9 * PICO),)))
    settle(table)
    assert table.selected_ids() == (task_id(0), task_id(2), task_id(1))
    table.apply(ChangeBatch(removed=(task_id(2),)))
    settle(table)
    assert table.selected_ids() == (task_id(0), task_id(1))


def test_selection_survives_whatever_happens_to_other_rows(table: TaskTable) -> None:
    """Rows come, go and move in their hundreds; three chosen ones stay chosen."""
    rng = random.Random(4)
    chosen = {task_id(n) for n in (5, 50, 95)}
    table.apply(ChangeBatch(added=tuple(random_snapshot(n, rng) for n in range(100))))
    for task in chosen:
        row = table.model.ids().index(task)
        table.grid.selectionModel().select(
            table.model.index(row, 0),
            table.grid.selectionModel().SelectionFlag.Select | table.grid.selectionModel().SelectionFlag.Rows,
        )
    for turn in range(20):
        others = [n for n in range(100) if task_id(n) not in chosen and task_id(n) in table.model.ids()]
        table.apply(
            ChangeBatch(
                added=tuple(random_snapshot(1000 + turn * 10 + n, rng) for n in range(5)),
                changed=tuple(random_snapshot(n, rng) for n in (*rng.sample(others, 20), 5, 50, 95)),
                removed=tuple(task_id(n) for n in rng.sample(others, 3)),
            )
        )
        settle(table)
        assert set(table.selected_ids()) == chosen


def test_a_task_that_leaves_is_selected_no_more(table: TaskTable, qtbot: QtBot) -> None:
    """Nothing acts on what nobody sees."""
    three(table)
    table.select(task_id(1))
    with qtbot.waitSignal(table.selection_changed):
        table.set_scope(TaskScope(ScopeKind.STATE, State.RUNNING))
    assert table.selected_ids() == ()


def test_only_rows_in_sight_are_announced(table: TaskTable, qtbot: QtBot) -> None:
    """A change below the fold costs no painting."""
    table.apply(ChangeBatch(added=tuple(snapshot(n, spent=1000 - n) for n in range(500))))
    with qtbot.assertNotEmitted(table.model.dataChanged):
        table.apply(ChangeBatch(changed=(snapshot(400, spent=600, tokens_per_s=4.0),)))
    announced: list[tuple[int, int]] = []

    def note(first: QModelIndex, last: QModelIndex) -> None:
        announced.append((first.row(), last.row()))

    table.model.dataChanged.connect(note)
    table.apply(ChangeBatch(changed=(snapshot(2, spent=998, tokens_per_s=4.0), snapshot(4, spent=996))))
    assert announced == [(2, 4)]


def test_rows_settle_a_few_times_a_second(table: TaskTable, qtbot: QtBot) -> None:
    """A figure changes at once, its place a moment later, by itself."""
    three(table)
    table.apply(ChangeBatch(changed=(snapshot(0, title="a", spent=9 * PICO),)))
    assert names(table) == ["c", "b", "a"]
    assert cell(table, 2, "cost") == "$9.0000"
    qtbot.waitUntil(lambda: names(table) == ["a", "c", "b"])


def test_selecting_lets_rows_that_wait_take_their_places(table: TaskTable) -> None:
    """So a row that was read before may be another task's: whoever selects reads places anew, or goes by id."""
    three(table)
    settle(table)
    table.model.apply(ChangeBatch(changed=(snapshot(0, title="a", spent=9 * PICO),)))
    before = tuple(table.model.ids())
    assert before[-1] == snapshot(0).id
    assert table.select(before[-1])
    assert table.selected_ids() == (before[-1],)
    assert (table.model.ids()[0], table.model.task(0).standing.spent) == (before[-1], 9 * PICO)


def test_a_click_on_a_heading_orders_and_another_turns_it_round(table: TaskTable) -> None:
    """Names from A first, figures from the largest first."""
    three(table)
    header = table.grid.horizontalHeader()

    def click(code: str) -> None:
        middle = header.sectionViewportPosition(INDEX[code]) + header.sectionSize(INDEX[code]) // 2
        QTest.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, PLAIN, QPoint(middle, 10))

    click("task")
    assert names(table) == ["a", "b", "c"]
    click("task")
    assert names(table) == ["c", "b", "a"]
    click("cost")
    assert names(table) == ["c", "b", "a"]
    click("cost")
    assert names(table) == ["a", "b", "c"]


def test_every_column_can_be_ordered_by_keyboard(table: TaskTable) -> None:
    """The menu of the menu key has them, and the given actions."""
    three(table)
    given = QAction("Pause", table)
    table.set_actions([given])
    menu = table.menu()
    assert menu.actions()[0] is given
    order = menu.actions()[-1].menu()
    assert isinstance(order, QMenu)
    for action in order.actions():
        action.trigger()
    assert len(order.actions()) == len(COLUMNS)


def test_keys(table: TaskTable) -> None:
    """Arrows move, Enter opens, Ctrl+A takes all, Ctrl+C copies, Tab leaves."""
    three(table)
    table.grid.setFocus()
    QTest.keyClick(table.grid, Qt.Key.Key_Home)
    QTest.keyClick(table.grid, Qt.Key.Key_Down)
    assert table.selected_ids() == (task_id(1),)
    opened: list[str] = []
    table.activated.connect(opened.append)
    QTest.keyClick(table.grid, Qt.Key.Key_Return)
    assert opened == [task_id(1)]
    QTest.keyClick(table.grid, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QApplication.clipboard().text().split("\t")[0] == "b"
    QTest.keyClick(table.grid, Qt.Key.Key_End)
    assert table.selected_ids() == (task_id(0),)
    QTest.keyClick(table.grid, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert len(table.selected_ids()) == 3


def test_it_says_why_it_is_empty(table: TaskTable) -> None:
    """No task, and no task that matches, are two things."""
    words = load_words()
    table.apply(ChangeBatch())
    assert table.grid.empty_text == words("table.empty")
    three(table)
    assert table.set_filter("nothing like it cost:>") == ("cost:>",)
    assert table.grid.empty_text == words("table.no_match")
    assert table.model.rowCount() == 0
    table.set_filter("")
    assert table.model.rowCount() == 3


def test_readers_of_the_screen_hear_column_and_value(table: TaskTable) -> None:
    """Each painted cell has its words; status is never colour alone."""
    task = snapshot(0, title="a", state=State.PAUSED, reason=PauseReason.BUDGET, steps_done=9, steps=30, budget=PICO)
    table.apply(ChangeBatch(added=(task,)))
    role = Qt.ItemDataRole.AccessibleTextRole
    assert cell(table, 0, "status", role) == "Status: Paused · budget"
    assert cell(table, 0, "progress", role) == "Progress: 30%"
    assert cell(table, 0, "step") == "9 / 30"
    assert cell(table, 0, "budget") == "0%"
    assert all(cell(table, 0, column.code, role) for column in COLUMNS)


def test_hostile_names_are_plain_everywhere(table: TaskTable) -> None:
    """A name that looks like markup is shown as it is, and a tooltip loads nothing."""
    hostile = "<img src='file:///etc/passwd'><b>x</b>"
    table.apply(ChangeBatch(added=(snapshot(0, title=hostile, state=State.FAILED, reason="cut", detail=hostile),)))
    assert cell(table, 0, "task") == hostile
    tip = cell(table, 0, "status", Qt.ItemDataRole.ToolTipRole)
    assert "<img" not in str(tip)
    assert "&lt;img" in str(tip)
    table.grab()


def test_a_retry_counts_down_between_changes(table: TaskTable) -> None:
    """Against the time of the newest batch."""
    task = snapshot(0, state=State.RUNNING, phase=Phase.RETRYING, phase_until=14.0)
    table.apply(ChangeBatch(added=(task,), at=10.0))
    assert cell(table, 0, "status") == "Running · retry in 4 s"
    table.apply(ChangeBatch(at=12.5))
    assert cell(table, 0, "status") == "Running · retry in 2 s"


def test_columns_fill_the_room_and_remember(table: TaskTable, qtbot: QtBot) -> None:
    """What a person set comes back, and nothing is cut off at the right."""
    header = table.grid.horizontalHeader()
    assert header.length() == table.grid.viewport().width()
    table.grid.setColumnWidth(INDEX["step"], 120)
    table.sort_by(INDEX["eta"], falling=False)
    state = table.save_state()
    other = TaskTable(load_words(), load_tokens("light"))
    qtbot.addWidget(other)
    other.restore_state("{}")
    other.restore_state("nonsense")
    other.restore_state(state)
    assert other.grid.columnWidth(INDEX["step"]) == 120
    assert other.save_state() == state


def test_numbers_do_not_jitter(qapp: QApplication) -> None:
    """In the interface's font, amounts of one length are of one width; without tabular figures they are not."""
    del qapp
    font = interface_font()

    def widths(shown: QFont) -> set[float]:
        return {QFontMetricsF(shown).horizontalAdvance(f"${digit}.{digit * 4}") for digit in "0123456789"}

    assert len(widths(Inks(load_tokens("dark"), font).number)) == 1
    assert len(widths(font)) > 1


def test_a_theme_changes_live(table: TaskTable) -> None:
    """All that is painted takes on the new colours."""
    three(table)
    dark = table.grab().toImage()
    table.set_tokens(load_tokens("light"))
    assert table.grab().toImage() != dark


def test_odd_figures_are_painted(table: TaskTable) -> None:
    """More steps done than there are, more spent than the budget, a name of megabytes and of many lines."""
    odd = snapshot(
        0, title="x\n" * 500_000, steps=2, steps_done=9, spent=3 * PICO, budget=PICO, eta_s=1e9, active_s=1e9
    )
    empty = snapshot(1, steps=1, budget=0, model="m" * 100_000)
    table.apply(ChangeBatch(added=(odd, empty)))
    assert cell(table, 0, "progress") == "100%"
    assert cell(table, 0, "budget") == "300%"
    assert cell(table, 1, "budget") == "100%"
    assert len(str(cell(table, 0, "task"))) <= 200
    table.grab()
