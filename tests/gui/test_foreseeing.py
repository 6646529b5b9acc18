"""The line of what is expected, when its window closes amid the question."""

from __future__ import annotations

from collections.abc import Coroutine

from pytestqt.qtbot import QtBot

from engine.face import Foresight
from ui.cost.foreseeing import Foreseeing
from ui.text import load_words


def test_a_question_that_never_begins_asks_the_engine_nothing(qtbot: QtBot) -> None:
    """Its window closed in that very moment: a coroutine that nobody awaits would be told as a warning."""
    asked: list[str] = []
    begun: list[Coroutine[object, object, None]] = []

    async def engine() -> Foresight:
        return Foresight()

    def foresee() -> Coroutine[object, object, Foresight]:
        asked.append("engine")
        return engine()

    line = Foreseeing(load_words(), lambda: foresee, begun.append)
    qtbot.addWidget(line.label)
    line.changed()
    qtbot.waitUntil(lambda: bool(begun))
    begun[0].close()
    assert not asked
