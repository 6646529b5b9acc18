"""Addresses, keys and headers that may be used, and what the network's exceptions mean."""

from __future__ import annotations

import ssl

import aiohttp
import httpx
import pytest

from engine.domain.errors import DroverError, ErrorCode
from engine.providers.transport import check_headers, check_key, check_url, from_network, tls_context


@pytest.mark.parametrize(
    ("url", "checked"),
    [
        ("https://api.example.org/v1/", "https://api.example.org/v1"),
        (" https://api.example.org\n", "https://api.example.org"),
        ("http://localhost:11434/v1", "http://localhost:11434/v1"),
        ("http://127.0.0.1:1", "http://127.0.0.1:1"),
        ("http://127.8.8.8/v1", "http://127.8.8.8/v1"),
        ("http://[::1]:8080/v1", "http://[::1]:8080/v1"),
    ],
)
def test_addresses_that_may_be_used(url: str, checked: str) -> None:
    """Encrypted anywhere, unencrypted on this computer."""
    assert check_url(url) == checked


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://api.example.org/v1", ErrorCode.INSECURE_URL),
        ("http://localhost.example.org", ErrorCode.INSECURE_URL),
        ("http://192.168.1.5:11434", ErrorCode.INSECURE_URL),
        ("http://0.0.0.0:80", ErrorCode.INSECURE_URL),
        ("", ErrorCode.INVALID_URL),
        ("api.example.org/v1", ErrorCode.INVALID_URL),
        ("ftp://example.org", ErrorCode.INVALID_URL),
        ("https://", ErrorCode.INVALID_URL),
        ("https://user:secret@example.org", ErrorCode.INVALID_URL),
        ("https://example.org/v1?key=secret", ErrorCode.INVALID_URL),
        ("https://example.org:99999", ErrorCode.INVALID_URL),
        ("https://exa mple.org", ErrorCode.INVALID_URL),
        ("https://example.org/a\nb", ErrorCode.INVALID_URL),
        ("https://exam\nple.org/", ErrorCode.INVALID_URL),
        ("https://[::1", ErrorCode.INVALID_URL),
    ],
)
def test_addresses_that_may_not_be_used(url: str, code: ErrorCode) -> None:
    """Unencrypted to elsewhere, half addresses, and secrets in the address are refused, without quoting them."""
    with pytest.raises(DroverError) as caught:
        check_url(url)
    assert caught.value.code is code
    assert "secret" not in str(caught.value)


def test_keys_are_printable_ascii() -> None:
    """White space around a pasted key is dropped; inside it, and anything unprintable, is refused unquoted."""
    assert check_key(" sk-1\n") == "sk-1"
    for key in ("", " ", "sk 1", "sk-\n1", "sk-é", "sk-\x00", "sk\u20281"):
        with pytest.raises(DroverError) as caught:
            check_key(key)
        assert str(caught.value) == ErrorCode.INVALID_KEY


def test_headers_are_checked() -> None:
    """Nobody sets what the connection is made of, or smuggles a line."""
    assert check_headers({"HTTP-Referer": "x y", "X_Title": ""}) == {"HTTP-Referer": "x y", "X_Title": ""}
    for name, value in (("Host", "x"), ("x", "a\r\nb: c"), ("a:b", "x"), ("", "x"), ("x", "é"), ("Cookie", "a")):
        with pytest.raises(DroverError):
            check_headers({name: value})


def test_session_keys_are_not_logged(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    """SSLKEYLOGFILE in the environment does not make TLS readable."""
    monkeypatch.setenv("SSLKEYLOGFILE", f"{tmp_path}/keys")
    context = tls_context()
    assert context.keylog_filename is None
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname


def test_a_close_after_the_request_may_have_been_billed() -> None:
    """What httpx calls a timeout of the connection is judged by its cause."""
    error = httpx.ConnectTimeout("x")
    error.__cause__ = aiohttp.ServerDisconnectedError()
    found = from_network(error, None)
    assert (found.code, found.retryable, found.maybe_billed) == (ErrorCode.CUT, True, True)


def test_only_the_connector_knows_that_nothing_was_sent() -> None:
    """A connection that could not be made cost nothing."""
    error = httpx.ConnectTimeout("x")
    error.__cause__ = aiohttp.ConnectionTimeoutError()
    found = from_network(error, None)
    assert (found.code, found.retryable, found.maybe_billed) == (ErrorCode.UNREACHABLE, True, False)
