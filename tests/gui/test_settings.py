"""The settings dialog: nothing that cannot work is saved, nothing typed is lost, and each field says what is wrong."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit

from app import settings as settings_file
from app.paths import Paths
from app.secrets import Kept
from engine.cost.port import Level, Scope
from engine.simulator.config import SimulatorConfig
from engine.simulator.server import Simulator
from tests.gui.cockpit import Cockpit, click, cockpit
from tests.workbench import spec
from ui.dialogs.settings import Settings
from ui.services import ProviderView


def provider(c: Cockpit, name: str) -> ProviderView:
    """Return a provider as the window knows it."""
    return next(view for view in c.services.preferences().providers if view.name == name)


def crash_reports(folder: Path) -> list[Path]:
    """Return what a failure behind the window leaves."""
    return list(folder.rglob("crash*"))


def add(dialog: Settings, name: str, address: str) -> None:
    """Add a server as a person does."""
    dialog.tabs.setCurrentWidget(dialog.providers)
    dialog.providers.add_button.click()
    dialog.providers.name.field.setText(name)
    dialog.providers.address.field.setText(address)


async def saved(c: Cockpit, dialog: Settings) -> None:
    """Press Save and wait until the dialog is done."""
    done: list[int] = []
    dialog.finished.connect(done.append)
    click(dialog.save_button)
    await c.until(lambda: bool(done))


async def test_a_saved_key_is_told_of(tmp_path: Path) -> None:
    """Where it is kept is said after the dialog is closed, and nothing fails behind it."""
    async with cockpit(tmp_path) as c:
        dialog = c.window.openings.settings()
        dialog.providers.choose("openai")
        dialog.providers.key.field.setText("sk-canary-42")
        await saved(c, dialog)
        assert c.program.secrets.where("openai") in (Kept.MEMORY, Kept.KEYRING)
        assert "OpenAI" in c.window.bars.notice.text
        assert c.window.bars.notice.isVisible()
        assert provider(c, "openai").set_up
    assert crash_reports(tmp_path) == []


async def test_a_key_that_is_none_is_told_at_its_field(tmp_path: Path) -> None:
    """The dialog stays, the provider is in sight, and what was typed is still there."""
    async with cockpit(tmp_path) as c:
        dialog = c.window.openings.settings()
        dialog.providers.choose("openai")
        dialog.providers.key.field.setText("sk-tést")
        dialog.providers.choose("ollama")
        click(dialog.save_button)
        await c.until(lambda: bool(dialog.providers.key.problem))
        assert dialog.isVisible()
        assert (dialog.providers.name.field.text(), dialog.providers.key.field.text()) == ("openai", "sk-tést")
        assert c.program.secrets.where("openai") is Kept.NOWHERE
        assert not provider(c, "openai").set_up
        dialog.reject()


@pytest.mark.parametrize(
    "address", ["", "ftp://x", "javascript:1", "http://127.0.0.1:99999/v1", "http://example.com/v1"]
)
async def test_an_address_that_cannot_work_is_not_saved(tmp_path: Path, address: str) -> None:
    """It is told at its field, on the tab where that is."""
    async with cockpit(tmp_path) as c:
        dialog = c.window.openings.settings()
        add(dialog, "mine", address)
        dialog.tabs.setCurrentWidget(dialog.general)
        click(dialog.save_button)
        await c.until(lambda: bool(dialog.providers.address.problem))
        assert dialog.tabs.currentWidget() is dialog.providers
        assert "mine" not in [view.name for view in c.services.preferences().providers]
        dialog.providers.address.field.setText("https://example.com/v1")
        assert not dialog.providers.address.problem
        await saved(c, dialog)
        assert provider(c, "mine").base_url == "https://example.com/v1"


async def test_a_results_folder_holds_at_once(tmp_path: Path) -> None:
    """One that cannot be written to is refused; with another one the answers that are there go there, too."""
    async with cockpit(tmp_path / "data", speed=20.0) as c:
        task = await c.make(max_steps=1)
        await c.until(lambda: c.engine.totals().by_state.get(c.state(task)) == 1 and c.state(task).value == "completed")
        dialog = c.window.openings.settings()
        dialog.general.results.field.setText("/proc/nope")
        click(dialog.save_button)
        await c.until(lambda: "cannot write" in dialog.general.results.problem)
        dialog.general.results.field.setText(str(tmp_path / "mine"))
        await saved(c, dialog)
        await c.until(lambda: bool(list((tmp_path / "mine").rglob("answer.md"))))
        assert (await c.engine.answer(task)).folder.parent == tmp_path / "mine"


async def test_answers_that_cannot_be_written_are_told(tmp_path: Path) -> None:
    """The window says so, once, and the task goes on."""
    async with cockpit(tmp_path / "data", speed=20.0) as c:
        shutil.rmtree(c.program.results, ignore_errors=True)
        c.program.results.parent.mkdir(parents=True, exist_ok=True)
        c.program.results.write_text("a file where the folder should be")
        task = await c.make(max_steps=1)
        await c.until(c.window.bars.notice.isVisible)
        assert "results folder" in c.window.bars.notice.text
        await c.until(lambda: c.state(task).value == "completed")


async def test_a_theme_and_providers_show_at_once(tmp_path: Path) -> None:
    """The window changes its colours, and the first page offers what was set up."""
    async with cockpit(tmp_path) as c:
        dialog = c.window.openings.settings()
        dialog.general.theme.field.setCurrentIndex(dialog.general.theme.field.findData("light"))
        add(dialog, "mine", "http://127.0.0.1:9/v1")
        await saved(c, dialog)
        assert c.window.look.tokens.name == "light"
        c.window.first_start.choose("mine")
        c.window.look.apply("dark")


@pytest.mark.parametrize(
    ("text", "told"), [("0", "from 1 to 100,000"), ("1000000", "from 1 to 100,000"), ("x", "whole")]
)
async def test_a_limit_out_of_bounds_is_told_until_it_is_changed(tmp_path: Path, text: str, told: str) -> None:
    """With what would be right; the mark goes with the first letter of a correction."""
    async with cockpit(tmp_path) as c:
        dialog = c.window.openings.settings()
        dialog.general.limit.field.setText(text)
        click(dialog.save_button)
        await c.until(lambda: told in dialog.general.limit.problem)
        dialog.general.limit.field.setText("12")
        assert not dialog.general.limit.problem
        dialog.general.grace.field.setText("90000")
        click(dialog.save_button)
        await c.until(lambda: "86,400" in dialog.general.grace.problem)
        dialog.general.grace.field.setText("12.5")
        await saved(c, dialog)
        kept = settings_file.load(Paths.under(tmp_path).settings_file)
        assert (kept.running_limit, kept.grace_s) == (12, 12.5)


async def test_a_server_is_renamed_tested_and_removed(tmp_path: Path) -> None:
    """Its row follows its name, a test names what it offers and leaves the focus alone, Remove takes it away."""
    async with cockpit(tmp_path) as c, Simulator(SimulatorConfig()) as server:
        dialog = c.window.openings.settings()
        add(dialog, "mine", server.base_url)
        dialog.providers.name.field.textEdited.emit("mine")
        assert dialog.providers.list.currentItem().text() == "mine"
        dialog.activateWindow()
        dialog.providers.test_button.setFocus()
        click(dialog.providers.test_button)
        await c.until(lambda: "sim-fast" in dialog.providers.outcome.text())
        assert QApplication.focusWidget() in (dialog.providers.test_button, None)
        dialog.providers.key.field.setText("sk-mine")
        await saved(c, dialog)
        dialog = c.window.openings.settings()
        dialog.providers.choose("mine")
        click(dialog.providers.remove_button)
        await saved(c, dialog)
        assert "mine" not in [view.name for view in c.services.preferences().providers]
        assert c.program.secrets.where("mine") is Kept.NOWHERE
        kept = settings_file.load(Paths.under(tmp_path).settings_file)
        assert kept.providers == ()


async def test_rows_of_providers_do_not_overlap(tmp_path: Path) -> None:
    """All are as high as the first."""
    async with cockpit(tmp_path) as c:
        dialog = c.window.openings.settings()
        dialog.tabs.setCurrentWidget(dialog.providers)
        rows = dialog.providers.list
        heights = {rows.visualItemRect(rows.item(row)).height() for row in range(rows.count())}
        assert len(heights) == 1
        assert heights.pop() >= 24
        dialog.reject()


async def test_a_model_s_file_takes_the_place_of_the_test_model(tmp_path: Path) -> None:
    """What is no GGUF file is refused at the field."""
    async with cockpit(tmp_path / "data") as c:
        dialog = c.window.openings.settings()
        dialog.tabs.setCurrentWidget(dialog.providers)
        dialog.providers.choose("local")
        dialog.providers.file.field.setText(str(tmp_path / "absent.gguf"))
        click(dialog.save_button)
        await c.until(lambda: "GGUF" in dialog.providers.file.problem)
        (tmp_path / "own.gguf").write_bytes(b"GGUF....")
        dialog.providers.file.field.setText(str(tmp_path / "own.gguf"))
        await saved(c, dialog)
        view = provider(c, "local")
        assert (view.models, view.title) == (("own",), "own")
        dialog = c.window.openings.settings()
        dialog.providers.choose("local")
        dialog.providers.file.field.setText("")
        await saved(c, dialog)
        assert provider(c, "local").title == "Small test model"


async def test_a_batch_s_budget_is_shown_and_changed(tmp_path: Path) -> None:
    """Of batches that have tasks; what is no amount is told at its field, and nothing is saved then."""
    async with cockpit(tmp_path) as c:
        specs = [spec(title=name, batch=name, provider="simulator", model="sim-fast") for name in ("one", "two")]
        await c.engine.submit(specs, paused=True)
        c.engine.set_budget(Scope(Level.BATCH, "two"), 5 * 10**11)
        dialog = c.window.openings.settings()
        batches = dialog.general.batches
        assert batches.isVisible() and batches.batch.field.count() == 2
        batches.batch.field.setCurrentIndex(1)
        assert batches.budget.field.text() == "0.5" and "Spent by it" in batches.account.text()
        typed(batches.budget.field, "much")
        batches.batch.field.setCurrentIndex(0)
        click(dialog.save_button)
        await c.until(lambda: bool(batches.budget.problem))
        assert batches.batch.field.currentText() == "two"
        typed(batches.budget.field, "2")
        batches.batch.field.setCurrentIndex(0)
        typed(batches.budget.field, "1")
        await saved(c, dialog)
        limits = [c.engine.balance(Scope(Level.BATCH, name)).limit for name in ("one", "two")]
        assert limits == [10**12, 2 * 10**12]


async def test_without_batches_there_is_no_field_for_them(tmp_path: Path) -> None:
    """Nothing to choose from is not shown."""
    async with cockpit(tmp_path) as c:
        dialog = c.window.openings.settings()
        assert not dialog.general.batches.isVisible()
        dialog.reject()


def typed(field: QLineEdit, text: str) -> None:
    """Type into a field as a person does."""
    field.selectAll()
    QTest.keyClicks(field, text)
