"""The dialog that makes a task: the goal first, the limits of money beside it, everything else folded away."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QDialog,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from engine.face import (
    MULTIPLIER,
    DroverError,
    Foresight,
    InvalidSpecError,
    RecipeName,
    TaskSpec,
    parse,
    plain,
    problems,
    prompts_of,
    validate,
)
from ui.bars import plain_label
from ui.cost.foreseeing import Foreseeing, Question
from ui.dialogs.form import Field, WrongInputError, area, choice, grid, heading, line, read, text_of
from ui.dialogs.model_choice import ModelChoice
from ui.dialogs.more_settings import MoreSettings
from ui.services import SIMULATOR, WindowServices
from ui.tasks.format import exact_money
from ui.text import Words

Foresee = Callable[[TaskSpec], Awaitable[Foresight]]

WIDTH, LOWEST = 790, 480
GUTTER = 6
"""Pixels for the scroll bar beside the fields."""
SCREEN_EDGE = 64
"""Pixels of the screen that the dialog leaves free."""


class NewTask(QDialog):
    """Emits `made` with the spec and whether it begins paused; stays open until it is told that it was taken."""

    made = Signal(object, bool)

    def __init__(
        self, words: Words, services: WindowServices, parent: QWidget | None = None, *, foresee: Foresee | None = None
    ) -> None:
        """Offer the person's usual provider and model; say what is expected of it by `foresee`."""
        super().__init__(parent)
        self._words, self._services = words, services
        self._busy = False
        self._scroll, self._body = QScrollArea(), QWidget()
        self._blamed: Field[QWidget] | None = None
        preferences = services.preferences()
        self.setWindowTitle(words("new_task.title"))
        self.setModal(True)
        self.setMinimumWidth(WIDTH)
        self.models = ModelChoice(
            preferences.providers,
            preferences.default_provider,
            preferences.default_model,
            hint=words("new_task.no_models"),
        )
        self.goal = Field(words("new_task.goal"), area(hint=words("new_task.goal_hint"), rows=5))
        self.prompts = Field(words("new_task.prompts"), area(hint=words("new_task.prompts_hint"), rows=6))
        self.name = Field(words("new_task.name"), line())
        self.model = Field(words("new_task.provider_model"), self.models)
        levels = [(words(f"new_task.{level}"), level) for level in MULTIPLIER]
        self.complexity = Field(words("new_task.complexity"), choice(levels))
        self.steps = Field(words("new_task.steps"), line("50"))
        self.budget = Field(words("new_task.budget"), line(hint=words("new_task.budget_hint")))
        self.more = MoreSettings(words)
        self._at_most = plain_label("")
        self._foresee = foresee
        self.foreseeing = Foreseeing(words, self._ask, services.spawn)
        self._problem = plain_label("")
        self._problem.setObjectName("error")
        self._problem.setWordWrap(True)
        self._problem.hide()
        self._build()
        self._show_recipe()
        self._show_most()
        self.goal.field.setFocus()

    # --- layout

    def _build(self) -> None:
        words = self._words
        self.recipe = _Segments([(words("new_task.iterate"), "iterate"), (words("new_task.pipeline"), "pipeline")])
        self.recipe.chosen.connect(self._show_recipe)
        recipe = Field(words("new_task.recipe"), self.recipe)
        body, scroll = self._body, self._scroll
        layout = QVBoxLayout(body)
        layout.setContentsMargins(0, 0, GUTTER, 0)
        layout.setSpacing(12)
        layout.addWidget(self.goal)
        layout.addWidget(self.prompts)
        layout.addLayout(grid([[recipe, self.model, self.complexity]]))
        layout.addLayout(grid([[self.steps, self.more.policy, self.budget, self.name]], columns=4))
        layout.addWidget(self._summary())
        layout.addWidget(self._fold())
        layout.addWidget(self.more)
        layout.addStretch(1)
        self.more.hide()
        scroll.setWidgetResizable(True)
        scroll.setWidget(body)
        scroll.viewport().setAutoFillBackground(False)
        body.setAutoFillBackground(False)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(24, 20, 18, 20)
        outer.setSpacing(12)
        outer.addWidget(heading(words("new_task.title")))
        outer.addWidget(scroll, 1)
        outer.addWidget(self._problem)
        outer.addLayout(self._buttons())
        self.resize(WIDTH, LOWEST)
        self.models.changed.connect(self._show_most)
        self.budget.field.textChanged.connect(self._show_most)
        for each in self.findChildren(QWidget):
            if isinstance(each, (QLineEdit, QPlainTextEdit)):
                each.textChanged.connect(self.foreseeing.changed)
            elif isinstance(each, QComboBox):
                each.currentIndexChanged.connect(self.foreseeing.changed)
        self.recipe.chosen.connect(self.foreseeing.changed)
        QShortcut(QKeySequence("Ctrl+Return"), self, lambda: self._submit(paused=False))

    def _summary(self) -> QFrame:
        card = QFrame()
        card.setObjectName("card")
        layout = QVBoxLayout(card)
        layout.setContentsMargins(14, 8, 14, 10)
        layout.setSpacing(3)
        title = plain_label(self._words("new_task.at_most"))
        title.setObjectName("dim")
        layout.addWidget(title)
        layout.addWidget(self._at_most)
        layout.addWidget(self.foreseeing.label)
        return card

    def _fold(self) -> QPushButton:
        button = QPushButton("▸ " + self._words("new_task.more"))
        button.setProperty("flat", True)  # noqa: FBT003 - Qt's signature
        button.setCheckable(True)
        button.toggled.connect(self.more.setVisible)
        button.toggled.connect(self._unfold)
        self.fold = button
        return button

    def _unfold(self, on: bool) -> None:  # noqa: FBT001 - Qt's signal
        self.fold.setText(("▾ " if on else "▸ ") + self._words("new_task.more"))
        self._fit()

    def _fit(self) -> None:
        """Be as high as what is shown, so that nothing of it scrolls out of sight while the screen has room."""
        QTimer.singleShot(0, self, self._resize)

    def _resize(self) -> None:
        wanted = self.height() - self._scroll.viewport().height() + self._body.sizeHint().height()
        self.resize(self.width(), max(LOWEST, min(wanted, self.screen().availableSize().height() - SCREEN_EDGE)))
        if self._blamed is not None:
            self._scroll.ensureWidgetVisible(self._blamed)

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, GUTTER, 0)
        row.setSpacing(8)
        row.addStretch(1)
        self.cancel_button = QPushButton(self._words("new_task.cancel"))
        self.cancel_button.clicked.connect(self.reject)
        self.paused_button = QPushButton(self._words("new_task.add_paused"))
        self.paused_button.clicked.connect(lambda: self._submit(paused=True))
        self.start_button = QPushButton(self._words("new_task.start"))
        self.start_button.setProperty("primary", True)  # noqa: FBT003 - Qt's signature
        self.start_button.setDefault(True)
        self.start_button.clicked.connect(lambda: self._submit(paused=False))
        for button in (self.cancel_button, self.paused_button, self.start_button):
            row.addWidget(button)
        return row

    # --- what it says

    def _show_recipe(self) -> None:
        pipeline = self.recipe.value == "pipeline"
        self.prompts.setVisible(pipeline)
        self.steps.setEnabled(not pipeline)
        self._fit()

    def _show_most(self) -> None:
        words = self._words
        price = self._services.price(self.models.provider, self.models.model)
        if price == ("0", "0"):
            self._at_most.setText(words("new_task.free"))
            return
        try:
            budget = parse(text_of(self.budget))
            most = f"{exact_money(budget)} {words('new_task.then_pauses')}"
        except ValueError:
            most = words("new_task.no_limit")
        told = words("new_task.price", input=price[0], output=price[1]) if price else words("new_task.unpriced")
        if self.models.provider == SIMULATOR:
            told += f" · {words('new_task.simulated')}"
        self._at_most.setText(f"{most} · {told}")

    def _ask(self) -> Question | None:
        """Return how to ask what is expected of what is typed; of what cannot run there is nothing to expect."""
        try:
            spec = self.spec()
        except WrongInputError:
            return None
        return None if self._foresee is None or problems(spec) else partial(self._foresee, spec)

    def begin_with(self, asked: TaskSpec) -> None:
        """Take over what a person said elsewhere."""
        self.goal.field.setPlainText(asked.goal)
        self.models.choose(asked.provider, asked.model)
        self.steps.field.setText(str(asked.max_steps))
        self.budget.field.setText("" if asked.budget is None else plain(asked.budget))

    def show_problem(self, error: DroverError) -> None:
        """Show why the engine did not take the task: at its field where it has one."""
        if not isinstance(error, InvalidSpecError):
            self._say(self._words.error(error))
            return
        for problem in error.problems:
            field = self._field(problem.field)
            if field is None:
                self._say(self._words(f"error.{problem.code}"))
            else:
                self._blame(field, self._words(f"error.{problem.code}"))

    def _blame(self, field: Field[QWidget], text: str) -> None:
        """Say what is wrong at a field; the first of them is brought into sight and has the keyboard."""
        if field in self.more.fields.values():
            self.fold.setChecked(True)
        field.blame(text)
        if self._blamed is None:
            self._blamed = field
            field.field.setFocus()
        self._fit()

    def set_busy(self, busy: bool) -> None:  # noqa: FBT001 - a state, named by the method
        """Take no second press while the first is being taken in."""
        self._busy = busy
        for button in (self.paused_button, self.start_button):
            button.setEnabled(not busy)

    @property
    def at_most(self) -> str:
        """What is said of the money."""
        return self._at_most.text()

    def _say(self, text: str) -> None:
        self._problem.setText(text)
        self._problem.setVisible(bool(text))

    def _field(self, name: str) -> Field[QWidget] | None:
        own: dict[str, Field[QWidget]] = {
            "goal": self.goal,
            "prompts": self.prompts,
            "title": self.name,
            "model": self.model,
            "max_steps": self.steps,
            "budget": self.budget,
        }
        return own.get(name) or self.more.fields.get(name)

    # --- what it gives

    def _submit(self, *, paused: bool) -> None:
        if self._busy:
            return
        self._say("")
        self._blamed = None
        for field in (self.goal, self.prompts, self.model, self.steps, self.budget, *self.more.fields.values()):
            field.blame("")
        try:
            spec = validate(self.spec())
        except WrongInputError as wrong:
            self._blame(wrong.field, self._words(wrong.code))
        except InvalidSpecError as error:
            self.show_problem(error)
        else:
            self.made.emit(spec, paused)

    def spec(self) -> TaskSpec:
        """Return what was asked; raises `WrongInputError`."""
        pipeline = self.recipe.value == "pipeline"
        prompts, reviews = prompts_of(text_of(self.prompts)) if pipeline else ((), ())
        budget = text_of(self.budget).strip()
        return TaskSpec(
            goal=text_of(self.goal).strip(),
            title=text_of(self.name).strip(),
            provider=self.models.provider,
            model=self.models.model,
            recipe=RecipeName(self.recipe.value),
            prompts=prompts,
            review_after=reviews,
            max_steps=1 if pipeline else read(self.steps, int, "new_task.not_a_number"),
            budget=read(self.budget, parse, "new_task.not_money") if budget else None,
            complexity=self.complexity.field.currentData(),
            **self.more.values(),
        )


class _Segments(QWidget):
    """Two or more buttons of which one is down."""

    chosen = Signal()

    def __init__(self, options: list[tuple[str, str]]) -> None:
        super().__init__()
        self._group = QButtonGroup(self)
        self._values: dict[int, str] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        for place, (text, value) in enumerate(options):
            button = QPushButton(text)
            button.setCheckable(True)
            button.setProperty("segment", True)  # noqa: FBT003 - Qt's signature
            self._group.addButton(button, place)
            self._values[place] = value
            row.addWidget(button, 1)
        self._group.button(0).setChecked(True)
        self._group.idClicked.connect(self._clicked)
        self.setFocusProxy(self._group.button(0))

    def _clicked(self, _button: int) -> None:
        self.chosen.emit()

    @property
    def value(self) -> str:
        """The value of the button that is down."""
        return self._values[self._group.checkedId()]

    def choose(self, value: str) -> None:
        """Press the button of a value."""
        for place, each in self._values.items():
            if each == value:
                self._group.button(place).setChecked(True)
        self.chosen.emit()
