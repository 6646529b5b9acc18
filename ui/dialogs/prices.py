"""The prices in the settings: those in use or searched for, each with its origin, and the person's own on top.

Changes nothing by itself: `applied` puts what was changed into the providers that are saved. A request that was let go
before keeps the price it was let go under.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from PySide6.QtWidgets import QHBoxLayout, QPushButton, QTableView, QVBoxLayout, QWidget

from engine.face import DroverError, per_million
from ui.bars import plain_label
from ui.dialogs.form import Field, WrongInputError, area, grid, line, pairs, read, text_of
from ui.dialogs.price_table import FIGURES, PriceModel, origin_of
from ui.plain_table import table_of_figures
from ui.services import SIMULATOR, LongerPrice, PricedModel, PriceLine, ProviderView, WindowServices
from ui.text import Words

Key = tuple[str, str]
TWO, ALL = 2, 5
"""How many figures a line of longer calls has: in and out, or every kind."""
MOST_TOKENS = 10**8
NEEDED = ("input", "output")


class Prices(QWidget):
    """A table, and the price that is looked at."""

    def __init__(self, words: Words, services: WindowServices, views: tuple[ProviderView, ...]) -> None:
        """Build it; it reads when it is shown."""
        super().__init__()
        self._words, self._services = words, services
        self._reading = self._gone = False
        self._editable = {view.name for view in views if view.kind in ("preset", "custom", "server")}
        self.own: dict[Key, PricedModel | None] = {}
        """What was changed: a price of the person's own, or None to go back to the list's."""
        self.search = line(hint=words("prices.search"))
        self.search.setAccessibleName(words("prices.search"))
        self.model, self.table = PriceModel(words), QTableView()
        self.origin = plain_label(words("prices.choose"))
        self.fields = {kind: Field(words(f"prices.{kind}"), line()) for kind in FIGURES}
        self.longer = Field(words("prices.longer"), area(hint=words("prices.longer_hint"), rows=2))
        self.set_button, self.reset_button = QPushButton(words("prices.set")), QPushButton(words("prices.reset"))
        self._build()
        self._connect()
        self._look()

    def _build(self) -> None:
        table = self.table
        table.setModel(self.model)
        table_of_figures(table, self._words("prices.title"))
        table.setSelectionMode(QTableView.SelectionMode.SingleSelection)
        self.origin.setWordWrap(True)
        self.origin.setObjectName("dim")
        foot = QHBoxLayout()
        foot.setSpacing(8)
        foot.addWidget(self.origin, 1)
        foot.addWidget(self.reset_button)
        foot.addWidget(self.set_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(12)
        layout.addWidget(self.search)
        layout.addWidget(table, 1)
        layout.addLayout(grid([list(self.fields.values())], len(FIGURES)))
        layout.addWidget(self.longer)
        layout.addLayout(foot)

    def _connect(self) -> None:
        self.search.textChanged.connect(self.refresh)
        self.table.selectionModel().currentChanged.connect(self._look)
        self.set_button.clicked.connect(self.set_own)
        self.reset_button.clicked.connect(self.reset)
        for kind, field in self.fields.items():
            field.field.editingFinished.connect(lambda kind=kind: self._check(kind))

    # --- what is to be saved

    def applied(self, views: tuple[ProviderView, ...]) -> tuple[ProviderView, ...]:
        """Return providers with the prices that were changed here; a provider that is gone keeps none."""
        return tuple(self._with_own(view) for view in views)

    def _with_own(self, view: ProviderView) -> ProviderView:
        mine = {model: price for (provider, model), price in self.own.items() if provider == view.name}
        if not mine:
            return view
        kept = {each.id: each for each in view.priced if each.id not in mine}
        changed = kept | {model: price for model, price in mine.items() if price is not None}
        return dataclasses.replace(view, priced=tuple(changed.values()), set_up=True)

    # --- what is shown

    def refresh(self) -> None:
        """Look prices up; what is typed meanwhile is looked up after that."""
        if not self._reading:
            self._reading = True
            self.origin.setText(self._words("prices.looking"))
            self._services.spawn(self._read())

    def leave(self) -> None:
        """Nobody looks any more: what is still being read shows nowhere."""
        self._gone = True

    async def _read(self) -> None:
        text: str | None = None
        try:
            while not self._gone and text != self.search.text():
                text = self.search.text()
                self._show_found(await self._services.prices(text))
        except DroverError as error:
            if not self._gone:
                self.origin.setText(self._words.error(error))
        finally:
            self._reading = False

    def _show_found(self, found: Sequence[PriceLine]) -> None:
        if self._gone:
            return
        self.model.show([self._as_changed(line) for line in found])
        if found:
            self.table.selectRow(0)
        self._look()

    def _as_changed(self, line: PriceLine) -> PriceLine:
        """Return a line as it will be when the settings are saved."""
        key = line.provider, line.model
        if key not in self.own:
            return line
        own = self.own[key]
        return (line.beneath or PriceLine(provider=key[0], model=key[1])) if own is None else line_of(own, line)

    @property
    def looked_at(self) -> PriceLine | None:
        """The line that is chosen."""
        row = self.table.currentIndex().row()
        return self.model.lines[row] if 0 <= row < len(self.model.lines) else None

    def _look(self) -> None:
        line, words = self.looked_at, self._words
        can = line is not None and line.provider in self._editable
        for widget in (*self.fields.values(), self.longer, self.set_button):
            widget.setEnabled(can)
        self.reset_button.setEnabled(can and line is not None and line.origin in ("own", "free"))
        for kind, field in self.fields.items():
            field.field.setText(line.figures[FIGURES.index(kind)] if line and line.figures else "")
            field.blame("")
        self.longer.field.setPlainText("\n".join(_written(each) for each in line.longer) if line else "")
        self.longer.blame("")
        if line is None:
            self.origin.setText(words("prices.none" if self.search.text() else "prices.choose"))
        else:
            told = can or line.provider == SIMULATOR  # which nobody sets up
            self.origin.setText(origin_of(line, words) if told else words("prices.not_set_up", name=line.provider))

    def _check(self, kind: str) -> None:
        """Say at once what is no price."""
        field = self.fields[kind]
        text = text_of(field).strip()
        if not text:
            return
        try:
            read(field, per_million, "prices.bad")
        except WrongInputError as wrong:
            field.blame(self._words(wrong.code))

    # --- acts

    def set_own(self) -> None:
        """Take what stands in the fields as the person's own price."""
        line = self.looked_at
        if line is None:
            return
        try:
            own = self._own(line.model)
        except WrongInputError as wrong:
            wrong.field.blame(self._words(wrong.code))
            wrong.field.field.setFocus()
            return
        self.own[line.provider, line.model] = own
        self._show_changed(line_of(own, line))

    def reset(self) -> None:
        """Go back to what the lists say."""
        line = self.looked_at
        if line is None:
            return
        self.own[line.provider, line.model] = None
        self._show_changed(line.beneath or PriceLine(provider=line.provider, model=line.model))

    def _show_changed(self, line: PriceLine) -> None:
        self.model.change(self.table.currentIndex().row(), line)
        self._look()

    def _own(self, model: str) -> PricedModel:
        figures: dict[str, str] = {}
        for kind, field in self.fields.items():
            text = text_of(field).strip()
            if text or kind in NEEDED:
                read(field, per_million, "prices.bad")
            figures[kind] = text.strip("$ ")
        own = PricedModel(id=model, longer=read(self.longer, _longer, "prices.bad_longer"))
        into, cached, written, out, reasoning = figures.values()
        return dataclasses.replace(
            own, input=into, cached_input=cached, cache_write=written, output=out, reasoning=reasoning
        )


def line_of(own: PricedModel, before: PriceLine) -> PriceLine:
    """Return a price of the person's own as a line; what it does not state costs as other input, as other output."""
    return dataclasses.replace(
        before,
        figures=_figures(own.input, own.cached_input, own.cache_write, own.output, own.reasoning),
        longer=own.longer,
        origin="own",
        price_list="",
        source="",
        date="",
        listed_as="",
        beneath=before.beneath if before.origin in ("own", "free") else before,
    )


def _figures(into: str, cached: str, written: str, out: str, reasoning: str) -> tuple[str, ...]:
    return into, cached or into, written or into, out, reasoning or out


def _written(each: LongerPrice) -> str:
    figures = (each.input, each.cached_input, each.cache_write, each.output, each.reasoning)
    return f"{each.above} = {', '.join(figures)}"


def _longer(text: str) -> tuple[LongerPrice, ...]:
    """Return the prices of "above = in, out" lines, or of five figures each; raises ValueError."""
    found: list[LongerPrice] = []
    for above, value in pairs(text).items():
        figures = [part.strip(" $") for part in value.split(",")]
        tokens = int(above.replace(",", ""))
        if len(figures) not in (TWO, ALL) or not 0 < tokens <= MOST_TOKENS or (found and tokens <= found[-1].above):
            raise ValueError(value)
        for figure in figures:
            per_million(figure)
        into, cached, written, out, reasoning = figures if len(figures) == ALL else _figures(*_two(figures))
        found.append(
            LongerPrice(
                above=tokens, input=into, cached_input=cached, cache_write=written, output=out, reasoning=reasoning
            )
        )
    return tuple(found)


def _two(figures: list[str]) -> tuple[str, str, str, str, str]:
    return figures[0], "", "", figures[1], ""
