"""Saved data in the window: sizes, retention, a backup while tasks run, a deletion taken back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtWidgets import QLineEdit

from engine.domain.damage import STORE, Damage, Part
from engine.domain.ids import TaskId
from engine.domain.progress import Totals
from engine.domain.states import State
from engine.face import Retention
from engine.store.store import FILE, open_store
from tests.gui.cockpit import click, cockpit
from ui.dialogs.ask import Ask
from ui.dialogs.data import copies, told
from ui.text import load_words
from ui.trouble import DamageBar


async def test_a_backup_made_while_tasks_run_is_a_whole_store(tmp_path: Path) -> None:
    """It opens like any other, with all that was saved when it was asked for."""
    async with cockpit(tmp_path, speed=3.0) as c:
        task = await c.make(max_steps=50)
        await c.until(lambda: c.engine.snapshot(task).standing.steps_done >= 1)
        (tmp_path / "copy").mkdir()
        dialog = c.window.openings.data()
        await c.until(lambda: dialog.sizes["total"].text() != "…")
        await dialog.back_up(tmp_path / "copy" / FILE)
        assert "copy" in dialog.outcome.text()
        done = c.engine.snapshot(task).standing.steps_done
        dialog.reject()
    store = await open_store(tmp_path / "copy")
    assert 1 <= len(await store.replies(task)) <= done
    await store.close()


async def test_a_backup_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """And the button can be pressed again."""
    async with cockpit(tmp_path) as c:
        (tmp_path / "file").write_text("in the way")
        dialog = c.window.openings.data()
        await dialog.back_up(tmp_path / "file" / "backup.db")
        said = dialog.outcome.text()
        assert said and "Backed up" not in said and "Writing" not in said and dialog.backup_button.isEnabled()
        dialog.reject()


async def test_what_may_be_dropped_is_kept_as_a_setting(tmp_path: Path) -> None:
    """Off by default; bad numbers are told at their field."""
    async with cockpit(tmp_path) as c:
        assert c.services.preferences().retention == Retention()
        dialog = c.window.openings.data()
        field = dialog.limits["raw_days"].field
        assert isinstance(field, QLineEdit)
        field.setText("0")
        click(dialog.save_button)
        assert dialog.limits["raw_days"].problem
        field.setText("30")
        click(dialog.save_button)
    async with cockpit(tmp_path) as c:
        assert c.services.preferences().retention == Retention(raw_days=30)


async def test_a_deletion_is_taken_back_by_one_click(tmp_path: Path) -> None:
    """Within the seconds in which the bar stands there."""
    async with cockpit(tmp_path) as c:
        task = await c.make(max_steps=1)
        await c.until(lambda: c.state(task) is State.COMPLETED)
        c.window.bridge.drain()
        c.window.table.select(task)
        c.window.actions_.delete.trigger()
        click(next(each for each in c.window.findChildren(Ask) if each.isVisible()).yes)
        await c.until(c.window.bars.undo.isVisible)
        assert not c.engine.snapshots()
        click(c.window.bars.undo.button)
        await c.until(lambda: [each.id for each in c.engine.snapshots()] == [task])
        assert not c.window.bars.undo.isVisible()


async def test_damage_is_said_until_it_was_looked_at(tmp_path: Path) -> None:
    """With what holds, what is lost and where the copy is."""
    del tmp_path
    damage = Damage(
        task=TaskId("t"),
        title="<b>Sheep</b>",
        place="record 7",
        kept_steps=3,
        lost_records=2,
        quarantine=Path("q"),
        repaired=True,
    )
    end = Damage(task=STORE, title="", part=Part.END, place="the end of the journal", lost_records=12, repaired=True)
    found = [damage]
    bar = DamageBar(load_words(), lambda: found)
    bar.show_totals(Totals(damaged=1))
    assert not bar.isHidden() and "damaged: “<b>Sheep</b>”." in bar.text
    bar.button.click()
    bar.show_totals(Totals(damaged=1))
    assert bar.isHidden()
    found += [end, *(replace(damage, title=f"Goat {number}\nof many" + "!" * 90) for number in range(3))]
    bar.show_totals(Totals(damaged=5))
    assert not bar.isHidden() and "“<b>Sheep</b>”, the end of it (12 records), “Goat 0 of many!" in bar.text
    assert "and 2 more" in bar.text and "!" * 40 not in bar.text
    cut_back = "its records do not all hold · 3 steps hold · 2 records are lost"
    assert told(damage, load_words()).splitlines() == ["<b>Sheep</b>", cut_back]
    assert list(copies(found, load_words())) == ["The files as they were: q"]
    assert told(end, load_words()).splitlines()[1] == "the end of the saved data is missing · 12 records are lost"


def test_damage_found_while_the_window_is_open_promises_no_copy_that_is_not_there() -> None:
    """What was repaired and what the next start repairs are told apart, each with what is so now."""
    words = load_words()
    since = Damage(task=TaskId("t"), title="Sheep", place="record 7", kept_steps=1, lost_records=2)
    bar = DamageBar(words, lambda: [since])
    bar.show_totals(Totals(damaged=1))
    assert bar.text.startswith("The saved data of “Sheep” is damaged.") and "Start Drover again" in bar.text
    assert "are kept in a copy" not in bar.text
    (line,) = told(since, words).splitlines()[1:]
    assert line.startswith(
        "its records do not all hold · one step holds · 2 records do not · stopped; the next start of Drover"
    )
    bar = DamageBar(words, lambda: [since, replace(since, title="Goat", repaired=True)])
    bar.show_totals(Totals(damaged=2))
    assert "damaged: “Goat”." in bar.text and "data of “Sheep” is damaged" in bar.text
