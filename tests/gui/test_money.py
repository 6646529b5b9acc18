"""Money as a person meets it: limits in Settings, the offer to go on, a model that billed too much."""

from __future__ import annotations

import csv
from pathlib import Path

import msgspec
import pytest
from PySide6.QtWidgets import QFileDialog, QLabel, QLineEdit
from pytestqt.qtbot import QtBot

from app.paths import Paths
from engine.cost.port import Level, Scope
from engine.domain.errors import ErrorCode
from engine.domain.fence import Fence
from engine.domain.ids import AttemptId
from engine.domain.states import PauseReason, State
from engine.face import PICO, Totals, parse
from engine.store.store import open_store
from tests.gui.cockpit import Cockpit, click, cockpit
from ui.cost.limits import LimitMeters
from ui.cost.offers import FenceBanner, MoneyBanners, RoomBanner
from ui.dialogs.ask import Tell
from ui.dialogs.settings import Settings
from ui.text import load_words
from ui.theme import load_tokens

WORDS = load_words()
TIGHT = PICO // 1000


def scope(c: Cockpit, level: Level) -> Scope:
    """Return the account of a level in which the tests' tasks count."""
    day = c.engine.totals().day
    return Scope(level, {Level.BATCH: "b", Level.DAY: day, Level.MONTH: day[:7]}.get(level, ""))


def said(dialog: Tell) -> str:
    """Return what a dialog tells."""
    return " ".join(label.text() for label in dialog.findChildren(QLabel))


@pytest.mark.parametrize(
    ("level", "told"),
    [
        (Level.TASK, "its own budget"),
        (Level.BATCH, "the batch's budget"),
        (Level.DAY, "the day's limit"),
        (Level.MONTH, "the month's limit"),
        (Level.EVERYTHING, "the limit on everything"),
    ],
)
async def test_raising_a_limit_offers_in_a_banner_and_resumes_on_yes(tmp_path: Path, level: Level, told: str) -> None:
    """Whatever the level: nothing before it is raised, a sentence then, and the task goes on by the button alone."""
    async with cockpit(tmp_path, speed=100.0) as c:
        if level is not Level.TASK:
            c.engine.set_budget(scope(c, level), TIGHT)
        task = await c.make(model="sim-quality", batch="b", budget=TIGHT if level is Level.TASK else None)
        await c.until(lambda: c.state(task) is State.PAUSED)
        snapshot = c.engine.snapshot(task)
        assert (snapshot.standing.reason, snapshot.standing.detail) == (PauseReason.BUDGET, level)
        c.window.bridge.drain()
        banner = c.window.bars.money.room
        assert not banner.isVisible()
        assert "may cost up to $0." in c.window.inspector.result.notice.text()
        if level is Level.TASK:
            await c.engine.edit(task, msgspec.structs.replace(snapshot.spec, budget=PICO))
        else:
            c.engine.set_budget(scope(c, level), PICO)
        await c.until(banner.isVisible)
        assert banner.text == f"One task stopped at {told}. There is room for it now."
        assert c.state(task) is State.PAUSED
        click(banner.yes)
        await c.until(lambda: c.state(task) is State.COMPLETED)
        await c.until(lambda: not banner.isVisible())


async def test_the_limits_are_set_in_settings(tmp_path: Path) -> None:
    """Day, month and everything: kept as typed, holding at once, told at the field where they are no amount."""
    async with cockpit(tmp_path) as c:
        c.window.openings.settings()
        dialog = next(each for each in c.window.findChildren(Settings) if each.isVisible())
        fields = (dialog.general.day, dialog.general.month, dialog.general.total)
        for field, text in zip(fields, ("2.50", "much", "100"), strict=True):
            assert isinstance(field.field, QLineEdit)
            field.field.setText(text)
        click(dialog.save_button)
        await c.until(lambda: "no amount" in dialog.general.month.problem)
        dialog.general.month.field.setText("40")
        await c.until(dialog.save_button.isEnabled)
        click(dialog.save_button)
        await c.until(lambda: c.services.preferences().month_limit == "40")
        kept = c.services.preferences()
        assert (kept.day_limit, kept.month_limit, kept.total_limit) == ("2.50", "40", "100")
        totals = c.engine.totals()
        assert (totals.day_limit, totals.month_limit, totals.total_limit) == (5 * PICO // 2, 40 * PICO, 100 * PICO)


async def test_a_model_that_billed_too_much_is_asked_about(tmp_path: Path) -> None:
    """The banner names it; using it again resumes nothing by itself, but offers to."""
    store = await open_store(Paths.under(tmp_path).data)
    await store.set_fence(Fence(provider="simulator", model="sim-fast", attempt=AttemptId("a"), at_ms=1), up=True)
    await store.close()
    async with cockpit(tmp_path, speed=100.0) as c:
        task = await c.make(max_steps=1)
        await c.until(lambda: c.state(task) is State.PAUSED)
        c.window.bridge.drain()
        assert c.engine.snapshot(task).standing.detail == ErrorCode.FENCED
        assert c.engine.totals().needs_you == {"provider": 1}
        banner = c.window.bars.money.fence
        assert banner.isVisible()
        assert banner.text.startswith("simulator billed more for sim-fast")
        click(banner.yes)
        await c.until(lambda: not banner.isVisible())
        room = c.window.bars.money.room
        await c.until(room.isVisible)
        assert room.text == "One task stopped at a model that billed too much. There is room for it now."
        assert c.state(task) is State.PAUSED
        click(room.yes)
        await c.until(lambda: c.state(task) is State.COMPLETED)


def test_an_offer_that_was_declined_comes_back_with_more(qtbot: QtBot) -> None:
    """Not again for the same tasks, but when there are others, or when the same ones stopped anew."""
    banner = RoomBanner(WORDS)
    qtbot.addWidget(banner)
    banner.show_offered({"day": 3})
    assert banner.text == "3 tasks stopped at the day's limit. There is room for them now."
    click(banner.no)
    banner.show_offered({"day": 3})
    assert banner.isHidden()
    banner.show_offered({"day": 3, "task": 1})
    assert banner.text == "4 tasks stopped at a limit. There is room for them now."
    click(banner.no)
    banner.show_offered({})
    banner.show_offered({"day": 3})
    assert not banner.isHidden()


def test_fences_are_asked_about_one_by_one(qtbot: QtBot) -> None:
    """One that is left standing is not asked about again in this run; hostile names are plain text."""
    banner = FenceBanner(WORDS)
    qtbot.addWidget(banner)
    lifted: list[tuple[str, str]] = []

    def lift(provider: str, model: str) -> None:
        lifted.append((provider, model))

    banner.lift.connect(lift)
    one, two = (
        Fence(provider="p", model=model, attempt=AttemptId("a"), at_ms=at) for at, model in enumerate(("<b>x</b>", "y"))
    )
    banner.show_fences((one, two))
    assert "<b>x</b>" in banner.text
    click(banner.no)
    banner.show_fences((one, two))
    click(banner.yes)
    assert lifted == [("p", "y")]
    banner.show_fences((one,))
    assert banner.isHidden()


def test_banners_ask_nothing_where_nothing_is(qtbot: QtBot) -> None:
    """And take no room."""
    banners = MoneyBanners(WORDS)
    qtbot.addWidget(banners)
    banners.show_totals(Totals())
    assert banners.sizeHint().height() == 0


def test_meters_of_the_month_and_of_everything(qtbot: QtBot) -> None:
    """Only where a limit is set; exact for who points at one; per cent go where there is no room."""
    meters = LimitMeters(WORDS, load_tokens("dark"))
    qtbot.addWidget(meters)
    meters.resize(300, 16)
    meters.show()
    meters.show_totals(Totals(spent_month=PICO, spent_total=PICO))
    assert meters.month.isHidden() and meters.everything.isHidden()
    meters.show_totals(
        Totals(spent_month=3 * PICO, held_month=PICO // 50, month_limit=50 * PICO, spent_total=99, total_limit=100)
    )
    assert meters.month.accessibleName() == "month: $3.0000 of $50.00, at risk now $0.0200, $46.9800 free"
    assert (meters.month.part.text(), meters.everything.part.text()) == ("6%", "99%")
    assert meters.month.part.isVisible()
    meters.resize(120, 16)
    assert not meters.month.part.isVisible() and meters.month.isVisible()
    meters.set_tokens(load_tokens("light"))


async def test_the_ledger_is_exported_from_the_menu(tmp_path: Path) -> None:
    """To the file that was chosen, whole, and said so; where it cannot be written, that is said."""
    async with cockpit(tmp_path, speed=100.0) as c:
        task = await c.make(max_steps=2, title="=1+1")
        await c.until(lambda: c.state(task) is State.COMPLETED)
        (action,) = [each for each in c.window.toolbar.menu.actions() if each.text() == "Export the ledger…"]
        action.trigger()
        dialog = next(each for each in c.window.findChildren(QFileDialog) if each.isVisible())
        dialog.fileSelected.emit(str(tmp_path / "ledger.csv"))
        await c.until(lambda: any("2 entries" in said(each) for each in c.window.findChildren(Tell)))
        dialog.reject()
        with (tmp_path / "ledger.csv").open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        spent = c.engine.balance(Scope(Level.EVERYTHING, "")).spent
        assert sum(parse(row["cost_usd"]) for row in rows) == spent > 0
        assert rows[0]["title"] == "'=1+1"
        dialog.fileSelected.emit(str(tmp_path))
        await c.until(lambda: "cannot be written" in c.window.bars.notice.text)
