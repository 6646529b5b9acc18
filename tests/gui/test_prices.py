"""The prices in the settings: looked up, changed where that can be, saved with all else, and taken back."""

from __future__ import annotations

from pathlib import Path

from engine.cost.port import PriceOrigin
from tests.gui.cockpit import Cockpit, click, cockpit
from ui.dialogs.prices import Prices
from ui.dialogs.settings import Settings


async def opened(c: Cockpit, text: str = "") -> tuple[Settings, Prices]:
    """Open the prices, with a search."""
    dialog = c.window.openings.price_settings()
    prices = dialog.prices
    prices.search.setText(text)
    if text:
        await c.until(lambda: any(text in f"{line.provider}/{line.model}" for line in prices.model.lines))
    return dialog, prices


def choose(prices: Prices, provider: str, model: str) -> None:
    """Look at a model's price."""
    names = [(line.provider, line.model) for line in prices.model.lines]
    prices.table.selectRow(names.index((provider, model)))


async def test_a_price_of_ones_own_holds_when_it_is_saved_and_is_taken_back(tmp_path: Path) -> None:
    """Every kind of token and longer calls; then the list's again, with its source and date."""
    async with cockpit(tmp_path) as c:
        dialog, prices = await opened(c, "holysheep/gpt-4.1")
        choose(prices, "holysheep", "gpt-4.1")
        assert "Drover's list drover-2026-11" in prices.origin.text() and "2026-11-24" in prices.origin.text()
        for kind, figure in (("input", "2"), ("cached_input", "0.5"), ("output", "8"), ("cache_write", "")):
            prices.fields[kind].field.setText(figure)
        prices.fields["reasoning"].field.setText("")
        prices.longer.field.setPlainText("200000 = 4, 16")
        click(prices.set_button)
        assert prices.origin.text().startswith("Your own price")
        click(dialog.save_button)
        await c.until(lambda: c.program.prices.quote("holysheep", "gpt-4.1").origin is PriceOrigin.OWN)
        quote = c.program.prices.quote("holysheep", "gpt-4.1")
        assert (quote.origin, quote.price_list) == (PriceOrigin.OWN, "own 2/0.5//8/ >200000 4/4/4/16/16")
        assert (quote.price.cached_input, quote.price.at(200_001).output) == (500_000, 16_000_000)
        dialog, prices = await opened(c, "holysheep/gpt-4.1")
        choose(prices, "holysheep", "gpt-4.1")
        click(prices.reset_button)
        click(dialog.save_button)
        await c.until(lambda: c.program.prices.quote("holysheep", "gpt-4.1").origin is PriceOrigin.DROVER)


async def test_what_is_no_price_is_refused_at_its_field(tmp_path: Path) -> None:
    """Negative, no number, beyond sense, nothing at all; and longer calls that do not rise."""
    async with cockpit(tmp_path) as c:
        _, prices = await opened(c, "holysheep/gpt-4.1")
        choose(prices, "holysheep", "gpt-4.1")
        for wrong in ("-1", "nan", "inf", "1e3", "1000001", "1,000", ""):
            prices.fields["output"].field.setText(wrong)
            click(prices.set_button)
            assert prices.fields["output"].problem, wrong
            assert not prices.own
        prices.fields["output"].field.setText("8")
        for wrong in ("200000 = 4", "0 = 4, 16", "200000 = 4, 16\n100000 = 5, 17", "x = 1, 2", "5 = -1, 2"):
            prices.longer.field.setPlainText(wrong)
            click(prices.set_button)
            assert prices.longer.problem, wrong


async def test_models_in_use_stand_there_and_a_provider_that_is_not_set_up_cannot_be_priced(tmp_path: Path) -> None:
    """The simulator's prices are its own; what a public list says is shown all the same."""
    async with cockpit(tmp_path) as c:
        await c.make()
        dialog, prices = await opened(c)
        await c.until(lambda: bool(prices.model.lines))
        assert [(line.provider, line.model, line.origin) for line in prices.model.lines] == [
            ("simulator", "sim-fast", "simulator")
        ]
        assert not prices.set_button.isEnabled()
        prices.search.setText("anthropic/claude-sonnet-4-6")
        await c.until(lambda: prices.model.lines[0].provider == "anthropic")
        assert prices.model.lines[0].figures == ("3", "0.3", "3.75", "15", "15")
        assert not prices.set_button.isEnabled() and "Set up anthropic" in prices.origin.text()
        dialog.reject()
