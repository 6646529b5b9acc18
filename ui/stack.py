"""The bars above the tiles, below each other: what cannot be saved comes first, what was told last."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from engine.face import Alert, DroverError, Engine, Totals
from ui.bars import Banner, Notice
from ui.cost.alerts import AlertBanner, Notifier
from ui.cost.offers import MoneyBanners
from ui.provider_bars import ProviderBars
from ui.services import WindowServices
from ui.text import Words
from ui.trouble import DamageBar, TroubleBar
from ui.undo import UndoBar


class Bars(QWidget):
    """Each is shown while there is something to say; together they are no higher than what they say."""

    def __init__(self, engine: Engine, services: WindowServices, words: Words) -> None:
        """Build them hidden."""
        super().__init__()
        self._engine, self._services, self._words = engine, services, words
        self._results_problem, self._interrupted, self._trouble = "", (0, 0, 0), ""
        self.banner, self.notice = Banner(words), Notice(words("action.cancel"))
        self.trouble, self.undo, self.damage = TroubleBar(words), UndoBar(words), DamageBar(words, engine.damage)
        self.money, self.providers = MoneyBanners(words), ProviderBars(words)
        self.alerts, self._notifier, self._alerts = AlertBanner(words), Notifier(self), tuple[Alert, ...]()
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        for bar in (
            self.trouble,
            self.damage,
            self.undo,
            self.banner,
            self.providers,
            self.alerts,
            self.money,
            self.notice,
        ):
            layout.addWidget(bar)

    def show_totals(self, totals: Totals) -> None:
        """Say what is so."""
        self._trouble = totals.trouble
        self._ask_about_interrupted(totals)
        self.trouble.show_totals(totals)
        self.damage.show_totals(totals)
        self.providers.show_totals(totals)
        self.money.show_totals(totals)
        if totals.alerts != self._alerts:
            self._alerts = totals.alerts
            self._tell_alerts(totals.alerts)
        self._tell_results()

    def tell(self, error: DroverError) -> None:
        """Say what went wrong where the person is looking."""
        self.notice.tell(self._words.error(error))

    def open_path(self, path: Path) -> None:
        """Show a file or folder with the system's own program, or say where it is."""
        if not self._services.open_path(path):
            self.notice.tell(self._words("notice.not_opened", path=path))

    def tell_waiting(self, error: DroverError) -> bool:
        """Say of what could not be saved that it waits in memory like all else; False where that is not why."""
        waits = error.code == self._engine.totals().trouble
        if waits:
            self.notice.tell(self._words("trouble.waits"))
        return waits

    def tell_again(self, error: DroverError) -> None:
        """Say that saving failed once more: no sentence twice, where the bar above says why."""
        if error.code == self._trouble:
            self.notice.tell(self._words("trouble.still"))
        else:
            self.tell(error)

    def _ask_about_interrupted(self, totals: Totals) -> None:
        """Say what a yes means for money; asked of the engine only when the figures are others."""
        number, amount = totals.interrupted, totals.unknown_amount
        if (number, totals.unknown, amount) == self._interrupted:
            return
        self._interrupted = number, totals.unknown, amount
        unknown = sum(task.standing.unknown for task in self._engine.snapshots()) if number else 0
        self.banner.show_interrupted(number, unknown, amount)

    def _tell_alerts(self, alerts: tuple[Alert, ...]) -> None:
        """Say which part of which budget is used up, unless the person wants none of it."""
        if alerts and not self._services.preferences().alerts:
            self._engine.alerts_read()
            return
        told = self.alerts.show_alerts(alerts)
        if told:
            self._notifier.tell(self._words("alert.title"), told)

    def _tell_results(self) -> None:
        """Say when answers cannot be written to their folder, once for each reason."""
        problem = self._services.results_problem()
        if problem != self._results_problem:
            self._results_problem = problem
            if problem:
                self.notice.tell(self._words("notice.results", problem=problem))
