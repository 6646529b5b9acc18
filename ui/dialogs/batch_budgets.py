"""What batches may spend: one of those that have tasks is chosen, its budget changed; the engine keeps it."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from engine.face import Engine, Level, Scope, parse, plain
from ui.bars import plain_label
from ui.dialogs.form import Field, WrongInputError, choice, grid, line
from ui.tasks.format import money
from ui.text import Words


class BatchBudgets(QWidget):
    """Hidden where there is no batch. What was typed for one batch stays while another is looked at."""

    def __init__(self, words: Words, engine: Engine) -> None:
        """Show the first batch."""
        super().__init__()
        self._words, self._engine = words, engine
        self._names = sorted(filter(None, engine.totals().by_batch))
        self._typed: dict[str, str] = {}
        self.batch = Field(words("settings.batch"), choice([(name, name) for name in self._names]))
        self.budget = Field(words("settings.batch_budget"), line("", words("new_task.budget_hint")))
        self.account = plain_label("")
        self.account.setObjectName("dim")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addLayout(grid([[self.batch, self.budget]], 2))
        layout.addWidget(self.account)
        self.batch.field.currentIndexChanged.connect(self._show)
        self.budget.field.textEdited.connect(self._type)
        self.setVisible(bool(self._names))
        self._show()

    def changed(self) -> dict[str, int | None]:
        """Return the budgets (pico) that are to be others; raises `WrongInputError` with its batch in sight."""
        found: dict[str, int | None] = {}
        for name, text in self._typed.items():
            try:
                amount = parse(text) if text else None
            except ValueError:
                self.batch.field.setCurrentIndex(self._names.index(name))
                raise WrongInputError(self.budget, "new_task.not_money") from None
            if amount != self._limit(name):
                found[name] = amount
        return found

    def save(self) -> None:
        """Set what was changed; what a budget had stopped is offered to resume."""
        for name, amount in self.changed().items():
            self._engine.set_budget(Scope(Level.BATCH, name), amount)

    def _limit(self, name: str) -> int | None:
        return self._engine.balance(Scope(Level.BATCH, name)).limit

    def _type(self, text: str) -> None:
        self._typed[self.batch.field.currentData()] = text.strip()

    def _show(self) -> None:
        if not self._names:
            return
        name = self.batch.field.currentData()
        balance = self._engine.balance(Scope(Level.BATCH, name))
        kept = "" if balance.limit is None else plain(balance.limit)
        self.budget.field.setText(self._typed.get(name, kept))
        amounts = {"spent": money(balance.spent), "held": money(balance.held)}
        self.account.setText(self._words("settings.batch_account", **amounts))
