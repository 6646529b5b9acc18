"""The event-stream parser: the standard's grammar, however the bytes are cut, and caps on what is not trusted."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.providers.event_stream import EventStream, EventTooLargeError, ServerEvent

PIECES = [
    b"data:",
    b"data: ",
    b"event: ",
    b":",
    b"\r",
    b"\n",
    b"\r\n",
    b"\n\n",
    b"x",
    b"\xef\xbb\xbf",
    b"\xe2\x80\xa8",
]
STREAMS = st.lists(st.sampled_from(PIECES), max_size=40).map(b"".join)


def parse(*chunks: bytes, max_line: int = 1000, max_event: int = 1000) -> list[ServerEvent]:
    """Return all events of a stream that came in these chunks."""
    stream = EventStream(max_line=max_line, max_event=max_event)
    return [event for chunk in chunks for event in stream.feed(chunk)] + stream.end()


def data(*chunks: bytes) -> list[bytes]:
    """Return the data of all events."""
    return [event.data for event in parse(*chunks)]


@given(STREAMS, st.lists(st.integers(0, 80), max_size=12), st.integers(2, 20))
def test_any_cutting_gives_the_same_events(stream: bytes, cuts: list[int], cap: int) -> None:
    """Events, and whether a cap is passed, do not depend on where the bytes are cut."""

    def outcome(*chunks: bytes) -> list[ServerEvent] | None:
        try:
            return parse(*chunks, max_line=cap, max_event=cap * 2)
        except EventTooLargeError:
            return None

    edges = [0, *sorted(cut for cut in cuts if cut <= len(stream)), len(stream)]
    chunks = [stream[a:b] for a, b in pairwise(edges)]
    assert outcome(*chunks) == outcome(stream) == outcome(*(stream[i : i + 1] for i in range(len(stream))))


@given(STREAMS, st.integers(2, 60))
def test_what_is_plain_is_what_the_events_are(chunk: bytes, cap: int) -> None:
    """Line by line, and asking changes nothing."""
    stream = EventStream(max_line=cap, max_event=cap)
    stream.feed(b":\n")
    lines = stream.plain(chunk)
    if lines is not None:
        assert stream.feed(chunk) == [ServerEvent(line) for line in lines.split(b"\n")]
        assert stream.end() == []


@pytest.mark.parametrize(
    ("before", "chunk", "lines"),
    [
        (b":\n", b"data: a\n\ndata: b\n\n", b"a\nb"),
        (b":\n", b"data: a\n\n", b"a"),
        (b"", b"data: a\n\n", None),
        (b"data: x\n", b"data: a\n\n", None),
        (b"da", b"data: a\n\n", None),
        (b"event: e\n", b"data: a\n\n", None),
        (b":\n", b"data: a\n\ndata:b\n\n", None),
        (b":\n", b"data: a\n\n: ping\n\ndata: b\n\n", None),
        (b":\n", b"data: a\ndata: b\n\n", None),
        (b":\n", b"data: a\r\n\n", None),
        (b":\n", b"data: a\n\ndata: b", None),
    ],
)
def test_what_is_plain(before: bytes, chunk: bytes, lines: bytes | None) -> None:
    """Whole events of a line of data each, behind whole ones; nothing else."""
    stream = EventStream()
    stream.feed(before)
    assert stream.plain(chunk) == lines


@pytest.mark.parametrize("end", [b"\n", b"\r", b"\r\n"])
def test_all_three_line_ends(end: bytes) -> None:
    """CR, LF and CRLF end a line."""
    assert data(b"data: a", end, end, b"data:b", end, end) == [b"a", b"b"]


def test_only_cr_and_lf_end_a_line() -> None:
    """U+2028, U+0085, form feed and the like stay inside the data."""
    text = "a\u2028b\u0085c\x0b\x0c\x1cd".encode()
    assert data(b"data: " + text + b"\n\n") == [text]


def test_comments_are_no_events() -> None:
    """A comment line, alone or between data, is skipped."""
    assert data(b": ping\n\n", b"data: a\n: ping\n", b"\n:\n\n") == [b"a"]


def test_lines_of_data_are_joined() -> None:
    """Several data lines are one event with LF between; a bare field is an empty line."""
    assert data(b"data: a\ndata\ndata:  b\n\n") == [b"a\n\n b"]


def test_the_type_belongs_to_one_event() -> None:
    """The event field names the next event only."""
    events = parse(b"event: error\ndata: a\n\ndata: b\n\n")
    assert [event.type for event in events] == [b"error", b"message"]


def test_a_byte_order_mark_is_dropped_once() -> None:
    """The mark before the first line is no part of it, also when it is cut."""
    assert data(b"\xef", b"\xbb\xbfda", b"ta: a\n\n") == [b"a"]


def test_the_last_event_needs_no_empty_line() -> None:
    """What the end of the stream leaves is an event."""
    assert data(b"data: a\n\ndata: [DONE]") == [b"a", b"[DONE]"]


@pytest.mark.parametrize("chunks", [[b"data: " + b"x" * 200], [b"x"] * 101, [b":" + b"x" * 100 + b"\n"]])
def test_a_long_line_is_refused(chunks: list[bytes]) -> None:
    """A line over its cap raises, whole, in pieces, and as a comment."""
    with pytest.raises(EventTooLargeError):
        parse(*chunks, max_line=100)


def test_an_event_of_many_lines_is_refused() -> None:
    """Short lines that never end an event pass the event's cap."""
    with pytest.raises(EventTooLargeError):
        parse(*[b"data: xxxxxxxxx\n"] * 20, max_event=100)
