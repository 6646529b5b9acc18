"""The dialog of what a task, a batch, a month or everything would have cost with one model, or another policy.

Everything here is computed from what was used, and says so; the engine reads and computes, beside what runs.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from engine.face import DroverError, Engine, Policy, Scope, Supposition, WhatIf
from ui.bars import plain_label
from ui.dialogs.form import Field, choice, grid, heading
from ui.dialogs.model_choice import ModelChoice
from ui.services import WindowServices
from ui.tasks.format import count, money, percent
from ui.text import Words

WIDTH, HEIGHT = 620, 400
LINES = 5
"""Of an answer: its room is there before it is, so that nothing moves."""
MOST_MODELS = 6
"""Models that are named; the command line tells all."""


class WhatIfDialog(QDialog):
    """Answers anew with each change of the question."""

    def __init__(
        self,
        words: Words,
        engine: Engine,
        services: WindowServices,
        scopes: Sequence[tuple[str, Scope]],
        parent: QWidget | None = None,
    ) -> None:
        """Offer these accounts by name, the first one chosen, against the person's usual model for all steps."""
        super().__init__(parent)
        self._words, self._engine, self._services = words, engine, services
        self._asked = 0
        preferences = services.preferences()
        self.setWindowTitle(words("what_if.title"))
        self.setMinimumSize(WIDTH, HEIGHT)
        self.models = ModelChoice(preferences.providers, preferences.default_provider, preferences.default_model)
        supposed = [(words("what_if.one_model"), None), *((words(f"what_if.{each}"), each) for each in Policy)]
        self.of = Field(words("what_if.of"), choice(list(scopes)))
        self.supposed = Field(words("what_if.supposed"), choice(supposed))
        self.model = Field(words("what_if.model"), self.models)
        self.told = plain_label("")
        self.told.setWordWrap(True)
        self.told.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.told.setMinimumHeight(LINES * self.told.fontMetrics().lineSpacing())
        self._build()
        self.of.field.currentIndexChanged.connect(self.ask)
        self.supposed.field.currentIndexChanged.connect(self.ask)
        self.models.changed.connect(self.ask)
        self.ask()

    def _build(self) -> None:
        note = plain_label(self._words("what_if.computed"))
        note.setObjectName("dim")
        note.setWordWrap(True)
        close = QPushButton(self._words("what_if.close"))
        close.clicked.connect(self.accept)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(close)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 20, 24, 20)
        layout.setSpacing(12)
        layout.addWidget(heading(self._words("what_if.title")))
        layout.addLayout(grid([[self.of, self.supposed]], columns=2))
        layout.addWidget(self.model)
        layout.addWidget(self.told)
        layout.addWidget(note)
        layout.addStretch(1)
        layout.addLayout(row)

    def ask(self) -> None:
        """Have it computed; what was asked before is no more told."""
        policy = self.supposed.field.currentData()
        self.model.setVisible(policy is None)
        self._asked += 1
        key = self.models.provider, self.models.model
        if policy is None and not all(key):
            self.told.setText(self._words("what_if.choose"))
            return
        asked = Supposition(policy=policy) if policy is not None else Supposition(model=key)
        self.told.setText(self._words("what_if.computing"))
        self._services.spawn(self._answer(self._asked, self.of.field.currentData(), asked))

    async def _answer(self, number: int, scope: Scope, asked: Supposition) -> None:
        try:
            told = said(await self._engine.what_if(scope, asked), self._words)
        except DroverError as error:
            told = self._words.error(error)
        if number == self._asked:
            self.told.setText(told)


def said(found: WhatIf, words: Words) -> str:
    """Return the answer in words."""
    if not found.steps:
        return words("what_if.nothing")
    steps = sorted(found.models.items(), key=lambda each: -each[1])[:MOST_MODELS]
    models = ", ".join(words("what_if.by", steps=count(number), model=model) for (_, model), number in steps)
    code = "what_if.saved" if found.saved >= 0 else "what_if.less"
    lines = [
        words("what_if.spent", amount=money(found.spent), tasks=count(found.tasks), steps=count(found.steps)),
        words("what_if.would", amount=money(found.would), models=models),
        words(code, amount=money(abs(found.saved)), share=percent(abs(found.share))),
    ]
    return "\n".join(lines + ([words("what_if.unknown", steps=count(found.unknown))] if found.unknown else []))
