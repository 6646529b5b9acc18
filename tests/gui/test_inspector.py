"""The inspector as a person meets it: the right task, read only when looked at, hostile text harmless."""

from __future__ import annotations

import dataclasses
from collections.abc import Coroutine
from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFontMetrics, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit, QTextBrowser
from pytestqt.qtbot import QtBot

from engine.face import (
    PICO,
    Answer,
    AttemptId,
    AttemptStatus,
    ChangeBatch,
    Checkpoint,
    Deadline,
    Difference,
    DroverError,
    ErrorCode,
    Flag,
    InvalidSpecError,
    LiveText,
    LogEntry,
    PauseReason,
    Phase,
    Problem,
    Review,
    State,
    StepRecord,
    TaskId,
    TaskSnapshot,
    TaskSpec,
    TimeLevel,
    moment,
)
from tests.gui.foreseen import nothing_foreseen
from tests.snapshots import attempt, snapshot, step, task_id
from tests.stored import correction, task
from ui.inspector.answer import AnswerView
from ui.inspector.card import live_heading
from ui.inspector.inspector import CHECKPOINTS, LOG, RESULT, REVIEW, SETTINGS, STEPS, Inspector
from ui.inspector.rows_view import PAD
from ui.inspector.services import InspectorServices
from ui.inspector.step_list import first_words
from ui.tasks.inks import Inks
from ui.text import load_words
from ui.theme import load_tokens

WORDS = load_words()
LEFT = Qt.MouseButton.LeftButton


class Engine:
    """Answers at once, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.text = "# Answer\n\nChoose a **U-lock**."
        self.records: tuple[StepRecord, ...] = (step(1, text="first"), step(2, text="second"))
        self.edited: list[tuple[TaskId, TaskSpec]] = []
        self.opened: list[Path] = []
        self.refuses: DroverError | None = None
        self.back: list[tuple[TaskId, int]] = []
        self.forked: list[tuple[TaskId, int]] = []
        self.corrected: list[tuple[TaskId, AttemptId, int]] = []
        self.resumed: list[TaskId] = []
        self.more: list[tuple[TaskId, TimeLevel, float | None]] = []
        self.points: tuple[Checkpoint, ...] = ()
        self.told: int | None = None
        self.said: list[tuple[str, str, str]] = []
        self.services = InspectorServices(
            answer=self.answer,
            steps=self.steps,
            log=self.log,
            checkpoints=self.checkpoints,
            difference=self.difference,
            restore=lambda task, step: self.back.append((task.id, step)),
            fork=lambda task, step: self.forked.append((task.id, step)),
            foresee=nothing_foreseen,
            correct=self.correct,
            ask_provider=self.ask_provider,
            can_ask=lambda _provider, request: bool(request),
            extend=self.extend,
            steering=self,
            resume=self.resumed.append,
            on_edit=self.edit,
            open_path=self.opened.append,
            spawn=self.spawn,
        )

    async def answer(self, task: TaskId) -> Answer:
        """The answer."""
        self.asked.append("answer")
        if self.refuses:
            raise self.refuses
        return Answer(text=self.text, steps=len(self.records), final=True, folder=Path("files") / task)

    async def steps(self, task: TaskId) -> tuple[StepRecord, ...]:
        """The steps."""
        del task
        self.asked.append("steps")
        return self.records

    async def review(self, task: TaskId) -> Review:
        """What waits."""
        return Review(task=task, attempt=AttemptId("a"), step=2, text="# Reply", cost=5, next_prompt="Next?", worst=7)

    async def instruct(self, task: TaskId, text: str) -> None:
        """Take an instruction."""
        self.said.append(("instruct", task, text))
        if self.refuses:
            raise self.refuses

    async def approve(self, task: TaskId, attempt: AttemptId) -> None:
        """Take a yes."""
        self.said.append(("approve", task, attempt))

    async def amend(self, task: TaskId, attempt: AttemptId, text: str) -> None:
        """Take an edit."""
        del task
        self.said.append(("amend", attempt, text))

    async def reject(self, task: TaskId, attempt: AttemptId, instruction: str) -> None:
        """Take a no."""
        del task
        self.said.append(("reject", attempt, instruction))
        if self.refuses:
            raise self.refuses

    async def log(self, task: TaskId) -> tuple[LogEntry, ...]:
        """The log."""
        del task
        self.asked.append("log")
        return (LogEntry(seq=1, at_ms=1_800_000_000_000, kind="created", code=""),)

    async def checkpoints(self, task: TaskId) -> tuple[Checkpoint, ...]:
        """The checkpoints."""
        del task
        self.asked.append("checkpoints")
        return self.points

    async def difference(self, task: TaskId, first: int, second: int) -> Difference:
        """What lies between two of them: one line of the answer."""
        del task
        before, after = (next(p for p in self.points if p.step == at) for at in (first, second))
        return Difference(
            first=before,
            second=after,
            first_text=f"Title\nstep {first}\nend",
            second_text=f"Title\nstep {second}\nend",
            attempts=after.step - before.step,
            cost=after.cost - before.cost,
            input_tokens=1200,
            output_tokens=900,
            seconds=130.0,
        )

    async def correct(self, task: TaskId, attempt: AttemptId, amount: int) -> None:
        """Take a correction, or refuse it."""
        if self.refuses:
            raise self.refuses
        self.corrected.append((task, attempt, amount))

    async def ask_provider(self, task: TaskId, attempt: AttemptId) -> int | None:
        """Say what the provider says."""
        del task, attempt
        return self.told

    def extend(self, task: TaskId, level: TimeLevel, seconds: float | None) -> None:
        """Take more time, or refuse it."""
        if self.refuses:
            raise self.refuses
        self.more.append((task, level, seconds))

    async def edit(self, task: TaskId, spec: TaskSpec) -> None:
        """Take an edit, or refuse it."""
        if self.refuses:
            raise self.refuses
        self.edited.append((task, spec))

    def spawn(self, work: Coroutine[object, object, None]) -> None:
        """Run it to its end: nothing here waits."""
        with pytest.raises(StopIteration):
            work.send(None)


@pytest.fixture
def engine() -> Engine:
    """An engine of its own for each test."""
    return Engine()


@pytest.fixture
def inspector(qtbot: QtBot, engine: Engine) -> Inspector:
    """An inspector in sight, about nothing."""
    made = Inspector(engine.services, WORDS, load_tokens("dark"))
    qtbot.addWidget(made)
    made.resize(784, 345)
    made.show()
    return made


def running(streamed_tokens: int = 0, attempts: int = 2) -> TaskSnapshot:
    """A task in its third step."""
    return snapshot(
        1,
        state=State.RUNNING,
        phase=Phase.STREAMING,
        steps_done=2,
        attempts=attempts,
        tokens_per_s=88.0,
        streamed_tokens=streamed_tokens,
    )


def completed(number: int = 1) -> TaskSnapshot:
    """A task that is done."""
    return snapshot(number, state=State.COMPLETED, reason="marker", steps_done=2)


def live(text: str, offset: int, attempt: int = 1, number: int = 1) -> ChangeBatch:
    """Text of the step in flight."""
    return ChangeBatch(live=LiveText(task=task_id(number), step=3, attempt=attempt, offset=offset, text=text))


def test_nothing_is_read_for_nothing(inspector: Inspector, engine: Engine) -> None:
    """With no task there is a sentence and no read."""
    inspector.apply(ChangeBatch(changed=(running(),)))
    assert engine.asked == []


def test_only_the_tab_in_sight_reads(inspector: Inspector, engine: Engine) -> None:
    """Each tab reads when it is looked at, and again only when its task has changed."""
    inspector.show_task(completed())
    assert sorted(engine.asked) == ["answer", "steps"]
    engine.asked.clear()
    inspector.apply(ChangeBatch(changed=(completed(),)))
    assert engine.asked == []
    inspector.tabs.setCurrentIndex(LOG)
    assert engine.asked == ["log"]
    inspector.tabs.setCurrentIndex(STEPS)
    assert engine.asked == ["log", "steps"]
    inspector.tabs.setCurrentIndex(RESULT)
    assert engine.asked == ["log", "steps"]


def test_live_text_follows_and_is_appended(inspector: Inspector) -> None:
    """Pieces become one text; another attempt begins anew; another task's text is not shown."""
    inspector.show_task(running())
    stream = inspector.result.card.stream
    inspector.apply(live("The view ", 0))
    inspector.apply(live("joins", 9))
    inspector.apply(live("of another task", 0, number=2))
    assert stream.toPlainText() == "The view joins"
    assert inspector.result.card.title.text() == "Step 3 — streaming"
    assert "88 tok/s" in inspector.result.card.about.text()
    inspector.apply(live("Again", 0, attempt=2))
    assert stream.toPlainText() == "Again"


def test_the_last_words_of_a_step_are_not_missing(inspector: Inspector, engine: Engine) -> None:
    """What came between the last frame and the end of the step is filled in from the saved reply."""
    inspector.show_task(running())
    inspector.apply(live("The ", 0))
    engine.records = (step(1), step(2), step(3, text="The end."))
    inspector.apply(ChangeBatch(changed=(running(attempts=3),)))
    assert inspector.result.card.stream.toPlainText() == "The end."


def test_a_gap_in_live_text_shows(inspector: Inspector) -> None:
    """What was missed is marked rather than joined over."""
    inspector.show_task(running())
    inspector.apply(live("one", 0))
    inspector.apply(live("three", 6))
    assert inspector.result.card.stream.toPlainText() == "one\n…\nthree"


def test_a_long_reply_stays_bounded_and_at_its_end(inspector: Inspector) -> None:
    """A reply of megabytes neither fills memory nor leaves what is watched."""
    inspector.show_task(running())
    stream, sent = inspector.result.card.stream, 0
    for _ in range(30):
        inspector.apply(live("word " * 4000, sent))
        sent += 20_000
    inspector.apply(live("END", sent))
    assert stream.toPlainText().endswith("END")
    assert stream.document().characterCount() < 230_000
    assert stream.verticalScrollBar().value() == stream.verticalScrollBar().maximum()


def test_live_becomes_answer_when_the_task_is_done(inspector: Inspector, engine: Engine) -> None:
    """The result is what a task is for: it takes the first place by itself."""
    inspector.show_task(running())
    assert inspector.result.card.is_live
    inspector.apply(ChangeBatch(changed=(completed(),)))
    assert not inspector.result.card.is_live
    assert inspector.result.card.answer.toPlainText() == "Answer\nChoose a U-lock."
    assert inspector.result.card.title.text() == WORDS("result.answer")
    assert engine.asked.count("answer") == 1


def test_the_step_in_flight_counts(inspector: Inspector, engine: Engine) -> None:
    """Its tokens grow between two reads, and no read is made for them."""
    engine.records = (step(1), step(2), step(3, attempt(3, status=AttemptStatus.OPEN)))
    inspector.show_task(running())
    reads = len(engine.asked)
    inspector.apply(ChangeBatch(changed=(running(streamed_tokens=1800),)))
    rows = inspector.result.records
    assert rows.index(0, 0).data() == "Step 3"
    assert rows.index(0, 3).data() == "1.8k"
    assert len(engine.asked) == reads


def test_another_task_never_shows_the_one_before(inspector: Inspector, engine: Engine) -> None:
    """Everything about the last task is gone at once."""
    inspector.show_task(completed())
    inspector.apply(live("left over", 0))
    engine.records = ()
    engine.text = ""
    inspector.show_task(completed(2))
    assert inspector.result.records.rowCount() == 0
    assert inspector.result.card.stream.toPlainText() == ""
    assert inspector.result.card.answer.toPlainText() == WORDS("result.no_answer")
    inspector.apply(ChangeBatch(removed=(task_id(2),)))
    assert inspector.meter.isHidden()


def test_buttons_of_the_answer(inspector: Inspector, engine: Engine) -> None:
    """Plain shows the marks, Copy takes the Markdown, Open shows the files."""
    inspector.show_task(completed())
    card = inspector.result.card
    QTest.mouseClick(card.plain, LEFT)
    assert card.answer.toPlainText() == engine.text
    QTest.mouseClick(card.copy, LEFT)
    assert QApplication.clipboard().text() == engine.text
    QTest.mouseClick(card.open, LEFT)
    assert engine.opened == [Path("files") / task_id(1)]


def test_a_failed_task_says_what_to_do(inspector: Inspector) -> None:
    """Where the person is looking, in a plain sentence."""
    inspector.show_task(snapshot(1, state=State.FAILED, reason=ErrorCode.WRONG_KEY))
    assert inspector.result.notice.text() == WORDS("error.wrong_key")
    assert inspector.result.notice.isVisible()


def test_what_cannot_be_read_says_so(inspector: Inspector, engine: Engine) -> None:
    """A damaged store is named, not shown as an empty answer."""
    engine.refuses = DroverError(ErrorCode.STORE_DAMAGED)
    inspector.show_task(completed())
    assert WORDS("error.store_damaged") in inspector.result.notice.text()


def test_a_step_opens_with_all_its_attempts(inspector: Inspector, engine: Engine) -> None:
    """From the list to the reply it was made of."""
    engine.records = (step(1, text="first"), step(2, text="second"))
    inspector.show_task(completed())
    inspector.result.view.activated.emit(inspector.result.records.index(1, 0))
    assert inspector.tabs.currentIndex() == STEPS
    assert inspector.steps.text.toPlainText() == "first"


def test_new_steps_come_in_above_the_selected_one(inspector: Inspector, engine: Engine) -> None:
    """Reading a step is not disturbed by the next."""
    inspector.tabs.setCurrentIndex(STEPS)
    inspector.show_task(running())
    inspector.steps.view.selectRow(1)
    engine.records = (*engine.records, step(3, text="third"))
    inspector.apply(ChangeBatch(changed=(running(attempts=3),)))
    assert inspector.steps.records.rowCount() == 3
    assert inspector.steps.view.currentIndex().row() == 2
    assert inspector.steps.text.toPlainText() == "first"


def test_settings_are_read_only_while_it_runs(inspector: Inspector) -> None:
    """All are shown, and why they cannot be changed."""
    inspector.tabs.setCurrentIndex(SETTINGS)
    inspector.show_task(running())
    goal = inspector.settings.form.boxes["goal"]
    assert goal.text() == "do it"
    assert isinstance(goal.editor, QPlainTextEdit)
    assert goal.editor.isReadOnly()
    assert inspector.settings.save.isHidden()
    assert inspector.settings.note.text() == WORDS("edit.locked")


def paused() -> TaskSnapshot:
    """A task that may be edited."""
    return snapshot(1, state=State.PAUSED, reason="budget", budget=PICO)


def test_a_budget_is_raised(inspector: Inspector, engine: Engine) -> None:
    """Typed, saved, and what else was asked is as it was."""
    inspector.tabs.setCurrentIndex(SETTINGS)
    inspector.show_task(paused())
    settings = inspector.settings
    assert not settings.save.isEnabled()
    settings.form.boxes["budget"].set_text("2.50")
    inspector.apply(ChangeBatch(changed=(paused(),)))
    assert settings.form.boxes["budget"].text() == "2.50"
    QTest.mouseClick(settings.save, LEFT)
    assert engine.edited == [(task_id(1), msgspec.structs.replace(paused().spec, budget=5 * PICO // 2))]


def test_what_is_wrong_is_said_beside_its_field(inspector: Inspector, engine: Engine) -> None:
    """By the form, by the rules of the engine, or by the engine's refusal."""
    inspector.tabs.setCurrentIndex(SETTINGS)
    inspector.show_task(paused())
    form, save = inspector.settings.form, inspector.settings.save
    form.boxes["budget"].set_text("a lot")
    form.boxes["max_steps"].set_text("0")
    QTest.mouseClick(save, LEFT)
    assert form.boxes["budget"].problem.text() == WORDS("new_task.not_money")
    assert form.boxes["max_steps"].problem.text() == WORDS("error.steps_out_of_range")
    form.boxes["budget"].set_text("2")
    form.boxes["max_steps"].set_text("9")
    engine.refuses = InvalidSpecError((Problem(field="model", code=ErrorCode.NO_MODEL),))
    QTest.mouseClick(save, LEFT)
    assert form.boxes["model"].problem.text() == WORDS("error.no_model")
    assert form.boxes["budget"].problem.text() == ""
    assert engine.edited == []
    QTest.mouseClick(inspector.settings.revert, LEFT)
    assert form.boxes["budget"].text() == "1"


def red_pixels(view: QTextBrowser) -> int:
    """How much of a view is pure red."""
    image = view.grab().toImage()
    red = QColor("#ff0000")
    return sum(image.pixelColor(x, y) == red for x in range(0, image.width(), 4) for y in range(0, image.height(), 4))


def test_an_answer_loads_no_file(qtbot: QtBot, tmp_path: Path) -> None:
    """An image of this computer that the text names is drawn by Qt's own view and not by this one."""
    picture = tmp_path / "picture.png"
    image = QImage(64, 64, QImage.Format.Format_RGB32)
    image.fill(QColor("#ff0000"))
    assert image.save(str(picture))
    markdown = f"![x]({picture.as_uri()})\n\n<img src='{picture.as_uri()}'>"
    theirs, ours = QTextBrowser(), AnswerView()
    for view in (theirs, ours):
        qtbot.addWidget(view)
        view.resize(300, 200)
        view.show()
    theirs.setMarkdown(markdown)
    ours.show_markdown(markdown, Inks(load_tokens("dark"), ours.font()))
    assert red_pixels(theirs) > 0
    assert red_pixels(ours) == 0


def test_html_in_an_answer_is_words(qtbot: QtBot) -> None:
    """Only Markdown is set; and a link opens nothing."""
    view = AnswerView()
    qtbot.addWidget(view)
    view.show_markdown("<b>bold?</b> [here](http://127.0.0.1:1/x)", Inks(load_tokens("dark"), view.font()))
    assert "<b>bold?</b>" in view.toPlainText()
    assert not view.openLinks()
    assert not view.openExternalLinks()


def test_nothing_turns_the_order_of_an_answer(qtbot: QtBot) -> None:
    """A name that ends in ".exe" is not read as one that ends in ".png": formatted, plain, and in the list."""
    view = AnswerView()
    qtbot.addWidget(view)
    said = "open \u202egnp.exe"
    view.show_markdown(said, Inks(load_tokens("dark"), view.font()))
    assert view.toPlainText() == "open \ufffdgnp.exe"
    view.show_plain(said)
    assert view.toPlainText() == "open \ufffdgnp.exe" == first_words(said)


@pytest.mark.parametrize(
    "text", ["", "|a|\n|-|\n" * 50, "#" * 5000, "> " * 500, "- " * 400, "\u2028\u0000\ufffe", "`" * 3]
)
def test_odd_markdown_does_no_harm(qtbot: QtBot, text: str) -> None:
    """Whatever a model writes is shown somehow."""
    view = AnswerView()
    qtbot.addWidget(view)
    view.show_markdown(text, Inks(load_tokens("dark"), view.font()))
    view.grab()


def test_a_theme_changes_live(inspector: Inspector) -> None:
    """All four tabs take on the new colours."""
    inspector.show_task(completed())
    for page in range(inspector.tabs.count()):
        inspector.tabs.setCurrentIndex(page)
        inspector.set_tokens(load_tokens("dark"))
        dark = inspector.grab().toImage()
        inspector.set_tokens(load_tokens("light"))
        assert inspector.grab().toImage() != dark


def point(step: int) -> Checkpoint:
    """A checkpoint."""
    return Checkpoint(
        task=task_id(1),
        step=step,
        policy="full",
        context_sha256=b"",
        model="gpt-4.1",
        cost=step * PICO // 100,
        at_ms=1_800_000_000_000 + step,
    )


def at_rest() -> TaskSnapshot:
    """A task at rest."""
    return snapshot(1, state=State.PAUSED, reason="user", steps_done=15)


def test_checkpoints_are_listed_compared_and_gone_back_to(inspector: Inspector, engine: Engine) -> None:
    """One selected is compared with the newest, two with each other; the buttons are about the one."""
    engine.points = (point(5), point(10), point(15))
    inspector.show_task(at_rest())
    inspector.tabs.setCurrentIndex(CHECKPOINTS)
    tab = inspector.checkpoints
    shown = [[cell.text for cell in tab.records.cells(row)] for row in range(tab.records.rowCount())]
    assert [(row[0], row[4]) for row in shown] == [("15", "$0.1500"), ("10", "$0.1000"), ("5", "$0.0500")]
    tab.view.selectRow(2)
    assert "From step 5 to step 15: $0.1000 for 10 requests" in tab.about.text()
    assert tab.changes.toPlainText() == " Title\n-step 5\n+step 15\n end"
    tab.restore.click()
    tab.fork.click()
    assert engine.back == engine.forked == [(task_id(1), 5)]
    inspector.show_task(completed())
    assert not tab.restore.isEnabled() and tab.fork.isEnabled()


def test_the_newest_checkpoint_is_compared_with_the_one_before(inspector: Inspector, engine: Engine) -> None:
    """What the last steps changed is there without a click; the task stands there already, so it cannot go back."""
    engine.points = (point(5), point(10), point(15))
    inspector.show_task(at_rest())
    inspector.tabs.setCurrentIndex(CHECKPOINTS)
    tab = inspector.checkpoints
    assert "From step 10 to step 15" in tab.about.text()
    assert tab.changes.isVisible()
    assert not tab.restore.isEnabled() and tab.fork.isEnabled()


def test_the_only_checkpoint_leaves_no_blank(inspector: Inspector, engine: Engine) -> None:
    """It says that there is nothing to compare it with."""
    engine.points = (point(5),)
    inspector.show_task(at_rest())
    inspector.tabs.setCurrentIndex(CHECKPOINTS)
    tab = inspector.checkpoints
    assert "nothing yet to compare" in tab.about.text()
    assert not tab.changes.isVisible()
    assert tab.restore.isEnabled()


def test_a_difference_has_the_colours_of_the_theme(inspector: Inspector, engine: Engine) -> None:
    """Lines that were added and taken away, beside their sign."""
    engine.points = (point(5), point(15))
    inspector.show_task(at_rest())
    inspector.tabs.setCurrentIndex(CHECKPOINTS)
    for theme in ("light", "dark"):
        tokens = load_tokens(theme)
        inspector.set_tokens(tokens)
        found = coloured(inspector.checkpoints.changes)
        assert found == {"-step 5": tokens.colour("failed"), "+step 15": tokens.colour("completed")}


def coloured(edit: QPlainTextEdit) -> dict[str, str]:
    """Return the lines that have a colour of their own."""
    found = dict[str, str]()
    block = edit.document().begin()
    while block.isValid():
        for run in block.layout().formats():
            found[block.text()] = run.format.foreground().color().name()
        block = block.next()
    return found


def test_a_task_without_checkpoints_says_so(inspector: Inspector) -> None:
    """And nothing can be pressed."""
    inspector.show_task(at_rest())
    inspector.tabs.setCurrentIndex(CHECKPOINTS)
    assert "No checkpoint yet" in inspector.checkpoints.about.text()
    assert not inspector.checkpoints.fork.isEnabled()


def test_the_counts_of_a_long_prompt_are_whole(inspector: Inspector) -> None:
    """A million tokens in, and as much out as models make at once: no digit of them is cut off."""
    font = Inks(load_tokens("dark"), inspector.font()).row_number
    wanted = {"steps.input": "1,000,000", "steps.cached": "131,072", "steps.output": "131,072"}
    for code, text in wanted.items():
        column = next(each for each in inspector.steps.records.columns if each.title == WORDS(code))
        assert QFontMetrics(font).horizontalAdvance(text) <= column.width - 2 * PAD, code


def doubtful(inspector: Inspector, engine: Engine) -> None:
    """Show an attempt whose end nobody knows: it is selected by itself, since it waits for a decision."""
    unknown = attempt(3, status=AttemptStatus.UNKNOWN, cost=PICO // 20)
    assert unknown.outcome is not None
    outcome = msgspec.structs.replace(unknown.outcome, flags=(Flag.ASSUMED,))
    engine.records = (step(1), step(3, msgspec.structs.replace(unknown, outcome=outcome)))
    inspector.show_task(at_rest())
    inspector.tabs.setCurrentIndex(STEPS)


def test_an_unknown_attempt_is_decided_on_by_buttons(inspector: Inspector, engine: Engine) -> None:
    """Count as spent, not billed, another amount, ask, try again: each says it to the engine."""
    doubtful(inspector, engine)
    doubts = inspector.steps.doubts
    assert doubts.isVisible() and doubts.ask.isVisible() and doubts.retry.isVisible()
    doubts.spent.click()
    doubts.free.click()
    doubts.amount.setText("nonsense")
    QTest.keyClick(doubts.amount, Qt.Key.Key_Return)
    assert doubts.amount.property("wrong")
    doubts.amount.setText("0.02")
    assert not doubts.amount.property("wrong")
    doubts.set.click()
    doubts.amount.clear()
    assert not doubts.set.isEnabled()
    assert [amount for _, _, amount in engine.corrected] == [PICO // 20, 0, PICO // 50]
    doubts.ask.click()
    assert "does not tell" in inspector.steps.about_text
    doubts.retry.click()
    assert engine.resumed == [task_id(0)]


def test_a_corrected_amount_can_be_corrected_again(inspector: Inspector, engine: Engine) -> None:
    """Who typed a wrong one types another; only trying again is over."""
    first = correction(task(0), 3, PICO // 50)
    doubted = msgspec.structs.replace(attempt(3, status=AttemptStatus.UNKNOWN, cost=PICO // 20), correction=first)
    engine.records = (step(1), step(3, doubted))
    inspector.show_task(at_rest())
    inspector.tabs.setCurrentIndex(STEPS)
    inspector.steps.view.selectRow(0)
    doubts = inspector.steps.doubts
    assert doubts.isVisible() and not doubts.retry.isVisible()
    doubts.amount.setText("0.03")
    doubts.set.click()
    assert [amount for _, _, amount in engine.corrected] == [3 * PICO // 100]


def test_the_steps_of_a_fork_say_where_they_begin(inspector: Inspector, engine: Engine) -> None:
    """Those it stands on are its parent's; of its own there is none yet."""
    engine.records = ()
    inspector.show_task(at_rest())
    inspector.tabs.setCurrentIndex(STEPS)
    assert "of the task that it was forked from" in inspector.steps.about_text
    inspector.show_task(snapshot(1, state=State.PAUSED))
    assert inspector.steps.about_text == WORDS("steps.none")


def test_a_correction_that_is_refused_is_told(inspector: Inspector, engine: Engine) -> None:
    """In the tab where it was asked for."""
    doubtful(inspector, engine)
    engine.refuses = DroverError(ErrorCode.DISK_FULL)
    inspector.steps.doubts.free.click()
    assert "disk is full" in inspector.steps.about_text


def test_an_attempt_that_is_known_asks_nothing(inspector: Inspector, engine: Engine) -> None:
    """No buttons where there is no doubt."""
    inspector.show_task(at_rest())
    inspector.tabs.setCurrentIndex(STEPS)
    inspector.steps.view.selectRow(0)
    assert engine.asked and not inspector.steps.doubts.isVisible()


@pytest.mark.parametrize("phase", list(Phase))
def test_every_phase_is_said_whole_above_the_text_in_flight(phase: Phase) -> None:
    """Figures stand where the words name them: when a scheduled task starts, to the minute."""
    at = moment("2026-12-01 07:00", 0)
    asked = TaskSpec(goal="Test", provider="simulator", model="sim-fast", max_steps=4, not_before_ms=at)
    title, about = live_heading(snapshot(1, phase=phase, spec=asked), WORDS)
    assert "{" not in title + about
    assert title == "Step 1 — starts 2026-12-01 07:00" or phase is not Phase.SCHEDULED


def test_the_time_left_asks_for_no_room_and_has_the_theme_s_colours(inspector: Inspector) -> None:
    """Its line changes each second; the window keeps its width, and a narrow one reads the rest in the hint."""
    running = snapshot(1, state=State.RUNNING)
    inspector.show_task(running)
    inspector.tabs.setCurrentIndex(STEPS)
    strip = inspector.steps.time_left
    least = strip.minimumSizeHint().width()
    left = [Deadline(task=running.id, step=1, attempt=1, level=level, limit_s=9e5, left_s=9e5) for level in TimeLevel]
    inspector.apply(ChangeBatch(deadlines=tuple(left)))
    assert strip.minimumSizeHint().width() == least
    assert strip.said.toolTip() == strip.said.text()
    for theme in ("light", "dark"):
        tokens = load_tokens(theme)
        inspector.set_tokens(tokens)
        assert strip.said.palette().color(strip.said.foregroundRole()) == QColor(tokens.colour("dim"))
    assert strip.said.font() == Inks(tokens, inspector.font()).small_number


def test_what_is_no_time_is_told_at_its_field(inspector: Inspector, engine: Engine) -> None:
    """A start that is a time is kept; nothing is at once."""
    inspector.show_task(snapshot(1, state=State.PAUSED))
    inspector.tabs.setCurrentIndex(SETTINGS)
    tab = inspector.settings
    start = tab.form.boxes["not_before_ms"]
    assert isinstance(start.editor, QLineEdit) and start.editor.placeholderText() == WORDS("new_task.start_at_hint")
    start.set_text("25:99")
    tab.save.click()
    assert engine.edited == [] and start.problem.text() == WORDS("new_task.not_a_time")
    start.set_text("2026-12-01 07:00")
    tab.save.click()
    assert engine.edited[0][1].not_before_ms == moment("2026-12-01 07:00", 0)


def test_time_left_is_shown_live_and_one_limit_is_lifted(inspector: Inspector, engine: Engine) -> None:
    """The nearest first; the menu extends or lifts each; what ended meanwhile is said, and nothing is lost."""
    running = snapshot(1, state=State.RUNNING)
    inspector.show_task(running)
    inspector.tabs.setCurrentIndex(STEPS)

    def deadline(level: TimeLevel, limit_s: float | None, left_s: float | None) -> Deadline:
        return Deadline(task=running.id, step=1, attempt=1, level=level, limit_s=limit_s, left_s=left_s)

    strip = inspector.steps.time_left
    assert not strip.more.isEnabled()
    nearest, lifted = deadline(TimeLevel.SILENCE, 30.0, 27.4), deadline(TimeLevel.TASK, None, None)
    step_left = deadline(TimeLevel.STEP, 120.0, 92.0)
    inspector.apply(ChangeBatch(deadlines=(nearest, step_left, lifted)))
    assert strip.said.text() == "Silence 0:27 · Step 1:32 · Task no limit"
    strip.menu.aboutToShow.emit()
    texts = [action.text() for action in strip.menu.actions() if not action.isSeparator()]
    assert texts == ["Silence: 1:00 more", "Silence: no limit", "Step: 2:00 more", "Step: no limit"]
    strip.menu.actions()[0].trigger()
    strip.menu.actions()[1].trigger()
    assert engine.more == [(running.id, TimeLevel.SILENCE, 60.0), (running.id, TimeLevel.SILENCE, None)]
    engine.refuses = DroverError(ErrorCode.NOT_POSSIBLE, "silence")
    strip.menu.actions()[0].trigger()
    assert inspector.steps.about_text == WORDS.error(engine.refuses)
    inspector.apply(ChangeBatch())
    assert not strip.more.isEnabled()
    inspector.apply(ChangeBatch(changed=(snapshot(1, state=State.PAUSED),)))
    assert not strip.isVisible()


@pytest.fixture
def waiting(engine: Engine, inspector: Inspector) -> TaskSnapshot:
    """A task whose reply waits, selected."""
    del engine
    task = snapshot(1, state=State.PAUSED, reason=PauseReason.REVIEW, steps_done=2)
    task = dataclasses.replace(task, standing=msgspec.structs.replace(task.standing, review=AttemptId("a")))
    inspector.show_task(task)
    return task


def test_a_reply_that_waits_opens_its_tab_and_says_what_a_yes_leads_to(
    inspector: Inspector, waiting: TaskSnapshot
) -> None:
    """Its cost, what is asked next, at most for what; decided, the tab is gone."""
    review = inspector.review
    assert inspector.tabs.currentIndex() == REVIEW and inspector.tabs.isTabVisible(REVIEW)
    assert "Step 2" in review.title.text() and "Next?" in review.next.text()
    assert review.reply.toPlainText() == "Reply"
    inspector.show_task(snapshot(1, state=State.RUNNING, steps_done=2))
    assert inspector.tabs.currentIndex() == RESULT and not inspector.tabs.isTabVisible(REVIEW)
    del waiting


def test_the_three_things_to_do_with_a_reply_are_done_by_keys(
    engine: Engine, inspector: Inspector, waiting: TaskSnapshot
) -> None:
    """A yes, the person's own words, a no that says how; without the how, it is asked for."""
    review = inspector.review
    assert [b.shortcut().toString() for b in (review.approve, review.edit, review.reject)] == [
        "Ctrl+Return",
        "Ctrl+E",
        "Ctrl+Shift+Return",
    ]
    review.reject.click()
    assert not engine.said and review.problem.text() == WORDS("review.say_how")
    review.instruction.setText("Shorter")
    review.reject.click()
    review.approve.click()
    review.edit.click()
    assert review.editor.toPlainText() == "# Reply"
    review.editor.setPlainText("")
    QTest.keyClicks(review.editor, "Mine")
    assert review.approve.text() == WORDS("review.approve_mine")
    review.edit.click()
    assert review.reply.toPlainText() == "Mine"
    review.approve.click()
    assert engine.said == [("reject", "a", "Shorter"), ("approve", waiting.id, "a"), ("amend", "a", "Mine")]


def test_a_word_that_comes_too_late_is_told(engine: Engine, inspector: Inspector, waiting: TaskSnapshot) -> None:
    """The tab stays, with what is the matter."""
    engine.refuses = DroverError(ErrorCode.REVIEW_OVER)
    inspector.review.instruction.setText("Shorter")
    inspector.review.reject.click()
    assert inspector.review.problem.text() == WORDS(f"error.{ErrorCode.REVIEW_OVER}")
    del waiting


def test_a_task_is_told_something_for_its_next_step(engine: Engine, inspector: Inspector) -> None:
    """By Enter; what waits is shown, and a task that is over is told nothing."""
    task = snapshot(1)
    inspector.show_task(task)
    assert not inspector.tell.button.isEnabled()
    inspector.tell.field.setText("In metres.")
    QTest.keyClick(inspector.tell.field, Qt.Key.Key_Return)
    assert engine.said == [("instruct", task.id, "In metres.")] and not inspector.tell.field.text()
    told = msgspec.structs.replace(task.standing, instructions=("In metres.",))
    inspector.show_task(dataclasses.replace(task, standing=told))
    assert "In metres." in inspector.tell.waiting.text()
    inspector.show_task(snapshot(1, state=State.COMPLETED))
    assert inspector.tell.isHidden()
