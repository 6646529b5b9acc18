"""The banners of money: what a limit or a refused key stopped and would go on now, and models that billed too much."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from engine.face import ErrorCode, Fence, Totals
from ui.bars import plain_label
from ui.text import Words

KEYS = frozenset({ErrorCode.WRONG_KEY, ErrorCode.NO_KEY, ErrorCode.NO_CREDIT})
"""What a provider stops tasks for that would ask it again now."""


class Question(QFrame):
    """A sentence with two buttons: yes, and leave it."""

    def __init__(self, yes: str, no: str) -> None:
        """Build it hidden."""
        super().__init__()
        self.setObjectName("banner")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._text = plain_label("")
        self._text.setWordWrap(True)
        self.yes, self.no = QPushButton(yes), QPushButton(no)
        self.yes.setProperty("primary", True)  # noqa: FBT003 - Qt's signature
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 8, 14, 8)
        row.setSpacing(8)
        row.addWidget(self._text, 1)
        row.addWidget(self.yes)
        row.addWidget(self.no)
        self.hide()

    @property
    def text(self) -> str:
        """What it asks."""
        return self._text.text()

    def _ask(self, text: str) -> None:
        if text != self._text.text():
            self._text.setText(text)
        self.show()


class RoomBanner(Question):
    """Offers to resume what a limit or a fence stopped: "3 tasks stopped at the day's limit"."""

    resume = Signal()

    def __init__(self, words: Words) -> None:
        """Build it hidden."""
        super().__init__(words("offer.resume"), words("offer.keep"))
        self._words = words
        self._offered: Mapping[str, int] = {}
        self._kept: Mapping[str, int] = {}
        self.yes.clicked.connect(self.resume)
        self.no.clicked.connect(self._keep)

    def show_offered(self, offered: Mapping[str, int]) -> None:
        """Offer it; what was left paused is not offered again until there is more of it."""
        self._offered = offered
        self._kept = {by: min(number, offered.get(by, 0)) for by, number in self._kept.items()}
        if any(number > self._kept.get(by, 0) for by, number in offered.items()):
            self._ask(self._sentence(offered))
        else:
            self.hide()

    def _sentence(self, offered: Mapping[str, int]) -> str:
        number = sum(offered.values())
        if offered.keys() <= KEYS:
            return self._words.counted("offer.key", number)
        by = self._words(f"offer.{next(iter(offered))}" if len(offered) == 1 else "offer.several")
        return self._words.counted("offer.stopped", number, by=by)

    def _keep(self) -> None:
        self._kept = dict(self._offered)
        self.hide()


class FenceBanner(Question):
    """Says which model billed above its hold, and offers to use it again."""

    lift = Signal(str, str)

    def __init__(self, words: Words) -> None:
        """Build it hidden."""
        super().__init__(words("offer.lift"), words("offer.leave"))
        self._words = words
        self._fence: Fence | None = None
        self._left: set[Fence] = set()
        self.yes.clicked.connect(self._lift)
        self.no.clicked.connect(self._leave)

    def show_fences(self, fences: tuple[Fence, ...]) -> None:
        """Tell of the oldest that was not yet left standing."""
        self._left.intersection_update(fences)
        self._fence = next((fence for fence in fences if fence not in self._left), None)
        if self._fence is None:
            self.hide()
        else:
            self._ask(self._words("offer.fence", provider=self._fence.provider, model=self._fence.model[:80]))

    def _lift(self) -> None:
        if self._fence is not None:
            self.lift.emit(self._fence.provider, self._fence.model)

    def _leave(self) -> None:
        if self._fence is not None:
            self._left.add(self._fence)
        self.hide()


class MoneyBanners(QWidget):
    """Both, below each other; no higher than what they ask."""

    def __init__(self, words: Words) -> None:
        """Build them hidden."""
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.room, self.fence = RoomBanner(words), FenceBanner(words)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.fence)
        layout.addWidget(self.room)

    def show_totals(self, totals: Totals) -> None:
        """Ask what has to be asked."""
        self.fence.show_fences(totals.fences)
        self.room.show_offered(totals.offered)
