"""The player: one window, used as a person uses it. Buttons are clicked and fields filled; the engine is looked at."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec
from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QColor, QPainter, QPixmap
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QPlainTextEdit, QWidget

from app.demo.play import Seen
from app.desktop import Desktop, run_window
from app.paths import Paths
from engine.domain.ids import TaskId
from engine.domain.states import AT_REST, State
from engine.domain.task import TaskSnapshot
from engine.providers.local.config import TEST_MODEL
from engine.simulator.config import MODELS

BREATH_S = 0.05
OTHERS = ("List three uses of a shepherd's crook", "Describe a hill in the morning", "Name five breeds of sheep")
STEPS = 4
MAX_OUTPUT = 160


def play(act: str, folder: Path, pictures: Path, provider: str, word: str) -> int:
    """Play an act; returns when the window is closed."""
    problems: list[BaseException] = []

    def ready(desktop: Desktop) -> None:
        player = Player(desktop, pictures, provider, word)
        desktop.window.services.spawn(_watched(player, act, problems))

    status = run_window(Paths.under(folder), ready)
    for problem in problems:
        sys.stderr.write(f"{problem!r}\n")
    return 1 if problems else status


async def _watched(player: Player, act: str, problems: list[BaseException]) -> None:
    try:
        await (player.first() if act == "first" else player.second())
    except Exception as problem:  # noqa: BLE001 - reported by exit code and on stderr: an act must not hang
        problems.append(problem)
        player.close()


class Player:
    """Plays on one window."""

    def __init__(self, desktop: Desktop, pictures: Path, provider: str, word: str) -> None:
        """Stand before the window."""
        self._window, self._engine = desktop.window, desktop.engine
        self._pictures, self._provider, self._word = pictures, provider, word

    # --- the acts

    async def first(self) -> None:
        """Make tasks, watch them stream, pause one; then wait to be killed while others stream."""
        await self._picture("1-first-start")
        mine = await self._make(f"Write two sentences about a shepherd and the {self._word}.", picture=True)
        others = [await self._make(goal) for goal in OTHERS]
        await self._until(lambda: self._steps(mine) >= 1, "the first step")
        self._window.table.select(mine)
        await self._until(lambda: self._engine.snapshot(mine).streamed_tokens > 0, "text that streams")
        await self._picture("3-running")
        self._click(self._window.toolbar.pause)
        self._say("pressed Pause", mine)
        await self._until(lambda: self._engine.snapshot(mine).state is State.PAUSED, "the pause")
        await self._picture("4-paused")
        await self._until(lambda: any(self._engine.snapshot(t).streamed_tokens > 0 for t in others), "a stream")
        for task in (mine, *others):
            self._say("stands", task)
        child = self._model_process()
        self._print(Seen(what="ready to be killed", pid=os.getpid(), child=child))
        await asyncio.sleep(3600)

    async def second(self) -> None:
        """Find everything as it was, resume by the banner and the button, wait for the end, open the answer."""
        await asyncio.sleep(0.5)
        tasks = [snapshot.id for snapshot in self._engine.snapshots()]
        for task in tasks:
            self._say("found again", task)
        mine = tasks[0]
        self._window.table.select(mine)
        await self._picture("5-reopened")
        self._click(self._window.bars.banner.resume_button)
        self._say("pressed Resume in the banner", mine)
        self._window.table.select(mine)
        await asyncio.sleep(BREATH_S)
        self._click(self._window.toolbar.go)
        self._say("pressed Resume", mine)
        await self._until(lambda: self._steps(mine) > 0 and self._engine.totals().streams > 0, "streams")
        await self._picture("6-resumed")
        await self._until(lambda: all(self._engine.snapshot(t).state in AT_REST for t in tasks), "the end")
        for task in tasks:
            self._say("ended", task)
        await self._picture("7-finished")
        answer = await self._engine.answer(mine)
        await self._until((answer.folder / "answer.md").exists, "the answer's file")
        file = answer.folder / "answer.md"
        text = " ".join((await asyncio.to_thread(file.read_text, encoding="utf-8")).split())[:120]
        self._print(Seen(what="opened its answer", pid=os.getpid(), task=mine, file=str(file), text=text))
        self.close()

    def close(self) -> None:
        """Close the window, as its button does."""
        self._window.close()

    # --- what a person does

    async def _make(self, goal: str, *, picture: bool = False) -> TaskId:
        known = {snapshot.id for snapshot in self._engine.snapshots()}
        self._click(self._window.toolbar.new_task)
        dialog = self._window.openings.last
        model = TEST_MODEL if self._provider == "local" else MODELS[0].id
        dialog.models.choose(self._provider, model)
        _fill(dialog.goal.field, goal)
        _fill(dialog.steps.field, str(STEPS))
        _fill(dialog.more.fields["max_output"].field, str(MAX_OUTPUT))
        if picture:
            await self._picture("2-new-task")
        self._click(dialog.start_button)
        await self._until(lambda: len(self._engine.snapshots()) > len(known), "the new task")
        (task,) = (snapshot.id for snapshot in self._engine.snapshots() if snapshot.id not in known)
        self._say("made by the dialog", task)
        return task

    def _click(self, button: QAbstractButton) -> None:
        if not button.isEnabled():
            raise RuntimeError(f"“{button.text()}” cannot be pressed")
        button.click()

    async def _picture(self, name: str) -> None:
        for theme in ("light", "dark"):
            self._window.look.apply(theme)
            await asyncio.sleep(BREATH_S * 4)
            self._grab().save(str(self._pictures / f"{name}-{theme}.png"))

    def _grab(self) -> QPixmap:
        """The window as it looks, with the dialog that is open before it."""
        picture = self._window.grab()
        dialog = QApplication.activeModalWidget()
        if dialog is not None:
            painter = QPainter(picture)
            painter.fillRect(picture.rect(), QColor(0, 0, 0, 140))
            painter.drawPixmap(QRect(QPoint(), dialog.size()).translated(_middle(self._window, dialog)), dialog.grab())
            painter.end()
        return picture

    # --- what a person sees

    async def _until(self, seen: Callable[[], bool], what: str) -> None:
        async with asyncio.timeout(120):
            while not seen():
                self._check(what)
                await asyncio.sleep(BREATH_S)

    def _check(self, what: str) -> None:
        for snapshot in self._engine.snapshots():
            if snapshot.state in (State.FAILED, State.TIMEOUT):
                raise RuntimeError(f"waiting for {what}: {snapshot.name} {snapshot.state} {snapshot.standing.reason}")

    def _steps(self, task: TaskId) -> int:
        return self._engine.snapshot(task).standing.steps_done

    def _say(self, what: str, task: TaskId) -> None:
        snapshot: TaskSnapshot = self._engine.snapshot(task)
        state, steps = str(snapshot.state), snapshot.standing.steps_done
        self._print(Seen(what=what, pid=os.getpid(), task=task, steps=steps, state=state, text=snapshot.name))

    def _print(self, seen: Seen) -> None:
        sys.stdout.write(msgspec.json.encode(seen).decode() + "\n")
        sys.stdout.flush()

    def _model_process(self) -> int:
        children = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children")
        if self._provider != "local" or not children.exists():
            return 0
        return next((int(pid) for pid in children.read_text().split()), 0)


def _middle(window: QWidget, dialog: QWidget) -> QPoint:
    return QPoint((window.width() - dialog.width()) // 2, (window.height() - dialog.height()) // 2)


def _fill(field: object, text: str) -> None:
    if isinstance(field, QPlainTextEdit):
        field.setPlainText(text)
    elif isinstance(field, QLineEdit):
        field.setText(text)
