"""The banner that says which part of which budget is used up, and the desktop's own notice of it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QApplication, QSystemTrayIcon, QWidget

from engine.face import PICO, Alert, Level
from ui.cost.offers import Question
from ui.tasks.format import exact_money, money
from ui.text import Words

NAMED = 2
"""Budgets that are named; more are counted."""
LETTERS = 50
FULL = 100
CENT = PICO // 100
"""A limit below it, and what is spent of it, are told with all their decimals."""


class AlertBanner(Question):
    """Stands until somebody has read it; each crossing is told once, so nothing comes back by itself."""

    read = Signal()
    look = Signal()

    def __init__(self, words: Words) -> None:
        """Build it hidden."""
        super().__init__(words("alert.look"), words("alert.read"))
        self._words = words
        self._shown: tuple[Alert, ...] = ()
        self.yes.clicked.connect(self.look)
        self.yes.clicked.connect(self.read)
        self.no.clicked.connect(self.read)

    def show_alerts(self, alerts: tuple[Alert, ...]) -> str:
        """Tell of them; return what is new to be told elsewhere, too."""
        if alerts == self._shown:
            return ""
        before, self._shown = set(self._shown), alerts
        if not alerts:
            self.hide()
            return ""
        self._ask(self._sentence(alerts))
        new = tuple(alert for alert in alerts if alert not in before)
        return self._sentence(new) if new else ""

    def _sentence(self, alerts: tuple[Alert, ...]) -> str:
        """Say the worst first; the budgets that many share before those of single tasks."""
        ordered = sorted(alerts, key=lambda each: (-each.part, each.level == Level.TASK))
        said = [self._one(alert) for alert in ordered[:NAMED]]
        if len(ordered) > NAMED:
            said.append(self._words.counted("alert.more", len(ordered) - NAMED))
        return " ".join(said)

    def _one(self, alert: Alert) -> str:
        name = " ".join((alert.name or alert.key).split())
        name = name if len(name) <= LETTERS else f"{name[: LETTERS - 1]}…"
        said = self._words(
            "alert.full" if alert.part >= FULL else "alert.part",
            part=alert.part,
            budget=self._words(f"alert.{alert.level}", name=name),
            spent=exact_money(alert.spent) if alert.limit < CENT else money(alert.spent),
            limit=exact_money(alert.limit),
        )
        return said[0].upper() + said[1:]


class Notifier:
    """Tells a person who looks elsewhere: by the tray where the desktop has one, else by its mark on the window."""

    def __init__(self, over: QWidget) -> None:
        """Tell on behalf of a window, by any part of it."""
        self._part = over
        self._tray: QSystemTrayIcon | None = None

    def tell(self, title: str, text: str) -> None:
        """Tell it once, unless the window is what the person works in right now."""
        over = self._part.window()
        if over.isActiveWindow():
            return
        if not QSystemTrayIcon.isSystemTrayAvailable():
            QApplication.alert(over)
            return
        if self._tray is None:
            self._tray = QSystemTrayIcon(QApplication.windowIcon(), over)
            self._tray.activated.connect(over.activateWindow)
            self._tray.messageClicked.connect(over.activateWindow)
        self._tray.show()
        self._tray.showMessage(title, text)
