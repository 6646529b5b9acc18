"""The window with hostile text in every view, offscreen: give it a FOLDER, URL, BAIT and ADDRESS.

Meant to be run under strace: it opens what a person would open, and the trace says what the process opened. With
NAIVE at its end it shows the same text as a view of rich text would, so that a trace without bait means something.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QPoint, Qt, QUrl
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPlainTextEdit, QToolTip, QWidget

from app import event_loop
from app.settings import ModelSettings, ProviderSettings
from engine.face import Phase, State, TaskSpec
from tests.end2end.hostile import MODEL, REFUSED, TERMINAL, asking_for
from tests.gui.cockpit import Cockpit, cockpit
from tests.loops import application
from ui.dialogs.ask import Ask, Tell
from ui.dialogs.refusal import Refusal
from ui.services import ProviderView

NAME = "hostile"


def look(widget: QWidget) -> None:
    """Lay a widget out and paint it, as on a screen; its labels show plain text and nothing else."""
    widget.show()
    QApplication.processEvents()
    widget.grab()
    labels = [each for each in widget.findChildren(QLabel) if not each.inherits("QTipLabel")]
    rich = [each for each in labels if each.textFormat() is not Qt.TextFormat.PlainText]
    assert not rich, [each.text() for each in rich]


def hover(widget: QWidget, text: object) -> None:
    """Show a tooltip."""
    if isinstance(text, str) and text:
        QToolTip.showText(QPoint(10, 10), text, widget)
        for each in QApplication.topLevelWidgets():
            each.grab()


async def look_at_everything(c: Cockpit, text: str) -> None:
    """Open every view with a task whose every word is hostile."""
    window = c.window
    look(window)
    first(c, text)
    spec = TaskSpec(
        goal=text, title=f"{text}{TERMINAL}", system=text, context={text: text}, provider=NAME, model=MODEL, max_steps=2
    )
    refused = TaskSpec(goal=text, provider=NAME, model=REFUSED)
    gone = TaskSpec(goal=text, provider="gone", model=MODEL, batch=text[:50])
    done, failed, waits = await c.engine.submit([spec, refused, gone])
    await c.until(lambda: c.state(done) is State.COMPLETED and c.state(failed) is State.FAILED)
    await c.until(lambda: c.engine.snapshot(waits).phase is Phase.WAITING_PROVIDER)
    for task in (done, failed, waits):
        window.bridge.drain()
        window.table.select(task)
        await tabs(c)
    table(c)
    window.bars.notice.tell(text)
    look(window)
    await dialogs(c, text)


def first(c: Cockpit, text: str) -> None:
    """The page of the first start, with a server that was found."""
    page = c.window.first_start
    page.add_servers([ProviderView(name="found", title=text, kind="server", base_url=text, models=(MODEL, text))])
    page.tell(text)
    page.goal.setPlainText(text)
    look(page)


async def tabs(c: Cockpit) -> None:
    """Every tab of the inspector, and every row in it; the answer as Markdown and as text, its links clicked."""
    inspector = c.window.inspector
    for page in range(inspector.tabs.count()):
        inspector.tabs.setCurrentIndex(page)
        for _ in range(20):
            await c.until(lambda: True)
            QApplication.processEvents()
        look(inspector)
    inspector.tabs.setCurrentIndex(1)
    view = inspector.steps.view
    for row in range(inspector.steps.records.rowCount()):
        view.selectRow(row)
        look(inspector)
    inspector.tabs.setCurrentIndex(0)
    answer = inspector.result.card.answer
    for _ in range(2):
        look(inspector)
        for y in range(0, answer.viewport().height(), 6):
            for x in range(0, answer.viewport().width(), 12):
                if answer.anchorAt(QPoint(x, y)):
                    answer.highlighted.emit(QUrl(answer.anchorAt(QPoint(x, y))))
                    QTest.mouseClick(answer.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(x, y))
        answer.selectAll()
        answer.copy()
        QGuiApplication.clipboard().mimeData().html()
        inspector.result.card.plain.toggle()


def table(c: Cockpit) -> None:
    """Every cell of the table, its tooltip, its copy; the sidebar."""
    model = c.window.table.model
    for row in range(model.rowCount()):
        for column in range(model.columnCount()):
            hover(c.window, model.index(row, column).data(Qt.ItemDataRole.ToolTipRole))
    for widget in c.window.findChildren(QWidget):
        hover(widget, widget.toolTip())
    look(c.window)


async def dialogs(c: Cockpit, text: str) -> None:
    """Every dialog, with hostile text in each field and each sentence."""
    new, settings = c.window.openings.new_task(), c.window.openings.settings()
    asked: Sequence[QWidget] = (
        Ask(text, text, text, list, c.window),
        Tell(text, text, text, c.window),
        Refusal(text),
        new,
        settings,
    )
    for dialog in asked:
        for field in dialog.findChildren(QLineEdit):
            field.setText(text)
        for area in dialog.findChildren(QPlainTextEdit):
            area.setPlainText(text)
        look(dialog)
        dialog.close()


async def live(folder: Path, url: str, text: str) -> None:
    """Open the window on a folder where a hostile server is set up."""
    async with cockpit(folder) as c:
        models = (ModelSettings(id=MODEL, free=True), ModelSettings(id=REFUSED, free=True))
        c.program.remember(ProviderSettings(name=NAME, base_url=url, free=True, models=models))
        c.program.remember(ProviderSettings(name="gone", base_url="http://127.0.0.1:1/v1", free=True, models=models))
        await look_at_everything(c, text)


def naive(text: str) -> None:
    """Show the text as Qt does when nobody forbids it."""
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.RichText)
    label.show()
    QApplication.processEvents()
    label.grab()


def main() -> None:
    """Look."""
    folder, url, bait, address, *mode = sys.argv[1:]
    text, qt = asking_for(Path(bait), address), application()
    if mode:
        naive(text)
        return
    event_loop.run(qt, lambda: live(Path(folder), url, text))
    print("seen")


if __name__ == "__main__":
    main()
