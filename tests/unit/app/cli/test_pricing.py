"""The command that shows what models cost."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.cli.pricing import prices
from app.cli.report import Exit, Output
from app.composition import Program
from app.paths import Paths
from app.settings import LongerSettings, ModelSettings, ProviderSettings, Settings

JSON, TEXT = Output(json=True), Output(json=False)
MINE = ModelSettings(
    id="m", input="2", cached_input="0.5", output="8", longer=(LongerSettings(above=1000, input="4", output="16"),)
)


def program(folder: Path) -> Program:
    """Return a program with one model that its person priced."""
    settings = Settings(providers=(ProviderSettings(name="mine", base_url="http://127.0.0.1:9/v1", models=(MINE,)),))
    return Program(paths=Paths.under(folder), settings=settings)


def printed(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    """Return the objects that were printed."""
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


async def test_models_in_use_have_every_kind_of_price(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With tiers and origin; nothing is made by looking."""
    assert await prices(program(tmp_path), "", JSON) is Exit.COMPLETED
    told, result = printed(capsys)
    assert (told["provider"], told["model"], told["origin"]) == ("mine", "m", "own")
    kinds = ("input", "cached_input", "cache_write", "output", "reasoning")
    assert [told[kind] for kind in kinds] == ["2", "0.5", "2", "8", "8"]
    assert told["longer"] == [
        {"above": 1000, "input": "4", "cached_input": "4", "cache_write": "4", "output": "16", "reasoning": "16"}
    ]
    assert told["price_list"] == "own 2/0.5//8/ >1000 4///16/"
    assert result["count"] == 1
    assert not (tmp_path / "data").exists()


async def test_a_model_is_looked_up_in_every_list(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """By a part of its name: whose list, from where, of when."""
    await prices(program(tmp_path), "gpt-4.1", JSON)
    found = {f"{each.get('provider')}/{each.get('model')}": each for each in printed(capsys)}
    ours, public = found["holysheep/gpt-4.1"], found["openai/gpt-4.1"]
    assert (ours["origin"], ours["date"]) == ("drover", "2026-11-24")
    assert "holysheep.ai" in str(ours["source"])
    assert (public["origin"], public["cached_input"]) == ("public", "0.5")
    assert str(public["price_list"]).startswith("genai-prices ")


async def test_they_are_told_to_people(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A line of figures, one for each length, one for the origin; and what to do where there is none."""
    await prices(program(tmp_path), "mine/", TEXT)
    said = capsys.readouterr().out
    assert "in $2, cached $0.5" in said
    assert "above 1,000 input tokens: in $4" in said
    assert "your own price" in said
    await prices(program(tmp_path), "no-such-model", TEXT)
    assert "Settings" in capsys.readouterr().err
