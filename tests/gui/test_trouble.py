"""A disk that takes nothing more, as the person sees it: a bar, a tile, paused tasks, one click to go on."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from app.desktop import drained, may_end
from engine.domain.errors import DroverError, ErrorCode
from engine.domain.states import PauseReason, State
from engine.store.transactor import Transactor, Write
from tests.gui.cockpit import Cockpit, click, cockpit
from ui.dialogs.ask import Ask

FULL = DroverError(ErrorCode.DISK_FULL, "by the test")


def fill_the_disk(patch: pytest.MonkeyPatch) -> None:
    """Let every commit and every opening anew fail."""

    def commit(self: Transactor, writes: Sequence[Write]) -> DroverError:
        del self, writes
        return FULL

    def reopen(self: Transactor) -> bool:
        del self
        raise FULL

    patch.setattr(Transactor, "commit", commit)
    patch.setattr(Transactor, "reopen", reopen)


async def held_up(c: Cockpit, patch: pytest.MonkeyPatch) -> None:
    """Let a reply come while nothing can be saved."""
    task = await c.make(max_steps=2, max_output=60)
    await c.until(lambda: c.engine.snapshot(task).streamed_tokens > 0)
    fill_the_disk(patch)
    await c.until(lambda: c.engine.totals().unsaved == 1)
    await c.until(lambda: c.state(task) is State.PAUSED)
    c.window.bridge.drain()


async def test_what_cannot_be_saved_is_kept_and_goes_on_by_one_click(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The bar says why and how many replies are in memory; after the click nothing was asked for twice."""
    async with cockpit(tmp_path, speed=2.0) as c:
        with monkeypatch.context() as patch:
            await held_up(c, patch)
            bar = c.window.bars.trouble
            assert bar.isVisible() and "disk is full" in bar.text and "One paid reply" in bar.text
            (task,) = c.engine.snapshots()
            assert task.standing.reason == PauseReason.STORAGE and task.standing.steps_done == 0
            click(bar.button)
            await c.until(lambda: "still cannot be saved" in c.window.bars.notice.text)
            assert c.engine.totals().unsaved == 1
            await c.until(bar.button.isEnabled)
        click(bar.button)
        await c.until(lambda: c.state(task.id) is State.COMPLETED)
        await c.until(lambda: not bar.isVisible() and not c.window.bars.notice.isVisible())
        assert [len(step.attempts) for step in await c.engine.steps(task.id)] == [1, 1]


async def test_a_task_that_cannot_be_saved_yet_is_made_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It waits in memory and comes in when the disk is mended: a dialog that stayed would ask for a second one."""
    async with cockpit(tmp_path) as c:
        with monkeypatch.context() as patch:
            fill_the_disk(patch)
            dialog = c.window.openings.new_task()
            dialog.goal.field.setPlainText("Only once")
            dialog.models.choose("simulator", "sim-fast")
            closed: list[int] = []
            dialog.finished.connect(closed.append)
            click(dialog.start_button)
            await c.until(lambda: bool(closed))
            assert "waits in memory" in c.window.bars.notice.text and not c.engine.snapshots()
            await c.until(c.window.bars.trouble.isVisible)
        click(c.window.bars.trouble.button)
        await c.until(lambda: [each.spec.goal for each in c.engine.snapshots()] == ["Only once"])
        await c.until(lambda: not c.window.bars.notice.isVisible())


@pytest.mark.parametrize("lose", [True, False])
async def test_quitting_with_replies_in_memory_asks_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lose: bool
) -> None:
    """Staying is the default; losing them is a choice."""
    async with cockpit(tmp_path, speed=2.0) as c:
        with monkeypatch.context() as patch:
            await held_up(c, patch)
            answers: list[bool] = []

            async def close() -> None:
                answers.append(await may_end(c.window, c.engine))

            c.services.spawn(close())
            await c.until(lambda: any(each.isVisible() for each in c.window.findChildren(Ask)))
            asked = next(each for each in c.window.findChildren(Ask) if each.isVisible())
            assert asked.no.isDefault()
            click(asked.yes if lose else asked.no)
            await c.until(lambda: answers == [lose])


async def test_a_disk_with_room_again_is_no_reason_to_ask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Quitting saves what waits in memory by itself where that works."""
    async with cockpit(tmp_path, speed=2.0) as c:
        with monkeypatch.context() as patch:
            await held_up(c, patch)
        assert await may_end(c.window, c.engine)
        (task,) = c.engine.snapshots()
        await c.until(lambda: c.engine.totals().unsaved == 0)
        assert c.engine.snapshot(task.id).standing.steps_done >= 1


async def test_a_reply_that_comes_while_the_program_ends_is_not_lost_unasked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Asked when all steps have ended; to stay is to try again, and when there is room it is saved."""
    async with cockpit(tmp_path, speed=2.0) as c:
        task = await c.make(max_steps=2, max_output=60)
        await c.until(lambda: c.engine.snapshot(task).streamed_tokens > 0)
        with monkeypatch.context() as patch:
            fill_the_disk(patch)
            ending = asyncio.ensure_future(drained(c.window, c.engine, 30.0))
            await c.until(lambda: any(each.no.isVisible() for each in c.window.findChildren(Ask)))
            assert c.engine.totals().unsaved == 1 and not ending.done()
        click(next(each for each in c.window.findChildren(Ask) if each.no.isVisible()).no)
        await ending
        assert c.engine.totals().unsaved == 0
        assert c.engine.snapshot(task).standing.steps_done == 1
