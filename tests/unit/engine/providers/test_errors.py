"""What servers do wrong becomes one kind of error, with what follows from it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain.errors import ErrorCode
from engine.providers.errors import MAX_WAIT_S, ErrorBody, from_status, read_body, retry_after

NOW_MS = 1_792_828_800_000  # Sat, 24 Oct 2026 08:00:00 GMT
E = ErrorCode


@pytest.mark.parametrize(
    ("status", "body", "code", "retryable", "billed"),
    [
        (301, b"", E.REDIRECTED, False, False),
        (307, b"", E.REDIRECTED, False, False),
        (400, b'{"error":{"message":"no"}}', E.BAD_REQUEST, False, False),
        (400, b'{"error":{"code":"context_length_exceeded"}}', E.CONTEXT_OVERFLOW, False, False),
        (400, b'{"error":{"code":400,"type":"exceed_context_size_error"}}', E.CONTEXT_OVERFLOW, False, False),
        (400, b'{"error":{"code":"model_not_found"}}', E.UNKNOWN_MODEL, False, False),
        (400, b'{"error":{"code":"content_filter"}}', E.CONTENT_FILTERED, False, False),
        (401, b'{"error":{"code":"invalid_api_key"}}', E.WRONG_KEY, False, False),
        (402, b"", E.NO_CREDIT, False, False),
        (403, b"", E.FORBIDDEN, False, False),
        (
            404,
            b'{"error":{"message":"model \\"x\\" not found, try pulling it"}}',
            E.UNKNOWN_MODEL,
            False,
            False,
        ),
        (404, b"<html>nginx</html>", E.NO_SERVICE, False, False),
        (404, b"", E.NO_SERVICE, False, False),
        (408, b"", E.SERVER_ERROR, True, True),
        (409, b"", E.SERVER_ERROR, True, True),
        (413, b"", E.CONTEXT_OVERFLOW, False, False),
        (422, b'{"detail":"no"}', E.BAD_REQUEST, False, False),
        (429, b"", E.RATE_LIMITED, True, False),
        (429, b'{"error":{"type":"insufficient_quota"}}', E.NO_CREDIT, False, False),
        (500, b"", E.SERVER_ERROR, True, True),
        (502, b"<html>", E.SERVER_ERROR, True, True),
        (503, b'{"error":"busy"}', E.SERVER_ERROR, True, True),
        (529, b"", E.SERVER_ERROR, True, True),
    ],
)
def test_statuses(status: int, body: bytes, code: ErrorCode, retryable: bool, billed: bool) -> None:
    """Each status has its code, whether to try again, and whether it may have cost money."""
    error = from_status(status, {}, body, now_ms=NOW_MS, key=None)
    assert (error.code, error.retryable, error.maybe_billed, error.status) == (
        code,
        retryable,
        billed,
        status,
    )


@pytest.mark.parametrize(
    ("headers", "body", "seconds"),
    [
        ({}, None, None),
        ({"retry-after": "7"}, None, 7.0),
        ({"retry-after": "0.5"}, None, 0.5),
        ({"retry-after-ms": "250", "retry-after": "9"}, None, 0.25),
        ({"retry-after": "Sat, 24 Oct 2026 08:00:30 GMT"}, None, 30.0),
        ({"retry-after": "Sat, 24 Oct 2026 07:00:00 GMT"}, None, 0.0),
        ({"retry-after": "Sat, 24 Oct 2099 08:00:00 GMT"}, None, MAX_WAIT_S),
        ({"retry-after": "-5"}, None, 0.0),
        ({"retry-after": "1e300"}, None, MAX_WAIT_S),
        ({"retry-after": "inf"}, None, MAX_WAIT_S),
        ({"retry-after": "nan"}, None, None),
        ({"retry-after": "soon"}, 4.0, 4.0),
        ({}, 4.0, 4.0),
        ({"retry-after": "2"}, 4.0, 2.0),
    ],
)
def test_how_long_to_wait(headers: dict[str, str], body: float | None, seconds: float | None) -> None:
    """Milliseconds, seconds, a date or the body, and nothing insane."""
    assert retry_after(headers, ErrorBody(retry_after=body), NOW_MS) == seconds


@pytest.mark.parametrize(
    ("body", "code", "message", "wait"),
    [
        (b'{"error":{"code":"a","message":"m","retry_after":2}}', "a", "m", 2.0),
        (b'{"error":{"code":429,"message":"m","retry_after":"2.5"}}', "429", "m", 2.5),
        (b'{"error":"m"}', "", "m", None),
        (b'{"message":"m"}', "", "m", None),
        (b'[{"error":{"code":5,"message":"m"}}]', "5", "m", None),
        (b'{"detail":"m"}', "", "m", None),
        (b'{"error":{"code":null,"message":["x"],"retry_after":{}}}', "", "", None),
        (b"plain", "", "plain", None),
    ],
)
def test_bodies(body: bytes, code: str, message: str, wait: float | None) -> None:
    """The shapes of error objects that servers have."""
    found = read_body(body)
    assert (found.code, found.message, found.retry_after) == (code, message, wait)


@given(st.binary(max_size=300))
def test_any_body_can_be_read(body: bytes) -> None:
    """Whatever a server answers, an error comes of it."""
    assert len(from_status(400, {}, body, now_ms=NOW_MS, key=None).detail) <= 500


def test_deep_bodies_can_be_read() -> None:
    """Nesting beyond the decoder's depth is no crash."""
    assert from_status(400, {}, b"[" * 60_000, now_ms=NOW_MS, key=None).code is E.BAD_REQUEST


def test_the_key_is_taken_out_before_the_text_is_cut() -> None:
    """A key that stands at the cap does not leave its first half."""
    body = b"x" * 480 + b"sk-0123456789abcdef"
    error = from_status(401, {}, body, now_ms=NOW_MS, key="sk-0123456789abcdef")
    assert "sk-0" not in error.detail
    assert len(error.detail) <= 500
