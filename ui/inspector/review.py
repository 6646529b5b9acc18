"""The Review tab: the reply that waits for its person, and the three things to be done with it."""

from __future__ import annotations

from collections.abc import Callable, Coroutine

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QPushButton, QStackedWidget, QVBoxLayout

from engine.face import DroverError, Review, TaskSnapshot
from ui.elided import ElidedLabel
from ui.inspector.answer import AnswerView
from ui.inspector.loading import Loader
from ui.inspector.services import InspectorServices
from ui.inspector.step_list import first_words
from ui.inspector.tab import TaskTab
from ui.long_lines import TextArea
from ui.tasks import format as figures
from ui.tasks.inks import Inks, tint
from ui.text import Words
from ui.theme import Tokens, restyle

READ, WRITE = range(2)
KEYS = {"approve": "Ctrl+Return", "edit": "Ctrl+E", "reject": "Ctrl+Shift+Return"}


class ReviewTab(TaskTab):
    """Shows the reply as Markdown, or as plain text to be edited. What is decided is decided on what is shown."""

    def __init__(self, services: InspectorServices, words: Words, tokens: Tokens) -> None:
        """Build it empty."""
        super().__init__()
        self._services, self._words = services, words
        self._inks = Inks(tokens, self.font())
        self._seen: Review | None = None
        self._loader = Loader(services.steering.review, self._show, self._failed, services.spawn)
        self.title, self.next = QLabel(textFormat=Qt.TextFormat.PlainText), ElidedLabel()
        self.problem = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self.reply, self.editor = AnswerView(), TextArea()
        self.reply.setAccessibleName(words("review.reply_name"))
        self.editor.setAccessibleName(words("review.editor_name"))
        self.instruction = QLineEdit()
        self.instruction.setPlaceholderText(words("review.instruction"))
        self.instruction.setAccessibleName(words("review.instruction"))
        self.approve = self._button("approve", self._approve)
        self.edit = self._button("edit", self._edit)
        self.reject = self._button("reject", self._reject)
        self.approve.setProperty("primary", True)  # noqa: FBT003 - Qt's signature
        self._arrange()
        self.instruction.returnPressed.connect(self._reject)
        self.editor.document().modificationChanged.connect(self._offer)
        self.set_tokens(tokens)
        self._offer()

    def _button(self, code: str, act: Callable[[], None]) -> QPushButton:
        button = QPushButton(self._words(f"review.{code}"))
        button.setShortcut(QKeySequence(KEYS[code]))
        button.setToolTip(self._words(f"review.{code}_hint"))
        button.clicked.connect(act)
        return button

    def _arrange(self) -> None:
        self._book = QStackedWidget()
        self._book.addWidget(self.reply)
        self._book.addWidget(self.editor)
        acts = QHBoxLayout()
        acts.setSpacing(6)
        for button in (self.approve, self.edit):
            acts.addWidget(button)
        acts.addWidget(self.instruction, 1)
        acts.addWidget(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 8, 14, 8)
        layout.setSpacing(6)
        for widget in (self.title, self.next):
            layout.addWidget(widget)
        layout.addWidget(self._book, 1)
        layout.addWidget(self.problem)
        layout.addLayout(acts)

    def show_task(self, task: TaskSnapshot | None) -> None:
        """See `TaskTab`."""
        waiting = task.standing.review if task is not None else ""
        if self._seen is not None and self._seen.attempt != waiting:
            self._forget()
        if task is None or not waiting:
            self._loader.forget()
            return
        self._loader.want(task.id, (waiting, task.standing.instructions, task.spec))

    def _forget(self) -> None:
        self._seen = None
        self.instruction.clear()
        self.editor.clear()
        self.reply.clear()
        self._book.setCurrentIndex(READ)
        self._offer()

    def _show(self, seen: Review) -> None:
        fresh = self._seen is None or self._seen.attempt != seen.attempt
        self._seen = seen
        self._tell("")
        self.title.setText(self._words("review.title", step=seen.step, cost=figures.exact_money(seen.cost)))
        self.next.setText(self._leads_to(seen))
        if fresh:
            self.reply.show_markdown(seen.text, self._inks)
            self.editor.setPlainText(seen.text)
        self._offer()

    def _leads_to(self, seen: Review) -> str:
        """Return what comes next, and what that costs at most."""
        if seen.completes:
            return self._words("review.completes")
        asked = first_words(seen.next_prompt)
        if seen.worst is None:
            return self._words("review.next_unknown", prompt=asked)
        return self._words("review.next", prompt=asked, worst=figures.exact_money(seen.worst))

    @property
    def _edited(self) -> bool:
        """Whether the person's words stand in the place of the model's."""
        return self.editor.document().isModified()

    def _offer(self) -> None:
        """Enable what can be done, and name the buttons after what they do."""
        writing = self._book.currentIndex() == WRITE
        for widget in (self.approve, self.edit, self.reject, self.instruction):
            widget.setEnabled(self._seen is not None)
        for button, code in (
            (self.approve, "approve_mine" if self._edited else "approve"),
            (self.edit, "read" if writing else "edit"),
        ):
            keys = button.shortcut()
            button.setText(self._words(f"review.{code}"))
            button.setShortcut(keys)  # Qt forgets it with another text
        restyle(self.approve)

    def _approve(self) -> None:
        seen, steering = self._seen, self._services.steering
        if seen is None:
            return
        if self._edited:
            self._decide(steering.amend(seen.task, seen.attempt, self.editor.toPlainText()))
        else:
            self._decide(steering.approve(seen.task, seen.attempt))

    def _edit(self) -> None:
        writing = self._book.currentIndex() == READ
        if not writing:
            self.reply.show_markdown(self.editor.toPlainText(), self._inks)
        self._book.setCurrentIndex(WRITE if writing else READ)
        if writing:
            self.editor.setFocus()
        self._offer()

    def _reject(self) -> None:
        if self._seen is None:
            return
        if not self.instruction.text().strip():
            self.instruction.setFocus()
            self._tell(self._words("review.say_how"))
            return
        seen = self._seen
        self._decide(self._services.steering.reject(seen.task, seen.attempt, self.instruction.text()))

    def _decide(self, word: Coroutine[object, object, None]) -> None:
        async def decide() -> None:
            try:
                await word
            except DroverError as error:
                self._tell(self._words.error(error))

        self._services.spawn(decide())

    def _failed(self, error: DroverError) -> None:
        self._tell(self._words.error(error))

    def _tell(self, problem: str) -> None:
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))

    def set_tokens(self, tokens: Tokens) -> None:
        """See `TaskTab`."""
        self._inks = Inks(tokens, self.font())
        self.title.setFont(self._inks.heading)
        tint(self.title, self._inks["paused"])
        tint(self.next, self._inks["dim"])
        tint(self.problem, self._inks["failed"])
        if self._seen is not None:
            self.reply.show_markdown(self.editor.toPlainText(), self._inks)
