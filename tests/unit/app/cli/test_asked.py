"""From the words of a command line to a task: what is understood, and one sentence for what is not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from app.cli.asked import Asked, read_pipeline
from app.cli.report import CommandError, Exit
from engine.domain.choice import Policy
from engine.domain.errors import ErrorCode, InvalidSpecError
from engine.domain.money import PICO
from engine.domain.task import Complexity, RecipeName, TimeLimits


def test_a_goal_becomes_a_task() -> None:
    """What is not said stays as the defaults have it."""
    asked = Asked(goal="Do it", budget="1.50", steps=3, temperature=0.0, context=["style=plain", "a=b=c"], system="S")
    spec = asked.spec("p", "m")
    assert (spec.goal, spec.provider, spec.model, spec.recipe) == ("Do it", "p", "m", RecipeName.ITERATE)
    assert (spec.budget, spec.max_steps, spec.temperature, spec.max_output) == (3 * PICO // 2, 3, 0.0, 4096)
    assert (spec.context, spec.system) == ({"style": "plain", "a": "b=c"}, "S")


@pytest.mark.parametrize(
    ("name", "content", "prompts", "reviews"),
    [
        ("a.txt", "One?\n---\nTwo?\nmore\n --- \nThree?", ("One?", "Two?\nmore", "Three?"), ()),
        ("a.txt", "One?\n--- review\nTwo?", ("One?", "Two?"), (1,)),
        ("a.md", "Only one --- with a dash", ("Only one --- with a dash",), ()),
        ("a.toml", 'prompts = ["One?", "Two?"]', ("One?", "Two?"), ()),
        ("a.toml", 'prompts = ["One?", {prompt = "Two?", review = true}]', ("One?", "Two?"), (2,)),
    ],
)
def test_a_pipeline_file(
    tmp_path: Path, name: str, content: str, prompts: tuple[str, ...], reviews: tuple[int, ...]
) -> None:
    """Text with lines of three dashes between, or a list in TOML; each can say that its reply waits for a yes."""
    file = tmp_path / name
    file.write_text(content)
    assert read_pipeline(file) == (prompts, reviews)
    spec = Asked(pipeline=file).spec("p", "m")
    assert (spec.recipe, spec.total_steps, spec.review_after) == (RecipeName.PIPELINE, len(prompts), reviews)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("b.txt", b"\xff\xfe\x00"),
        ("b.toml", b"prompts = ["),
        ("b.toml", b'prompts = "one"'),
        ("b.toml", b"other = 1"),
        ("gone.txt", None),
    ],
)
def test_a_file_that_is_no_pipeline(tmp_path: Path, name: str, content: bytes | None) -> None:
    """Binary, broken, another shape, or not there: said so, with why."""
    file = tmp_path / name
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(CommandError) as raised:
        Asked(pipeline=file).spec("p", "m")
    assert (raised.value.code, raised.value.status) == ("pipeline_file", Exit.BAD_INPUT)
    assert not any(odd in raised.value.sentence for odd in ("Errno", "codec", "array", "$", "None"))


def test_an_empty_pipeline_has_no_prompt(tmp_path: Path) -> None:
    """Told as the form would."""
    file = tmp_path / "empty.txt"
    file.write_text("\n---\n")
    with pytest.raises(InvalidSpecError) as raised:
        Asked(pipeline=file).spec("p", "m")
    assert raised.value.code is ErrorCode.PROMPTS_EMPTY


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"goal": "g", "pipeline": Path("x")}, "goal_twice"),
        ({"goal": "g", "budget": "-1"}, "bad_amount"),
        ({"goal": "g", "budget": "much"}, "bad_amount"),
        ({"goal": "g", "context": ["nonsense"]}, "bad_context"),
        ({"goal": "g", "context": ["=x"]}, "bad_context"),
        ({"goal": "g", "times": ["silence"]}, "bad_time"),
        ({"goal": "g", "times": ["silence=none"]}, "bad_time"),
        ({"goal": "g", "times": ["patience=3"]}, "bad_time"),
    ],
)
def test_bad_words(fields: dict[str, object], code: str) -> None:
    """Each has its own sentence."""
    with pytest.raises(CommandError) as raised:
        Asked(**fields).spec("p", "m")  # type: ignore[arg-type]
    assert raised.value.code == code
    assert raised.value.sentence


def test_time_limits_by_level() -> None:
    """Each in seconds, those without a limit as none; what is not said stays."""
    limits = Asked(goal="g", times=["silence=45", "first-token = 90.5", "attempt=none"]).spec("p", "m").limits
    assert limits == TimeLimits(silence=45.0, first_token=90.5)
    assert Asked(goal="g", times=["attempt=9"]).spec("p", "m").limits.attempt == 9.0


@pytest.mark.parametrize(
    "fields", [{"steps": 0}, {"steps": -1}, {"temperature": 9.0}, {"max_output": 0}, {"times": ["step=nan"]}]
)
def test_figures_out_of_range(fields: dict[str, object]) -> None:
    """Told by the one function that knows every bound."""
    with pytest.raises(InvalidSpecError):
        replace(Asked(goal="g"), **fields).spec("p", "m")


def test_a_server_by_its_address() -> None:
    """Named by its host, priced or free, its key in a variable."""
    own = Asked(
        base_url="http://127.0.0.1:8080/v1", model="m", price_in="1", price_out="2", key_variable="K"
    ).own_provider()
    assert own is not None
    assert (own.name, own.key_variable, own.models[0].input, own.models[0].output) == ("127-0-0-1-8080", "K", "1", "2")
    free = Asked(base_url="https://api.example.com/v1", provider="mine", free=True).own_provider()
    assert free is not None and (free.name, free.free) == ("mine", True)
    assert Asked(provider="local").own_provider() is None


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"base_url": "api.example.com", "free": True}, "bad_url"),
        ({"base_url": "ftp://x/v1", "free": True}, "bad_url"),
        ({"base_url": "http:///v1", "free": True}, "bad_url"),
        ({"base_url": "http://[::1/v1", "free": True}, "bad_url"),
        ({"base_url": "http://x/v1"}, "bad_price"),
        ({"base_url": "http://x/v1", "price_in": "1"}, "bad_price"),
        ({"base_url": "http://x/v1", "price_in": "1", "price_out": "-2"}, "bad_price"),
    ],
)
def test_a_server_that_cannot_be(fields: dict[str, object], code: str) -> None:
    """An address that is none; a price that is missing: nothing is free by accident."""
    with pytest.raises(CommandError) as raised:
        Asked(**fields).own_provider()  # type: ignore[arg-type]
    assert raised.value.code == code


def test_a_policy_says_how_the_model_of_each_step_is_chosen() -> None:
    """With what it may choose from beside its own provider's; a word that is none is told."""
    spec = Asked(goal="g", policy="economy", complexity="complex", candidates=("openai/gpt-4.1, a/b",)).spec("p", "m")
    assert (spec.policy, spec.complexity) == (Policy.ECONOMY, Complexity.COMPLEX)
    assert [each.model for each in spec.candidates] == ["gpt-4.1", "b"]
    assert Asked(goal="g").spec("p", "m").policy is Policy.FIXED
    for asked in (
        Asked(goal="g", policy="cheap"),
        Asked(goal="g", complexity="hard"),
        Asked(goal="g", candidates=("x",)),
    ):
        with pytest.raises(CommandError):
            asked.spec("p", "m")
