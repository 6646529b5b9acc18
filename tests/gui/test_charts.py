"""Charts and meters as a person meets them."""

from __future__ import annotations

import asyncio

from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from engine.face import PICO, ChangeBatch, Totals
from tests.snapshots import snapshot
from ui.charts.late import LateCharts
from ui.cost.meters import SpendMeter, TaskMeter
from ui.text import load_words
from ui.theme import load_tokens

WORDS = load_words()


def test_charts_draw_what_the_counters_say(qtbot: QtBot) -> None:
    """Empty, then with curves, in both themes; the newest figures are there for readers of the screen."""
    charts = LateCharts(WORDS, load_tokens("dark"))
    qtbot.addWidget(charts)
    charts.resize(440, 340)
    charts.build()
    charts.show()
    empty = charts.grab().toImage()
    for second in range(120):
        totals = Totals(output_tokens=second * 2400, input_tokens=second * 900, spent_total=second * PICO // 1000)
        charts.apply(ChangeBatch(totals=totals, at=50.0 + second))
    drawn = charts.grab().toImage()
    assert drawn != empty
    throughput, spend = charts.build().charts
    assert throughput.accessibleDescription() == "output tok/s: 2.4k, input tok/s: 900"
    assert spend.accessibleDescription() == "an hour: $3.60"
    charts.set_tokens(load_tokens("light"))
    assert charts.grab().toImage() != drawn


def test_a_chart_that_nobody_sees_goes_on_sampling(qtbot: QtBot) -> None:
    """Coming back to the window shows what was while it was hidden."""
    charts = LateCharts(WORDS, load_tokens("dark"))
    qtbot.addWidget(charts)
    for second in range(10):
        charts.apply(ChangeBatch(totals=Totals(output_tokens=second * 100), at=float(second)))
    drawn = charts.build()
    charts.show()
    assert drawn.charts[0].accessibleDescription().startswith("output tok/s: 100")


async def test_charts_come_after_the_window_with_what_was_sampled_before(qtbot: QtBot) -> None:
    """The window is shown without them; when they are loaded they draw the first seconds, too, in today's theme."""
    charts = LateCharts(WORDS, load_tokens("dark"))
    qtbot.addWidget(charts)
    charts.resize(440, 340)
    charts.show()
    charts.set_tokens(load_tokens("light"))
    for second in range(10):
        charts.apply(ChangeBatch(totals=Totals(output_tokens=second * 100), at=float(second)))
    await charts.bring()
    drawn = charts.build()
    async with asyncio.timeout(10):
        while not drawn.isVisible():  # noqa: ASYNC110 - a person looks, too
            await asyncio.sleep(0)
    assert drawn.charts[0].accessibleDescription().startswith("output tok/s: 100")


def test_the_task_meter(qtbot: QtBot) -> None:
    """Spent of the budget and what is held; a task without a budget has no bar; no task, no meter."""
    meter = TaskMeter(WORDS, load_tokens("dark"))
    qtbot.addWidget(meter)
    meter.show_task(snapshot(0, spent=PICO, budget=2 * PICO, held=PICO // 50))
    assert meter.accessibleName() == "$1.0000 of $2.00 · simulated · at risk now $0.0200"
    meter.show_task(snapshot(0, spent=PICO))
    assert meter.accessibleName() == "$1.0000 no limit · simulated"
    assert meter.bar.isHidden()
    meter.show_task(None)
    assert meter.isHidden()


def test_the_meter_of_today(qtbot: QtBot) -> None:
    """As in its tile: spent, limit, at risk now, free; what was held before midnight is at risk, and not of today."""
    meter = SpendMeter(WORDS, load_tokens("light"))
    qtbot.addWidget(meter)
    held = 94 * PICO // 100
    meter.show_totals(Totals(spent_today=1566 * PICO // 100, held_today=held, held=held, day_limit=40 * PICO))
    assert meter.accessibleName() == "$15.66 of $40.00, At risk now $0.94 · $23.40 free"
    meter.show_totals(Totals(spent_today=1566 * PICO // 100, held_today=0, held=held, day_limit=40 * PICO))
    assert meter.accessibleName() == "$15.66 of $40.00, At risk now $0.94 · $24.34 free"
    meter.show_totals(Totals())
    assert meter.accessibleName() == "$0.00 no limit, At risk now $0.00"
    meter.show_totals(Totals(spent_today=PICO // 100 - 1, day_limit=PICO // 100))
    assert meter.accessibleName() == "$0.0100 of $0.01, At risk now $0.0000 · <$0.0001 free"
    for width, text in ((400, "At risk now $0.94 · $23.40 free"), (160, "At risk $0.94 · $23.40 free")):
        meter.show_totals(Totals(spent_today=1566 * PICO // 100, held_today=held, held=held, day_limit=40 * PICO))
        meter.resize(width, 60)
        meter.show()
        assert text in [label.text() for label in meter.findChildren(QLabel)]
