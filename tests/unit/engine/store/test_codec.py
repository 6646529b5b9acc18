"""Records to bytes and back."""

from __future__ import annotations

import zlib

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain.step import Outcome, Record
from engine.store.codec import decode, encode, pack, spec, standing
from tests.stored import checkpoint, correction, fork, intent, note, outcome, task


def again(record: Record) -> Record:
    """Return a record as a reader gets it back."""
    return decode(record.task, encode(record))


@pytest.mark.parametrize("record", [intent(task()), checkpoint(task()), note(task()), correction(task())])
def test_a_record_without_a_body_comes_back_whole(record: Record) -> None:
    """Everything is in the header and in its row."""
    encoded = encode(record)
    assert encoded.text is None and encoded.raw is None
    assert again(record) == record


def test_a_fork_keeps_its_parents_texts_out_of_the_header() -> None:
    """They are its payload."""
    whole = fork(task(), ("first " * 1_000, "", "second \u2028"))
    assert again(whole) == whole and len(encode(whole).header) < 100


def test_a_row_says_nothing_twice() -> None:
    """A step costs a few hundred bytes beside its reply."""
    headers = [encode(each).header for each in (intent(task()), outcome(task()))]
    assert sum(map(len, headers)) < 250 and not any(task().id.encode() in header[:30] for header in headers)


def test_an_outcome_keeps_its_bodies_out_of_the_header() -> None:
    """The text stays text, the raw reply is compressed, and the header does not grow with either."""
    long, short = outcome(task(), text="x" * 100_000), outcome(task(), text="")
    encoded = encode(long)
    assert encoded.text == long.text and encoded.raw is not None and zlib.decompress(encoded.raw) == long.raw
    assert encoded.header == encode(short).header
    assert again(long) == msgspec.structs.replace(long, raw=b"")


def test_a_lone_surrogate_is_stored_as_a_question_mark() -> None:
    """A model may send what is no character; it must not stop the store."""
    assert encode(outcome(task(), text="a\ud800b")).text == "a?b"


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_every_text_comes_back(text: str) -> None:
    """Whatever it holds."""
    decoded = again(outcome(task(), text=text))
    assert isinstance(decoded, Outcome) and decoded.text == text


def test_standing_and_spec_come_back() -> None:
    """As they were."""
    one = task(batch="b")
    assert standing(pack(one.standing)) == one.standing and spec(pack(one.spec)) == one.spec
