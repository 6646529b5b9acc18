"""A line that says what is expected, asked for a moment after the last change, and only the newest answer shown."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QLabel

from engine.face import DroverError, Foresight
from ui.bars import plain_label
from ui.cost.foresight import foresight_text
from ui.text import Words

SETTLE_MS = 350
"""After the last change: what is typed is not asked for letter by letter."""

Question = Callable[[], Awaitable[Foresight]]
Ask = Callable[[], Question | None]
"""Returns what is to be asked now; None where nothing can be."""
Spawn = Callable[[Coroutine[object, object, None]], object]


class Foreseeing:
    """The line, and when it is asked for."""

    def __init__(self, words: Words, ask: Ask, spawn: Spawn, label: QLabel | None = None) -> None:
        """Ask by `ask`, in a coroutine run by `spawn`; begin empty.

        A `label` of its owner's is one line: where several have no room.
        """
        self._words, self._ask, self._spawn = words, ask, spawn
        self._turn = 0
        self.label = label or plain_label("")
        self.label.setObjectName("dim")
        self.label.setWordWrap(label is None)
        self.label.hide()
        self._settle = QTimer(self.label, singleShot=True, interval=SETTLE_MS)
        self._settle.timeout.connect(self._begin)

    def changed(self) -> None:
        """Ask anew, a moment after the last change."""
        self._turn += 1
        self._settle.start()

    def _begin(self) -> None:
        wanted = self._ask()
        if wanted is None:
            self._say("")
        else:
            self._spawn(self._foresee(self._turn, wanted))

    async def _foresee(self, turn: int, wanted: Question) -> None:
        try:
            text = foresight_text(await wanted(), self._words)
        except DroverError:  # what is wrong is said where it is asked to begin
            text = ""
        if turn == self._turn:
            self._say(text)

    def _say(self, text: str) -> None:
        self.label.setText(text)
        self.label.setVisible(bool(text))
