"""The window's menu: what is done seldom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu

from ui.services import Folder, Theme

if TYPE_CHECKING:
    from collections.abc import Callable

    from ui.main_window import MainWindow

FOLDERS: tuple[Folder, ...] = ("results", "data", "config", "state")
THEMES: tuple[Theme, ...] = ("system", "dark", "light")


def fill_menu(menu: QMenu, window: MainWindow) -> None:
    """Fill the menu of a window."""
    words = window.words
    _add(menu, words("action.new_task"), window.openings.new_task, "Ctrl+N")
    _add(menu, words("action.import"), window.openings.import_batch, "Ctrl+I")
    menu.addSeparator()
    menu.addActions(list(window.actions_.menu()))
    menu.addSeparator()
    _fill_themes(menu.addMenu(words("action.theme")), window)
    folders = menu.addMenu(words("action.folders"))
    for which in FOLDERS:
        _add(
            folders,
            words(f"action.folder_{which}"),
            lambda which=which: window.bars.open_path(window.services.folder(which)),
        )
    _add(menu, words("action.what_if"), window.what_if)
    _add(menu, words("action.export_ledger"), window.openings.export_ledger)
    _add(menu, words("action.data"), window.openings.data)
    _add(menu, words("action.settings"), window.openings.settings, "Ctrl+,")
    _add(menu, words("action.about"), window.openings.about)
    menu.addSeparator()
    _add(menu, words("action.quit"), window.close, "Ctrl+Q")


def _fill_themes(menu: QMenu, window: MainWindow) -> None:
    """Offer the themes, the one in force marked."""
    group = QActionGroup(menu)
    actions: dict[Theme, QAction] = {}
    for name in THEMES:
        action = _add(menu, window.words(f"action.theme_{name}"), lambda name=name: window.set_theme(name))
        action.setCheckable(True)
        actions[name] = group.addAction(action)
    menu.aboutToShow.connect(lambda: actions[window.services.preferences().theme].setChecked(True))


def _add(menu: QMenu, text: str, act: Callable[[], object], keys: str = "") -> QAction:
    action = menu.addAction(text)
    if keys:
        action.setShortcut(QKeySequence(keys))
    action.triggered.connect(lambda _checked=False: act())
    return action
