"""What a person sees who has no task yet: where it shall run, what it shall do, one button."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from engine.face import DroverError, TaskSpec, parse
from ui.bars import plain_label
from ui.dialogs.form import area, heading
from ui.first_cards import Card, KeyCard
from ui.services import SIMULATOR, ProviderView, WindowServices
from ui.text import Words

WIDTH = 720
STEPS = 6
MAX_OUTPUT = 1024
BUDGET = "0.50"
"""Dollars a first task on a paid provider may spend."""


class FirstStart(QScrollArea):
    """Emits `made` with the spec of the first task, `more` for all settings."""

    made = Signal(object, bool)
    more = Signal(object)
    """A person wants to say more; with what was said so far, a `TaskSpec`."""

    def __init__(self, words: Words, services: WindowServices) -> None:
        """Offer what is known at once; servers that run are added when they are found."""
        super().__init__()
        self._words, self._services = words, services
        self._cards: list[Card] = []
        self._servers: tuple[ProviderView, ...] = ()
        self.goal = area(words("first.example"), rows=3)
        self.goal.setFixedHeight(self.goal.minimumHeight())
        self.goal.setAccessibleName(words("first.goal"))
        self.start_button = QPushButton(words("first.start"))
        self._cost = plain_label("")
        self._problem = plain_label("")
        self._choices = QVBoxLayout()
        self._build()
        self._offer()

    def _build(self) -> None:
        words = self._words
        inner = QWidget()
        inner.setFixedWidth(WIDTH)
        layout = QVBoxLayout(inner)
        layout.setSpacing(10)
        intro = plain_label(words("first.text"))
        intro.setObjectName("dim")
        intro.setWordWrap(True)
        ask = plain_label(words("first.goal"))
        ask.setObjectName("dim")
        self._problem.setObjectName("error")
        self._problem.setWordWrap(True)
        self._problem.hide()
        layout.addWidget(heading(words("first.title"), 20))
        layout.addWidget(intro)
        layout.addSpacing(8)
        self._choices.setSpacing(10)
        layout.addLayout(self._choices)
        layout.addSpacing(8)
        for widget in (ask, self.goal, self._problem):
            layout.addWidget(widget)
        layout.addLayout(self._buttons())
        outside = QWidget()
        outer = QVBoxLayout(outside)
        outer.addStretch(2)
        middle = QHBoxLayout()  # an aligned item would be as high as its hint, whatever its words need
        middle.addStretch(1)
        middle.addWidget(inner)
        middle.addStretch(1)
        outer.addLayout(middle)
        outer.addStretch(3)
        self.setWidgetResizable(True)
        self.setWidget(outside)

    def _buttons(self) -> QHBoxLayout:
        self.start_button.setProperty("primary", True)  # noqa: FBT003 - Qt's signature
        self.start_button.clicked.connect(self._start)
        more = QPushButton(self._words("first.more"))
        more.clicked.connect(lambda: self.more.emit(self._asked()))
        self._cost.setObjectName("dim")
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.start_button)
        row.addWidget(more)
        row.addStretch(1)
        row.addWidget(self._cost)
        return row

    # --- what is offered

    def _offer(self) -> None:
        providers = {each.name: each for each in self._services.preferences().providers}
        hosted = [each for each in providers.values() if each.needs_key]
        for view in providers.values():
            if view.kind in ("server", "custom") and view.set_up:
                self._add(Card(view, view.title, view.base_url, models=view.models))
        if hosted:
            self._add(KeyCard(hosted, self._words))
        local = providers.get("local")
        if local is not None:
            told = self._words("first.local_text" if local.ready else "first.local_missing")
            self._add(Card(local, self._words("first.local"), told))
        simulator = providers.get("simulator")
        if simulator is not None:
            self._add(Card(simulator, self._words("first.simulator"), self._words("first.simulator_text")))
        self._choose(next((card for card in self._cards if card.usable), self._cards[0]))

    def refresh(self) -> None:
        """Offer what is known now: the settings were changed."""
        chosen = self.chosen.view.name
        for card in self._cards:
            self._choices.removeWidget(card)
            card.deleteLater()
        self._cards.clear()
        self._offer()
        self.add_servers(self._servers)
        if any(card.view.name == chosen for card in self._cards):
            self.choose(chosen)

    def add_servers(self, servers: Sequence[ProviderView]) -> None:
        """Offer servers that were found, first of all; the first of them is chosen."""
        self._servers = tuple(servers)
        for place, server in enumerate(servers):
            if any(card.view.name == server.name for card in self._cards):
                continue
            told = self._words.counted("first.found_text", len(server.models), address=server.base_url)
            card = Card(server, self._words("first.found", name=server.title), told, models=server.models)
            self._add(card, place)
            if place == 0:
                self._choose(card)

    def _add(self, card: Card, place: int = -1) -> None:
        self._cards.insert(len(self._cards) if place < 0 else place, card)
        self._choices.insertWidget(place, card)
        card.pressed.connect(lambda: self._press(card))

    def _press(self, card: Card) -> None:
        self.tell("")  # what was told was about another choice
        self._choose(card)

    def _choose(self, chosen: Card) -> None:
        for card in self._cards:
            card.set_chosen(card is chosen)
        code = "first.simulated" if chosen.view.kind == SIMULATOR else "first.budget"
        cost = self._words(code, budget=f"${BUDGET}") if _costs(chosen.view) else self._words("first.free")
        self._cost.setText(f"{self._words('first.steps', steps=STEPS)} · {cost}")
        self.start_button.setEnabled(chosen.view.ready)

    @property
    def chosen(self) -> Card:
        """The card that is chosen."""
        return next(card for card in self._cards if card.is_chosen)

    def choose(self, provider: str) -> None:
        """Choose a provider's card."""
        self._choose(next(card for card in self._cards if card.view.name == provider))

    # --- what comes of it

    def _start(self) -> None:
        self.tell("")
        self._services.spawn(self._make())

    async def _make(self) -> None:
        card = self.chosen
        if card.lacks_key:
            self.tell(self._words("first.no_key", name=card.view.title))
            card.setFocus()
            return
        self.start_button.setEnabled(False)
        try:
            if card.key:
                self.tell(self._words("first.testing"))
                models = await self._services.test(card.view, card.key)
                await self._services.keep_key(card.view.name, card.key)
                card.models = card.models or tuple(model.id for model in models)
            self.tell("")
            self.made.emit(self._asked(), False)  # noqa: FBT003 - Qt's signal: not paused
        except DroverError as error:
            self.tell(self._words.error(error))
        finally:
            self.start_button.setEnabled(True)

    def _asked(self) -> TaskSpec:
        card = self.chosen
        return TaskSpec(
            goal=self.goal.toPlainText().strip(),
            provider=card.view.name,
            model=card.model or next(iter(card.models), ""),
            max_steps=STEPS,
            max_output=MAX_OUTPUT,
            budget=parse(BUDGET) if _costs(card.view) else None,
        )

    @property
    def problem(self) -> str:
        """What is told above the buttons."""
        return self._problem.text()

    @property
    def cost(self) -> str:
        """What a task at the chosen place takes at most."""
        return self._cost.text()

    def tell(self, text: str) -> None:
        """Show a sentence above the buttons, or nothing."""
        self._problem.setText(text)
        self._problem.setVisible(bool(text))


def _costs(view: ProviderView) -> bool:
    """Whether a task there takes from a budget; the simulator's does, so that budgets can be tried."""
    return not (view.free or view.kind in ("local", "server"))
