"""Responses cut in every way, and ones that mean harm."""

from __future__ import annotations

import pytest

from engine.providers.paced.errors import GarbledError
from engine.providers.paced.parser import MAX_HEAD, ResponseParser

HEAD = b"HTTP/1.1 200 OK\r\nX-A: b\r\n"
CHUNKED = HEAD + b"transfer-encoding: chunked\r\n\r\n5\r\nhello\r\n1\r\n!\r\n0\r\n\r\n"


def fed(*parts: bytes) -> ResponseParser:
    """Return a parser that took these in."""
    parser = ResponseParser()
    for part in parts:
        parser.feed(part)
    return parser


@pytest.mark.parametrize("cut", range(1, len(CHUNKED)))
def test_wherever_it_is_cut(cut: int) -> None:
    """Head, pieces and end are the same."""
    parser = fed(CHUNKED[:cut], CHUNKED[cut:])
    assert (parser.status, parser.headers[0], parser.begun, parser.whole) == (200, (b"X-A", b"b"), True, True)
    assert parser.reusable
    assert parser.take() == b"hello!"
    assert parser.take() == b""


def test_pieces_are_counted_as_the_server_wrote_them() -> None:
    """A read of two chunks is two pieces and one body."""
    assert fed(CHUNKED).pieces == [b"hello", b"!"]


def test_what_only_announces_a_response_is_left_out() -> None:
    """Its headers too."""
    parser = fed(b"HTTP/1.1 100 Continue\r\nx: y\r\n\r\n")
    assert not parser.begun
    parser.feed(CHUNKED)
    assert parser.headers[0] == (b"X-A", b"b")


@pytest.mark.parametrize(
    ("said", "clean", "whole"),
    [
        (HEAD + b"\r\nrest", True, True),
        (HEAD + b"\r\nrest", False, False),
        (HEAD + b"content-length: 9\r\n\r\nrest", True, False),
        (CHUNKED[:-5], True, False),
        (HEAD, True, False),
        (b"", True, False),
        (CHUNKED, False, True),
    ],
)
def test_an_end_of_the_connection(said: bytes, clean: bool, whole: bool) -> None:
    """Ends a body without a stated length, if it is nobody else's doing; cuts any other."""
    parser = fed(said)
    assert parser.end(clean=clean) is whole
    assert not parser.reusable


@pytest.mark.parametrize("more", [b"x", CHUNKED, b"HTTP/1.1 "])
def test_what_follows_a_whole_response(more: bytes) -> None:
    """In the same read or later: it spoils nothing, and the connection is used no more."""
    for parser in (fed(CHUNKED + more), fed(CHUNKED, more)):
        assert parser.whole and not parser.reusable
        assert parser.take() == b"hello!"


def test_a_connection_that_shall_close_is_not_used_again() -> None:
    """Whether the server says so or is too old to know better."""
    assert not fed(HEAD + b"connection: close\r\ncontent-length: 0\r\n\r\n").reusable
    assert not fed(b"HTTP/1.0 200 OK\r\ncontent-length: 0\r\n\r\n").reusable


@pytest.mark.parametrize(
    "parts",
    [
        [b"HTTP/1.1 200 " + b"x" * 2 * MAX_HEAD],
        [HEAD, *[b"x-b: c\r\n"] * 300],
        [HEAD, b"x-c: ", *[b"y" * 1000] * 100],
        [HEAD, b"transfer-encoding: chunked\r\n\r\n1;", *[b"e" * 1000] * 100],
        [HEAD, b"transfer-encoding: chunked\r\n\r\n0\r\n", *[b"x-t: u\r\n"] * 20_000],
        [HEAD, b"transfer-encoding: chunked\r\n\r\n", b"ffffffffffffffffff\r\n"],
        [b"HTTP/1.1 101 Switching\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n", b"x"],
        [b"HTTP/3.7 200 OK\r\n\r\n"],
        [b"\x16\x03\x01"],
        [HEAD, b"transfer-encoding: chunked\r\ncontent-length: 5\r\n\r\n"],
    ],
    ids=["status", "headers", "value", "extension", "trailers", "size", "upgrade", "version", "tls", "smuggled"],
)
def test_what_has_no_end_or_no_sense(parts: list[bytes]) -> None:
    """Is garbled, at a bound of memory."""
    with pytest.raises(GarbledError):
        fed(*parts)


def test_after_closing_nothing_is_parsed() -> None:
    """Late bytes are nobody's."""
    parser = fed(HEAD)
    parser.close()
    parser.feed(b"\r\n")
    assert not parser.begun
