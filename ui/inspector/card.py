"""The card at the top of the Result tab: the text in flight while a task works, its answer when it does not."""

from __future__ import annotations

import math

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout

from engine.face import MULTIPLIER, Answer, LiveText, Phase, TaskSnapshot, TimeLevel
from ui import start
from ui.elided import ElidedLabel
from ui.inspector.answer import SHOWN, AnswerView
from ui.inspector.stream import StreamView
from ui.tasks import format as figures
from ui.tasks.inks import Inks, ground, tint
from ui.tasks.status import COUNTED_DOWN
from ui.text import Words
from ui.theme import Tokens

RADIUS = 6
COMPACT = "QPushButton, QLineEdit { padding: 2px 9px; min-height: 15px }"


class ResultCard(QFrame):
    """Shows one of the two, with a heading, and buttons for the answer."""

    open_wanted = Signal()
    """The person wants to see the files."""

    def __init__(self, words: Words, tokens: Tokens) -> None:
        """Build it empty."""
        super().__init__()
        self._words, self._inks = words, Inks(tokens, self.font())
        self._answer: Answer | None = None
        self.title, self.about = QLabel(), ElidedLabel()
        self.stream, self.answer = StreamView(), AnswerView()
        self.stream.setAccessibleName(words("result.live_name"))
        self.answer.setAccessibleName(words("result.answer_name"))
        self.plain = QPushButton(words("result.plain"))
        self.plain.setCheckable(True)
        self.copy = QPushButton(words("result.copy"))
        self.open = QPushButton(words("result.open_file"))
        self._arrange()
        self.plain.toggled.connect(self._render)
        self.copy.clicked.connect(self._copy)
        self.open.clicked.connect(self.open_wanted)
        self.set_tokens(tokens)
        self.show_live()

    def _arrange(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(6)
        self.title.setTextFormat(Qt.TextFormat.PlainText)
        head.addWidget(self.title)
        head.addWidget(self.about, 1)
        for button in (self.plain, self.copy, self.open):
            button.setStyleSheet(COMPACT)
            head.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(13, 7, 13, 7)
        layout.setSpacing(4)
        layout.addLayout(head)
        layout.addWidget(self.stream)
        layout.addWidget(self.answer, 1)

    @property
    def is_live(self) -> bool:
        """Whether it shows the text in flight."""
        return not self.stream.isHidden()

    def show_live(self) -> None:
        """Show the text in flight."""
        self._switch(live=True)

    def show_task(self, task: TaskSnapshot) -> None:
        """Bring the heading up to date."""
        if self.is_live:
            self._head(*live_heading(task, self._words))
        else:
            self._head(*answer_heading(task, self._answer, self._words))

    def take_live(self, live: LiveText) -> None:
        """Take in text of the attempt in flight."""
        self.stream.take(live)

    def show_answer(self, answer: Answer | None) -> None:
        """Show an answer; None while it is being read."""
        self._answer = answer
        self._switch(live=False)
        self._render()

    def reset(self) -> None:
        """Forget the task."""
        self._answer = None
        self.stream.reset()
        self.answer.clear()
        self._head("", "")

    def _switch(self, *, live: bool) -> None:
        self.stream.setVisible(live)
        self.answer.setVisible(not live)
        for button in (self.plain, self.copy, self.open):
            button.setVisible(not live)
        vertical = QSizePolicy.Policy.Fixed if live else QSizePolicy.Policy.Expanding
        self.setSizePolicy(QSizePolicy.Policy.Preferred, vertical)

    def _render(self) -> None:
        text = self._answer.text if self._answer else ""
        for button in (self.plain, self.copy):
            button.setEnabled(bool(text))
        self.open.setEnabled(self._answer is not None)
        if not text:
            self.answer.show_plain(self._words("result.no_answer") if self._answer else "")
        elif self.plain.isChecked():
            self.answer.show_plain(text)
        else:
            self.answer.show_markdown(text, self._inks)
        self.answer.setToolTip(self._words("result.cut_short") if len(text) > SHOWN else "")

    def _copy(self) -> None:
        if self._answer is not None:
            QApplication.clipboard().setText(self._answer.text)

    def _head(self, title: str, about: str) -> None:
        for label, text in ((self.title, title), (self.about, about)):
            if label.text() != text:
                label.setText(text)

    def paintEvent(self, event: QPaintEvent) -> None:
        """See QWidget."""
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(self._inks["line"])
        painter.setBrush(self._inks["background"])
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)
        painter.end()

    def set_tokens(self, tokens: Tokens) -> None:
        """Change the theme."""
        self._inks = inks = Inks(tokens, self.font())
        ground(self.answer, inks["background"])
        self.title.setFont(inks.heading)
        tint(self.title, inks["text"])
        self.about.setFont(inks.small_number)
        tint(self.about, inks["dim"])
        for view in (self.stream, self.answer):
            view.setFont(inks.row_text)
        if self._answer is not None:
            self._render()


def live_heading(task: TaskSnapshot, words: Words) -> tuple[str, str]:
    """Return "Step 19 — streaming" and "claude-sonnet-4.5 · 88 tok/s · left: task 38:12"."""
    what = _doing(task, words)
    said = [task.route.model]
    if task.tokens_per_s > 0:
        said.append(f"{figures.speed(task.tokens_per_s)} {words('column.speed')}")
    if math.isfinite(left := time_left(task)):
        said.append(words("result.task_left", left=figures.clock(left)))
    return words("result.step_now", step=task.standing.steps_done + 1, what=what), " · ".join(said)


def _doing(task: TaskSnapshot, words: Words) -> str:
    """Return what a task does; the seconds of a wait stand in the table, the whole time of a start here."""
    if task.phase in COUNTED_DOWN:
        return words(f"result.{task.phase}", provider=task.spec.provider, model=task.spec.model[:80])
    if task.phase is Phase.SCHEDULED:
        return words("phase.scheduled", time=start.written(task.spec.not_before_ms))
    return words(f"phase.{task.phase if task.phase is not Phase.IDLE else Phase.PREPARING}")


def answer_heading(task: TaskSnapshot, answer: Answer | None, words: Words) -> tuple[str, str]:
    """Return "Answer" and "after 18 of 40 steps · claude-sonnet-4.5"."""
    final = answer is not None and answer.final
    done = answer.steps if answer is not None else task.standing.steps_done
    about = words.counted("result.after_steps", task.spec.total_steps, done=done)
    return words("result.answer" if final else "result.answer_so_far"), f"{about} · {task.spec.model}"


def time_left(task: TaskSnapshot) -> float:
    """Active seconds until the task's own limit, with what the complexity and the person grant; infinite if lifted."""
    base = task.spec.limits.task * MULTIPLIER[task.spec.complexity]
    return max(0.0, task.standing.limit(TimeLevel.TASK, base) - task.active_s)
