"""Maps what servers do wrong, once, to `ProviderError`.

That is: what it is, whether trying again may help, whether money may have been spent, and how long to wait.

Certainly not billed is what never left and what a server refused to take on (4xx but 408, 409, 425 and 499);
everything else may have been. All words here are the server's: capped, and the key taken out of them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from email.utils import parsedate_to_datetime
from typing import cast

import msgspec

from engine.domain.errors import ErrorCode
from engine.domain.hiding import HIDDEN, hide, hide_bytes
from engine.providers.port import ProviderError
from engine.providers.rate_headers import read_report
from engine.providers.usage import UNREADABLE

MAX_DETAIL = 500
"""Characters of a server's words that are kept."""
MAX_BODY = 65_536
"""Bytes of an error's body that are read."""
WITHHELD = HIDDEN.encode()
"""What is kept of bytes from which a key cannot be taken out by looking for it."""
MAX_WAIT_S = 366 * 86_400.0
"""A wait that is longer is told as this one."""

RETRYABLE = frozenset({408, 409, 425, 429, 499})
MAYBE_BILLED = frozenset({408, 409, 425, 499})
BY_STATUS: Mapping[int, ErrorCode] = {
    401: ErrorCode.WRONG_KEY,
    402: ErrorCode.NO_CREDIT,
    403: ErrorCode.FORBIDDEN,
    404: ErrorCode.UNKNOWN_MODEL,
    408: ErrorCode.SERVER_ERROR,
    409: ErrorCode.SERVER_ERROR,
    413: ErrorCode.CONTEXT_OVERFLOW,
    425: ErrorCode.SERVER_ERROR,
    429: ErrorCode.RATE_LIMITED,
    499: ErrorCode.SERVER_ERROR,
}
FINAL = frozenset({ErrorCode.NO_CREDIT, ErrorCode.CONTEXT_OVERFLOW, ErrorCode.CONTENT_FILTERED})
"""Trying again cannot help, whatever the status says."""

BY_WORD: tuple[tuple[str, ErrorCode], ...] = (
    ("context_length_exceeded", ErrorCode.CONTEXT_OVERFLOW),
    ("exceed_context_size", ErrorCode.CONTEXT_OVERFLOW),
    ("maximum context length", ErrorCode.CONTEXT_OVERFLOW),
    ("context window", ErrorCode.CONTEXT_OVERFLOW),
    ("insufficient_quota", ErrorCode.NO_CREDIT),
    ("billing_hard_limit", ErrorCode.NO_CREDIT),
    ("insufficient balance", ErrorCode.NO_CREDIT),
    ("insufficient_balance", ErrorCode.NO_CREDIT),
    ("insufficient_user_quota", ErrorCode.NO_CREDIT),
    ("model_not_found", ErrorCode.UNKNOWN_MODEL),
    ("invalid_api_key", ErrorCode.WRONG_KEY),
    ("content_policy_violation", ErrorCode.CONTENT_FILTERED),
    ("content_filter", ErrorCode.CONTENT_FILTERED),
    ("rate_limit", ErrorCode.RATE_LIMITED),
)
"""What servers say in `code`, `type` or `message`, the surest first."""

OF_THE_KEY = ("api key", "api_key", "apikey", "api-key", "credential", "deactivated", "revoked", "suspended")
"""What a 403 says that is about the key or its account, and not about what was asked with it."""


class ErrorBody(msgspec.Struct, frozen=True, kw_only=True):
    """What an error object says, as far as it says it in a known way."""

    code: str = ""
    type: str = ""
    message: str = ""
    retry_after: float | None = None
    """Seconds."""
    known: bool = False
    """Whether it was an error object of some kind."""

    @property
    def words(self) -> str:
        """All of it as one text."""
        return " ".join(filter(None, (self.code, self.type, self.message)))


def read_body(body: bytes) -> ErrorBody:
    """Return what a server's error body says; never raises."""
    try:
        return read_object(msgspec.json.decode(body))
    except UNREADABLE:
        return ErrorBody(message=body.decode("utf-8", "replace"))


def read_object(found: object) -> ErrorBody:
    """Return what a decoded error object says: OpenAI's shape, or one of those seen besides."""
    if isinstance(found, list):
        found = cast("list[object]", found)[0] if found else None
    if isinstance(found, dict):
        outer = cast("dict[str, object]", found)
        inner = outer.get("error", outer)
        if isinstance(inner, dict):
            return _from_fields(cast("dict[str, object]", inner))
        found = inner
    return ErrorBody(message=found, known=True) if isinstance(found, str) else ErrorBody()


def _from_fields(fields: dict[str, object]) -> ErrorBody:
    return ErrorBody(
        code=_text(fields.get("code")),
        type=_text(fields.get("type")),
        message=_text(fields.get("message", fields.get("detail"))),
        retry_after=_seconds(fields.get("retry_after")),
        known=True,
    )


def _text(value: object) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:d}" if abs(value) < 10**9 else ""  # Python refuses to write a number of thousands of digits
    return value if isinstance(value, str) else ""


def _seconds(value: object, scale: float = 1.0) -> float | None:
    """Return a wait in seconds, sane: None for what is no number, 0 for the past, at most `MAX_WAIT_S`."""
    try:
        seconds = float(value) * scale if isinstance(value, str | int | float) else math.nan
    except (ValueError, OverflowError):
        return None
    return None if math.isnan(seconds) else min(max(seconds, 0.0), MAX_WAIT_S)


def retry_after(headers: Mapping[str, str], body: ErrorBody, now_ms: int) -> float | None:
    """Return the seconds a server asks to wait: milliseconds, seconds or a date in its headers, else in its body."""
    for seconds in _waits(headers, now_ms):
        if seconds is not None:
            return seconds
    return body.retry_after


def _waits(headers: Mapping[str, str], now_ms: int) -> Iterator[float | None]:
    yield _seconds(headers.get("retry-after-ms"), 0.001)
    stated = headers.get("retry-after")
    yield _seconds(stated)
    try:
        until = parsedate_to_datetime(stated or "")
        yield _seconds(until.timestamp() - now_ms / 1000)
    except (ValueError, TypeError, OverflowError):
        yield None


def from_status(status: int, headers: Mapping[str, str], raw: bytes, *, now_ms: int, key: str | None) -> ProviderError:
    """Return the error for a reply that is not 200. `headers` have lower-case names."""
    body = read_body(raw)
    if key and key in body.words:  # written with escapes: nobody can say in how many ways and places
        raw = WITHHELD
    code = classify(status, body)
    return ProviderError(
        code,
        redact(f"HTTP {status} {body.words}", key),
        retryable=(status in RETRYABLE or status >= 500 or code is ErrorCode.RATE_LIMITED) and code not in FINAL,
        maybe_billed=status in MAYBE_BILLED or status >= 500 or status < 300,
        retry_after_s=retry_after(headers, body, now_ms),
        status=status,
        raw=raw,
        report=read_report(headers, now_ms),
    )


def classify(status: int, body: ErrorBody) -> ErrorCode:
    """Return what a status and an error object mean together."""
    if 300 <= status < 400:
        return ErrorCode.REDIRECTED
    if status == 404 and not body.known:
        return ErrorCode.NO_SERVICE  # nothing there speaks this protocol
    if status == 403 and any(word in body.words.lower() for word in OF_THE_KEY):
        return ErrorCode.WRONG_KEY
    if status in (401, 402, 403, 413):
        return BY_STATUS[status]
    if status < 500:
        words = body.words.lower()
        for word, code in BY_WORD:
            if word in words:
                return code
    return BY_STATUS.get(status, ErrorCode.SERVER_ERROR if status >= 500 else ErrorCode.BAD_REQUEST)


def from_stream(found: object, *, started: bool, key: str | None) -> ProviderError:
    """Return the error for an error object inside a stream; `started` says whether text had come before it."""
    body = read_object(found)
    status = int(body.code) if body.code.isdecimal() and len(body.code) == 3 else 0
    code = classify(status or 400, body)
    if code is ErrorCode.BAD_REQUEST and not status and "invalid_request" not in body.type:
        code = ErrorCode.SERVER_ERROR  # it was accepted before it failed
    return ProviderError(
        code,
        redact(body.words, key),
        retryable=code in (ErrorCode.SERVER_ERROR, ErrorCode.RATE_LIMITED),
        maybe_billed=started or code is not ErrorCode.RATE_LIMITED,
        retry_after_s=body.retry_after,
    )


def redact(text: str, key: str | None) -> str:
    """Return `text` without the key, nor its beginning where the text was cut, and no longer than `MAX_DETAIL`."""
    return hide(text, secrets(key))[:MAX_DETAIL]


def redact_bytes(raw: bytes, key: str | None) -> bytes:
    """Return a body without the key, nor its beginning where the body was cut."""
    return hide_bytes(raw, secrets(key))


def secrets(key: str | None) -> tuple[str, ...]:
    """Return what is to be hidden."""
    return (key,) if key else ()
