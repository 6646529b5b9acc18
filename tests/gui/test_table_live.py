"""One lap: the real runtime's batches through table, inspector, charts and meters, on virtual time.

What is shown must equal the engine's own figures: nothing is counted twice on the way.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field

from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from engine.domain.errors import ErrorCode
from engine.face import Level, Scope, State, TaskId
from engine.providers.scripted import Playbook, failure, in_turn, reply
from tests.gui.foreseen import nothing_foreseen
from tests.virtual_time import run
from tests.workbench import CENT, Bench, bench
from ui.charts.late import LateCharts
from ui.cost.meters import SpendMeter
from ui.inspector.inspector import SETTINGS, STEPS, Inspector
from ui.inspector.services import InspectorServices
from ui.tasks.columns import INDEX
from ui.tasks.format import exact_money, money
from ui.tasks.view import TaskTable
from ui.text import load_words
from ui.theme import load_tokens

WORDS, DARK = load_words(), load_tokens("dark")
FRAME_S = 0.033


@dataclass(slots=True, eq=False)
class Desk:
    """The widgets over an engine, drained by hand as the window's bridge does by a timer."""

    bench: Bench
    qtbot: QtBot
    running: set[asyncio.Task[None]] = field(default_factory=set[asyncio.Task[None]])
    table: TaskTable = field(init=False)
    inspector: Inspector = field(init=False)
    charts: LateCharts = field(init=False)
    spend: SpendMeter = field(init=False)

    def __post_init__(self) -> None:
        engine = self.bench.engine
        self.table = TaskTable(WORDS, DARK)
        self.inspector = Inspector(
            InspectorServices(
                answer=engine.answer,
                steps=engine.steps,
                log=engine.log,
                checkpoints=engine.checkpoints,
                difference=engine.difference,
                restore=lambda _task, _step: None,
                fork=lambda _task, _step: None,
                foresee=nothing_foreseen,
                correct=engine.correct,
                extend=engine.extend,
                ask_provider=engine.ask_provider,
                can_ask=lambda _provider, _request: False,
                steering=engine,
                resume=lambda task: engine.resume([task]),
                on_edit=engine.edit,
                open_path=lambda _path: None,
                spawn=self.spawn,
            ),
            WORDS,
            DARK,
        )
        self.charts, self.spend = LateCharts(WORDS, DARK), SpendMeter(WORDS, DARK)
        self.charts.build()
        for widget in (self.table, self.inspector, self.charts, self.spend):
            self.qtbot.addWidget(widget)
            widget.show()

    def spawn(self, work: Coroutine[object, object, None]) -> None:
        """Run on the test's loop and keep a reference."""
        task = asyncio.ensure_future(work)
        self.running.add(task)
        task.add_done_callback(self.running.discard)

    def look_at(self, task: TaskId) -> None:
        """Select a task."""
        self.frame()
        assert self.table.select(task)
        self.bench.engine.focus(task)
        self.inspector.show_task(self.bench.engine.snapshot(task))

    def frame(self) -> None:
        """Take in what changed, as in one frame of the window."""
        batch = self.bench.engine.drain()
        self.table.apply(batch)
        self.inspector.apply(batch)
        self.charts.apply(batch)
        self.spend.show_totals(batch.totals)
        QApplication.processEvents()

    async def frames(self, seconds: float) -> None:
        """Go on for some seconds."""
        for _ in range(round(seconds / FRAME_S)):
            await asyncio.sleep(FRAME_S)
            self.frame()

    def cell(self, task: TaskId, code: str) -> str:
        """What the table says of a task."""
        self.table.model.settle()
        return str(self.table.model.index(self.table.model.ids().index(task), INDEX[code]).data())


def slow(*texts: str) -> Playbook:
    """Replies that take four seconds each."""
    return in_turn(*(reply(text, pause_s=1.0) for text in texts))


def test_a_task_seen_from_its_first_token_to_its_answer(qtbot: QtBot) -> None:
    """Live text piece by piece, then the step saved, then the answer; the same figures everywhere."""

    async def main() -> None:
        async with bench(slow("first draft", "second draft", "# The page")) as b:
            desk = Desk(b, qtbot)
            task = await b.submit(title="A page", budget=CENT)
            desk.look_at(task)
            await desk.frames(2.5)
            assert desk.cell(task, "status") == "Running"
            assert desk.inspector.result.card.stream.toPlainText() == "first "
            assert desk.inspector.result.records.index(0, 6).data() == WORDS("row.in_flight")
            await desk.frames(2.5)
            assert desk.inspector.result.records.index(1, 6).data() == WORDS("row.saved")
            assert desk.cell(task, "step") == "1 / 3"
            await desk.frames(10)
            assert desk.cell(task, "status") == "Completed"
            assert desk.cell(task, "progress") == "100%"
            assert desk.inspector.result.card.answer.toPlainText() == "The page"
            spent = b.engine.balance(Scope(Level.TASK, task)).spent
            assert desk.cell(task, "cost") == money(spent)
            assert sum(line.step.cost for line in desk.inspector.result.records.rows()) == spent
            assert desk.inspector.meter.accessibleName() == f"{money(spent)} of $0.01"
            assert desk.spend.accessibleName().startswith(f"{money(spent, 4)} no limit, At risk now $0.0000")
            await desk.frames(2)
            samples = desk.charts.history.samples
            assert samples[-1].spent == spent
            assert samples[-1].output_tokens == len("first draftsecond draft# The page")

    run(main())


def test_a_retry_shows_its_failure_while_it_waits(qtbot: QtBot) -> None:
    """The attempt that failed is seen in the list of attempts before the next one begins."""

    async def main() -> None:
        refused = failure(ErrorCode.RATE_LIMITED, retry_after_s=5.0)
        async with bench(in_turn(refused, reply("done", pause_s=1.0))) as b:
            desk = Desk(b, qtbot)
            task = await b.submit(max_steps=1)
            desk.inspector.tabs.setCurrentIndex(STEPS)
            desk.look_at(task)
            await desk.frames(2)
            assert desk.cell(task, "status").startswith("Running · rate limit · ")
            rows = desk.inspector.steps.records
            assert rows.index(0, 2).data() == "failed · rate limit"
            assert float(str(rows.index(0, 11).data()).removesuffix(" s")) >= 5.0
            await desk.frames(12)
            assert desk.cell(task, "status") == "Completed"
            assert [rows.index(row, 2).data() for row in range(rows.rowCount())] == ["saved", "failed · rate limit"]

    run(main())


def test_a_pause_is_never_predicted(qtbot: QtBot) -> None:
    """The table says pausing when the engine does, paused when it is durable, and keeps the selection."""

    async def main() -> None:
        async with bench(slow("one", "two", "three")) as b:
            desk = Desk(b, qtbot)
            tasks = [await b.submit(title=f"T{number}") for number in range(3)]
            desk.look_at(tasks[1])
            await desk.frames(1.5)
            b.engine.pause([tasks[1]])
            desk.frame()
            assert desk.cell(tasks[1], "status") == "Running · pausing"
            await desk.frames(8)
            assert desk.cell(tasks[1], "status") == "Paused"
            assert b.engine.snapshot(tasks[1]).state is State.PAUSED
            assert desk.table.selected_ids() == (tasks[1],)
            assert desk.inspector.result.card.answer.toPlainText() == (await b.engine.answer(tasks[1])).text

    run(main())


def test_a_budget_raised_in_the_inspector_lets_a_task_go_on(qtbot: QtBot) -> None:
    """From the sentence that says what to do, through the form, to the engine and back."""

    async def main() -> None:
        async with bench(slow("one", "two", "three")) as b:
            desk = Desk(b, qtbot)
            task = await b.submit(budget=1)
            desk.look_at(task)
            await desk.frames(1)
            assert desk.cell(task, "status") == "Paused · budget"
            needed = exact_money(b.engine.snapshot(task).standing.needed)
            assert desk.inspector.result.notice.text() == WORDS("notice.limit_task", needed=needed)
            desk.inspector.tabs.setCurrentIndex(SETTINGS)
            desk.inspector.settings.form.boxes["budget"].set_text("1")
            desk.inspector.settings.save.click()
            await desk.frames(5)
            assert desk.cell(task, "status") == "Paused · budget"
            assert b.engine.resume_offered() == (task,)
            await desk.frames(20)
            assert desk.cell(task, "status") == "Completed"

    run(main())
