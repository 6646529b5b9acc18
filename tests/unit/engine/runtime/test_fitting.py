"""Whether an answer fits its schema, whatever schema and answer are."""

from __future__ import annotations

import json

import pytest

from engine.runtime.fitting import LONGEST, Fit, checker_of, fitting
from engine.runtime.patterns import found, is_quick

KIND = {"type": "object", "properties": {"kind": {"enum": ["bill", "praise"]}}, "required": ["kind"]}


def fit(answer: str, schema: object) -> Fit:
    """Return what comes of a check."""
    return fitting(answer, json.dumps(schema)).fit


@pytest.mark.parametrize(
    ("answer", "fits"),
    [
        ('{"kind": "bill"}', Fit.FITS),
        (' {"kind": "praise", "more": 1}\n', Fit.FITS),
        ('{"kind": "other"}', Fit.MISSES),
        ("{}", Fit.MISSES),
        ('```json\n{"kind": "bill"}\n```', Fit.MISSES),
        ("", Fit.MISSES),
        ('{"kind": "bill"} or so', Fit.MISSES),
    ],
)
def test_json_alone_that_fits(answer: str, fits: Fit) -> None:
    """With words or marks around it, it is none."""
    assert fit(answer, KIND) is fits


def test_what_is_wrong_is_said_with_its_place() -> None:
    """For the model, which is asked again, and for its person."""
    assert fitting('{"kind": 7}', json.dumps(KIND)).problem.startswith("$.kind: 7 is not one of")


def test_nothing_is_fetched_and_nothing_goes_on_for_ever() -> None:
    """References elsewhere, to themselves, and to twice as many at each level."""
    doubled: dict[str, object] = {"a0": {"type": "object"}}
    for level in range(1, 30):
        doubled[f"a{level}"] = {"anyOf": [{"$ref": f"#/$defs/a{level - 1}"}] * 2}
    for schema in (
        {"$ref": "http://127.0.0.1:9/schema"},
        {"$ref": "#"},
        {"$ref": "#/nowhere"},
        {"$defs": doubled, "$ref": "#/$defs/a29"},
    ):
        assert fit("1", schema) is Fit.UNKNOWN


@pytest.mark.parametrize("named", ["x", None, {"required": 5}, {"multipleOf": 0}, {"type": "nope"}, {"minimum": "a"}])
def test_a_reference_to_what_is_no_schema_loses_no_paid_reply(named: object) -> None:
    """The library breaks at it in ways of its own: a check that cannot be made says so."""
    said = {fit(answer, {"default": named, "$ref": "#/default"}) for answer in ('{"a": 1}', "1")}
    assert Fit.UNKNOWN in said
    assert Fit.MISSES not in said


def test_an_answer_beyond_all_bounds_is_not_looked_at() -> None:
    """Too long, too deep, or a list whose items would be held against each other for minutes."""
    assert fit('"' + "a" * LONGEST + '"', {}) is Fit.UNKNOWN
    assert fit("[" * 50_000 + "]" * 50_000, {}) in (Fit.UNKNOWN, Fit.MISSES)
    assert fit(json.dumps(list(range(5_000))), {"uniqueItems": True}) is Fit.UNKNOWN


def test_a_validator_is_made_once_for_a_batch() -> None:
    """And counts each answer's looks by itself."""
    checker_of.cache_clear()
    for _ in range(50):
        assert fit('{"kind": "bill"}', KIND) is Fit.FITS
    assert checker_of.cache_info().misses == 1


@pytest.mark.parametrize(
    "pattern",
    ["(a+)+$", "(a|aa)+$", "(?:a{1,50}){1,50}", "(a?){30}a{30}", "a*a*a*b", r"(a)\1", "(?P<x>a)(?P=x)", "x*+"],
)
def test_patterns_that_could_take_for_ever_are_let_be(pattern: str) -> None:
    """A value is not refused for one of them."""
    assert not is_quick(pattern)
    assert fit('"' + "a" * 40 + '!"', {"pattern": pattern}) is Fit.FITS


@pytest.mark.parametrize("pattern", ["^[A-Z]{2}-[0-9]+$", r"^\w+@\w+$", "a|b", "(?i)yes|no", r"\d{4}-\d{2}", "[*+]{2}"])
def test_patterns_as_people_write_them_are_looked_for(pattern: str) -> None:
    """Each bounded by the length of what it is looked for in."""
    assert is_quick(pattern)
    assert found(pattern, "?") is False


def test_what_is_no_pattern_is_let_be() -> None:
    """Another language's may not be one of this one's."""
    assert found("(", "x") is None
    assert found("a", "a" * 513) is None
