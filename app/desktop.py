"""The window's life: one process a folder, a loop for both Qt and asyncio, and an end that drains durably."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from app import event_loop, log
from app.cli.report import Exit, sentence
from app.cli.terminal import block
from app.composition import Program
from app.crash import CrashReports
from app.garbage import collected_on_this_thread, keep_what_stands
from app.limits import raise_open_files
from app.lock import FolderInUseError
from app.paths import Paths
from app.single import listen, raise_first
from app.window_services import Services
from engine.domain.errors import DroverError, ErrorCode
from engine.runtime.supervisor import Supervisor
from ui.dialogs.ask import Ask
from ui.dialogs.leaving import Leaving
from ui.main_window import MainWindow
from ui.text import load_words
from ui.theme import Look
from ui.theme.icons import application_icon

FRAME = 40
"""Pixels that the system's frame around a window takes of a screen's height, about."""

APPLICATION_ID = "dev.drover.Drover"


@dataclass(frozen=True, slots=True)
class Desktop:
    """A window that runs."""

    window: MainWindow
    engine: Supervisor
    program: Program


def application() -> QApplication:
    """Return the application, made once; offscreen where there is no display."""
    if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    found = QApplication.instance()
    made = found if isinstance(found, QApplication) else QApplication(["drover"])
    made.setApplicationName("Drover")
    made.setDesktopFileName(APPLICATION_ID)
    made.setWindowIcon(application_icon())
    return made


def run_window(paths: Paths, ready: Callable[[Desktop], None] | None = None) -> int:
    """Show the window until it is closed; return the exit code. `ready` is called when it is shown."""
    program = Program.load(paths)
    crashes = CrashReports(paths.state, program.redactor)
    raise_open_files()
    qt = application()
    try:
        log.start(paths.state, program.redactor)
        crashes.install()
    except OSError as error:
        return _refuse(
            qt, sentence(DroverError(ErrorCode.FOLDER_NOT_WRITABLE, f"{paths.state}: {error.strerror}")), Exit.STORE
        )
    try:
        with program.hold_folder("window"), collected_on_this_thread():
            return event_loop.run(qt, lambda: _live(qt, program, crashes, ready))
    except FolderInUseError as error:
        if raise_first(paths.data):
            return Exit.COMPLETED
        return _refuse(qt, sentence(error), Exit.FOLDER_IN_USE)
    except DroverError as error:
        said, detail = sentence(error), program.redactor(error.detail)
        return _refuse(qt, said if detail in said else f"{said}\n\n{detail}", Exit.STORE)


async def _live(
    qt: QApplication, program: Program, crashes: CrashReports, ready: Callable[[Desktop], None] | None
) -> int:
    loop = asyncio.get_running_loop()
    crashes.watch(loop)
    engine, _ = await program.open_engine()
    look, words = Look(qt), load_words()
    look.choose(program.settings.theme)
    services = Services(program, engine)
    window = MainWindow(engine, services, words, look)
    look.apply(program.settings.theme)
    closing = asyncio.Event()
    window.closing.connect(closing.set)
    for each in (signal.SIGINT, signal.SIGTERM):
        if sys.platform != "win32":
            loop.add_signal_handler(each, closing.set)
    server = listen(program.paths.data, lambda: _raise(window), window)
    if program.problem is not None:
        window.bars.notice.tell(sentence(program.problem))
    _show(window)
    keep_what_stands()
    window.start()
    services.spawn(_settle(program, engine))
    if ready is not None:
        ready(Desktop(window, engine, program))
    await closing.wait()
    while not await may_end(window, engine):
        closing.clear()
        await closing.wait()
    await _end(window, engine, services, program.settings.grace_s)
    server.close()
    return Exit.COMPLETED


async def _settle(program: Program, engine: Supervisor) -> None:
    """Find the keys, off the way of the first picture; then resume by itself what the settings say."""
    await program.load_keys()
    if program.settings.resume_interrupted == "always":
        engine.resume_interrupted(consent=False)


async def may_end(window: MainWindow, engine: Supervisor) -> bool:
    """Whether the program may end: not with paid replies in memory alone, unless the person says so."""
    if engine.totals().trouble:
        with suppress(DroverError):
            await engine.mend()
    unsaved = engine.totals().unsaved
    if not (engine.totals().trouble and unsaved):
        return True
    words = window.words
    question = words.counted("confirm.quit_unsaved", unsaved)
    asking = Ask(question, words("confirm.quit_lose"), words("confirm.quit_stay"), window.show, window)
    answered = asyncio.get_running_loop().create_future()
    asking.finished.connect(answered.set_result)
    asking.open()
    return await answered == Ask.DialogCode.Accepted


async def _end(window: MainWindow, engine: Supervisor, services: Services, grace_s: float) -> None:
    """Let steps in flight finish, close the window, let go of everything."""
    await drained(window, engine, grace_s)
    window.bridge.drain()
    window.close_for_good()
    await services.finished()
    await engine.close(0.0)


async def drained(window: MainWindow, engine: Supervisor, grace_s: float) -> None:
    """Drain: steps in flight finish within their grace, or are cut when the person says so.

    A reply that came meanwhile and cannot be saved is not lost unasked.
    """
    window.bars.banner.end()
    cut = asyncio.Event()
    told = _tell_draining(window, engine, grace_s, cut) if engine.totals().streams else None
    draining = asyncio.ensure_future(engine.drain_runners(grace_s))
    cutting = asyncio.ensure_future(cut.wait())
    await asyncio.wait({draining, cutting}, return_when=asyncio.FIRST_COMPLETED)
    cutting.cancel()
    if not draining.done():
        await engine.drain_runners(0.0)
    await draining
    if told is not None:
        told.close()
    while not await may_end(window, engine):
        window.bridge.drain()


def _tell_draining(window: MainWindow, engine: Supervisor, grace_s: float, cut: asyncio.Event) -> Leaving:
    """Say what is waited for, live, and offer to cut it."""
    waiting = Leaving(engine, window.words, grace_s, cut.set, window)
    window.bridge.changed.connect(waiting.hear)
    waiting.open()
    return waiting


def _show(window: MainWindow) -> None:
    """Show the window whole: where the screen has no room for it and its frame, it fills the screen."""
    room = window.screen().availableSize() - QSize(0, FRAME)
    fits = window.size().boundedTo(room) == window.size()
    if fits or QGuiApplication.platformName() == "offscreen":  # nobody's screen
        window.show()
    else:
        window.showMaximized()


def _raise(window: MainWindow) -> None:
    window.setWindowState(window.windowState() & ~Qt.WindowState.WindowMinimized)
    window.show()
    window.raise_()
    window.activateWindow()


def _refuse(qt: QApplication, text: str, status: Exit) -> int:
    """Say why there is no window, in a window and on stderr."""
    sys.stderr.write(block(text) + "\n")
    if os.environ.get("QT_QPA_PLATFORM") != "offscreen":
        from ui.dialogs.refusal import Refusal  # noqa: PLC0415 - seldom needed

        Refusal(text).show()
        qt.exec()
    return status
