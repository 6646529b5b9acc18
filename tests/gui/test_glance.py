"""What is seen at a glance is so: in a small window, after reopening, while closing; and figures stay in place."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QFrame, QMenu
from pytestqt.qtbot import QtBot

from app import desktop
from engine.domain.states import State
from engine.face import PICO, ChangeBatch, ProviderHealth, TaskId, Totals
from tests.gui.cockpit import Cockpit, click, cockpit
from tests.loops import application
from tests.snapshots import snapshot
from ui.bars import Banner, StatusBar
from ui.charts.throughput import share
from ui.dialogs.leaving import Leaving
from ui.inspector.attempts import columns
from ui.tasks.columns import COLUMNS, INDEX
from ui.tasks.format import money
from ui.tasks.view import TaskTable
from ui.tasks.widths import that_fit
from ui.text import load_words
from ui.theme import Look, load_tokens
from ui.tile import Tile
from ui.tiles import Tiles

WORDS, TOKENS = load_words(), load_tokens("dark")


@pytest.fixture
def tiles(qtbot: QtBot) -> Tiles:
    """The tiles as wide as in the smallest window."""
    Look(application()).apply("dark")
    made = Tiles(WORDS, TOKENS)
    qtbot.addWidget(made)
    made.resize(820, 84)
    made.show()
    return made


def said(tiles: Tiles, title: str) -> str:
    """Return what a tile says."""
    tile = next(each for each in tiles.findChildren(Tile) if each.accessibleName() == title)
    return tile.accessibleDescription()


def show(tiles: Tiles, totals: Totals) -> None:
    """Show totals."""
    tiles.apply(ChangeBatch(totals=totals, at=1.0))


def test_tiles_keep_their_width_whatever_they_say(tiles: Tiles, qtbot: QtBot) -> None:
    """A long figure moves none of them; a line divides each from the next."""
    show(tiles, Totals(count=1))
    qtbot.wait(1)
    tile_frames: Sequence[QFrame] = tiles.findChildren(QFrame, "tile")
    before = [each.geometry() for each in tile_frames]
    show(tiles, Totals(count=123_456, streams=9999, output_per_s=123_456, first_token_p50_s=10.0, last_saved_at_ms=1))
    qtbot.wait(1)
    assert [each.geometry() for each in tile_frames] == before
    picture = tiles.grab().toImage()
    edges = [picture.pixelColor(each.right(), 40).name() for each in before[:-1]]
    assert set(edges) == {TOKENS.colour("line")}


def test_what_nobody_has_decided_on_needs_you_with_its_amount(tiles: Tiles) -> None:
    """First, because it is money; the other reasons beside it."""
    waits = {"budget": 2, "unknown": 3}
    show(tiles, Totals(count=9, needs_you=waits, unknown=3, unknown_amount=123 * PICO // 10_000))
    assert said(tiles, "Needs you").startswith("5") and "3 unknown: $0.0123 · 2 budget" in said(tiles, "Needs you")


def test_a_moment_of_saving_is_no_alarm(tiles: Tiles) -> None:
    """Each batch waits a moment; only what waits long is told."""
    now = round(time.time() * 1000)
    show(tiles, Totals(count=1, unsaved=7, last_saved_at_ms=now))
    assert said(tiles, "Safely saved").startswith("every step")
    show(tiles, Totals(count=1, unsaved=7, last_saved_at_ms=now - 10_000))
    assert said(tiles, "Safely saved").startswith("7 being saved")
    assert "last 10 s ago" in said(tiles, "Safely saved")


def test_after_reopening_the_tiles_say_what_is_so(tiles: Tiles) -> None:
    """Saved tasks are saved; what waits for a yes is ready in no time at all."""
    pending = {State.PENDING: 3, State.PAUSED: 2}
    show(tiles, Totals(count=5, by_state=pending, interrupted=5, eta_s=55.0))
    assert "nothing to save" not in said(tiles, "Safely saved")
    assert "Nothing runs" in said(tiles, "Done")
    show(tiles, Totals(count=5, by_state=pending | {State.RUNNING: 1}, interrupted=5, eta_s=55.0, streams=1))
    assert "55s" in said(tiles, "Done")
    assert "one stream" in said(tiles, "Throughput")


def test_the_status_bar_stays_in_its_place(qtbot: QtBot) -> None:
    """A longer latency moves the figures once, a shorter one never back; no provider is not said of one in use."""
    bar = StatusBar(WORDS, TOKENS)
    qtbot.addWidget(bar)
    bar.resize(1000, 26)
    bar.show()
    places: list[int] = []
    for latency in (0.153, 0.098, 0.012):
        health = ProviderHealth(name="sim", latency_s=latency)
        bar.show_totals(Totals(count=1, attempts=1, providers=(health,)))
        qtbot.wait(1)
        places.append(bar.figures[0].x())
    assert len(set(places)) == 1
    assert bar.data.palette().color(bar.data.foregroundRole()).name() == TOKENS.colour("dim")
    bar.show_totals(Totals(count=140))
    assert bar.provider.text() == "Nothing asked yet since the start"
    bar.show_totals(Totals())
    assert bar.provider.text() == "No provider yet"


def test_the_banner_says_what_a_yes_costs(qtbot: QtBot) -> None:
    """How many requests may have been billed, what counts for them, and that they are asked again."""
    banner = Banner(WORDS)
    qtbot.addWidget(banner)
    banner.show_interrupted(111, 40, 18 * PICO // 10)
    assert "111 tasks" in banner.text
    assert "40 requests" in banner.text and "$1.8000" in banner.text and "both count" in banner.text
    banner.show_interrupted(1, 1, PICO)
    assert "One request" in banner.text
    banner.show_interrupted(2)
    assert "billed" not in banner.text


async def test_closing_asks_nothing_about_what_it_interrupts(tmp_path: Path) -> None:
    """No banner comes up beside the dialog, which counts what is still in flight."""
    async with cockpit(tmp_path, speed=0.3) as c:
        tasks = [await c.make(max_output=1000) for _ in range(3)]
        await c.until(lambda: c.engine.totals().streams == len(tasks))
        ending = asyncio.ensure_future(desktop.drained(c.window, c.engine, 30.0))
        await c.until(lambda: bool(c.window.findChildren(Leaving)))
        (leaving,) = c.window.findChildren(Leaving)
        assert leaving.figures["steps"].text() == "3" and leaving.figures["latest"].text() in {"29s", "30s"}
        await c.until(lambda: leaving.figures["slowest"].text().endswith("s"))
        assert money(c.engine.totals().held) in leaving.cost.text()
        c.engine.cancel(tasks[:1])
        await c.until(lambda: leaving.figures["steps"].text() == "2")
        click(leaving.cut)
        await ending
        c.window.bridge.drain()
        assert c.engine.totals().interrupted
        assert not c.window.bars.banner.isVisible()


async def test_the_dearest_task_is_shown_after_reopening(tmp_path: Path) -> None:
    """The table is at its top, not at the task that was made first."""
    async with cockpit(tmp_path, speed=20.0) as c:
        await c.make(max_steps=1)
        dear = await c.make(max_steps=6)
        await c.until(lambda: c.state(dear) is State.COMPLETED)
    async with cockpit(tmp_path) as c:
        await c.until(lambda: c.window.table.selected_ids() == (dear,))


async def _two(c: Cockpit) -> tuple[TaskId, TaskId]:
    return await c.make(title="alpha", max_steps=1), await c.make(title="beta", max_steps=1)


async def test_a_filter_gives_the_selection_back(tmp_path: Path) -> None:
    """A task that a filter hid is selected again when the filter goes, unless another one was chosen."""
    async with cockpit(tmp_path, speed=20.0) as c:
        alpha, beta = await _two(c)
        table = c.window.table
        await c.until(lambda: {alpha, beta} == set(table.model.ids()))
        table.select(alpha)
        table.set_filter("beta")
        assert table.selected_ids() == ()
        table.set_filter("")
        assert table.selected_ids() == (alpha,)
        table.set_filter("beta")
        table.select(beta)
        table.set_filter("")
        assert table.selected_ids() == (beta,)


def test_the_heading_s_menu_is_about_columns(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    """Acts on tasks are for rows."""
    table = TaskTable(WORDS, TOKENS)
    qtbot.addWidget(table)
    table.resize(1000, 300)
    table.show()
    shown: list[int] = []

    def popup(menu: QMenu, _at: QPoint) -> None:
        shown.append(len(menu.actions()))

    monkeypatch.setattr(QMenu, "popup", popup)
    table.set_actions([table.menu().actions()[-1]])
    for at in (QPoint(50, 10), QPoint(50, 200)):
        table.contextMenuEvent(QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, table.mapToGlobal(at)))
    assert shown == [1, 3]


def test_a_small_window_has_no_column_out_of_sight(qtbot: QtBot) -> None:
    """Cost, budget and the time left are seen at 1024 pixels, without a bar to scroll sideways."""
    table = TaskTable(WORDS, TOKENS)
    qtbot.addWidget(table)
    table.resize(820, 300)
    table.apply(ChangeBatch(added=tuple(snapshot(number) for number in range(40))))
    table.show()
    grid = table.grid
    assert grid.horizontalScrollBar().maximum() == 0

    def hidden() -> set[str]:
        return {column.code for number, column in enumerate(COLUMNS) if grid.isColumnHidden(number)}

    assert hidden() == {"model", "active", "queue"}
    table.resize(1300, 300)
    assert hidden() == {"queue"}  # nothing waits, so no place says anything
    table.sort_by(INDEX["queue"], falling=False)
    assert hidden() == set()


@pytest.mark.parametrize(("room", "least"), [(735, 10), (510, 6)])
def test_steps_show_duration_and_cost(room: int, least: int) -> None:
    """At 1440 and at 1024 pixels, whatever else has no room."""
    shown = columns(WORDS)
    fit = that_fit([c.least or c.width for c in shown], [c.drops for c in shown], room)
    titles = {shown[number].title for number in fit}
    assert {"Step", "Status", "Duration", "Cost"} <= titles
    assert len(titles) >= least


def test_a_task_at_rest_has_neither_speed_nor_time_left() -> None:
    """What it had when it was paused is over."""
    for state, expected in ((State.PAUSED, ("—", "—")), (State.RUNNING, ("74", "30s"))):
        task = snapshot(1, state=state, reason="storage", tokens_per_s=74.0, eta_s=30.0)
        texts = tuple(COLUMNS[INDEX[code]].text(task, WORDS, 0.0) for code in ("speed", "eta"))
        assert texts == expected


def test_input_never_presses_output_to_the_axis() -> None:
    """It is shown as a part of itself once it is several times the output."""
    assert (share(1000, 900), share(1000, 9000), share(1000, 90_000), share(0, 0)) == (1, 10, 100, 1)
