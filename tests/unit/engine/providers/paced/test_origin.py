"""Where requests go and what they are, byte for byte."""

from __future__ import annotations

import httpx
import pytest

from engine.providers.paced.origin import Origin, encode


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("http://127.0.0.1:8080/v1", Origin("127.0.0.1", 8080, secure=False)),
        ("https://api.example.org/v1", Origin("api.example.org", 443, secure=True)),
        ("http://[::1]/v1", Origin("::1", 80, secure=False)),
        ("https://bücher.example:444", Origin("xn--bcher-kva.example", 444, secure=True)),
    ],
)
def test_where_a_request_goes(url: str, origin: Origin) -> None:
    """The host as the resolver and the certificate know it."""
    assert Origin.of(httpx.URL(url)) == origin


@pytest.mark.parametrize("url", ["ftp://a", "/v1", "http://"])
def test_what_is_no_address(url: str) -> None:
    """Neither of the two protocols, or no host."""
    with pytest.raises(httpx.UnsupportedProtocol):
        Origin.of(httpx.URL(url))


def test_a_request_byte_for_byte() -> None:
    """The path with its query, the headers as they are, the length once."""
    request = httpx.Request("POST", "http://a.example/v1?q=1", headers={"x-a": "b", "connection": "x"}, content=b"{}")
    assert encode(request, b"{}", last=False) == (
        b"POST /v1?q=1 HTTP/1.1\r\nHost: a.example\r\nx-a: b\r\ncontent-length: 2\r\n\r\n{}"
    )
    asked = encode(httpx.Request("GET", "http://a.example"), b"", last=True)
    assert asked == b"GET / HTTP/1.1\r\nHost: a.example\r\nconnection: close\r\n\r\n"


@pytest.mark.parametrize("value", [b"a\r\nx-smuggled: 1", b"a\nb", b"a\0b"])
def test_a_request_is_one_request(value: bytes) -> None:
    """A line break in a header, where a key may be, is refused and not quoted."""
    request = httpx.Request("GET", "http://a.example", headers=[(b"authorization", value)])
    with pytest.raises(httpx.LocalProtocolError) as caught:
        encode(request, b"", last=False)
    assert "smuggled" not in str(caught.value)
    with pytest.raises(httpx.LocalProtocolError):
        encode(httpx.Request("HEAD", "http://a.example"), b"", last=False)
