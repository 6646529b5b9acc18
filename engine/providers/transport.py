"""The way to servers: one HTTP client for a provider, what an address and a key must be, and the network's errors.

httpx is the seam (`httpx.AsyncBaseTransport`); what does the work is aiohttp, or `engine.providers.paced` by choice:
httpx's own pool is quadratic in open connections. Nothing is taken from the environment, no redirect is followed, no
cookie is kept, and bodies are asked for as they are. What the bytes mean belongs elsewhere.
"""

from __future__ import annotations

import ipaddress
import ssl
from collections.abc import AsyncIterator, Generator, Mapping
from contextlib import contextmanager
from http.cookiejar import CookieJar, DefaultCookiePolicy

import aiohttp
import certifi
import httpx

from engine.domain.errors import DroverError, ErrorCode
from engine.providers.connections import UnsentError, open_aiohttp
from engine.providers.errors import redact
from engine.providers.openai_config import DEFAULT, TransportKind
from engine.providers.paced.errors import GarbledError, UntrustedError
from engine.providers.paced.pacer import Pacer
from engine.providers.paced.transport import PacedTransport
from engine.providers.port import ProviderError

KEEP_ALIVE_S = 4.0
"""Idle connections are dropped before the servers' usual 5 s: one that closes under a request looks like a reply
that was billed and lost."""
HEADERS = {"accept-encoding": "identity", "user-agent": "Drover"}
"""What each request says."""
RESERVED = frozenset({"host", "content-length", "transfer-encoding", "connection", "accept-encoding", "cookie"})
"""Headers that nobody may set."""
UNSENT = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, httpx.ConnectError, UnsentError)
"""What says that no byte of the request has left."""


def check_url(url: str) -> str:
    """Return a base address without its last slash; raises `DroverError` INVALID_URL or INSECURE_URL.

    Only loopback may be spoken to without encryption.
    """
    try:
        parsed = httpx.URL(url.strip())
        port = parsed.port
    except (httpx.InvalidURL, ValueError, UnicodeError) as error:
        raise DroverError(ErrorCode.INVALID_URL, redact(str(error), None)) from error
    odd = parsed.userinfo or parsed.query or parsed.fragment or not 0 < (port or 443) < 65536
    odd = odd or any(letter.isspace() or not letter.isprintable() for letter in url.strip())
    if parsed.scheme not in ("http", "https") or not parsed.host or odd:
        raise DroverError(ErrorCode.INVALID_URL, redact(parsed.host, None))
    if parsed.scheme == "http" and not is_loopback(parsed.host):
        raise DroverError(ErrorCode.INSECURE_URL, redact(parsed.host, None))
    return str(parsed).rstrip("/")


def is_loopback(host: str) -> bool:
    """Whether a host is this computer, by its name or number alone: nothing is resolved."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def check_key(key: str) -> str:
    """Return a key without white space around it; raises `DroverError(INVALID_KEY)` unless printable ASCII."""
    key = key.strip()
    if not key or not all("!" <= letter <= "~" for letter in key):
        raise DroverError(ErrorCode.INVALID_KEY)
    return key


def check_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Return headers that may be sent; raises `DroverError(BAD_REQUEST)` for others."""
    for name, value in headers.items():
        token = name.isascii() and name.replace("-", "").replace("_", "").isalnum()
        if not token or name.lower() in RESERVED or not all(" " <= letter <= "~" for letter in value):
            raise DroverError(ErrorCode.BAD_REQUEST, redact(f"header {name!r}", None))
    return dict(headers)


def tls_context(*, verify: bool = True) -> ssl.SSLContext:
    """Return what a certificate is judged by: the system's authorities and Mozilla's. Logs no session keys."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # create_default_context would honour SSLKEYLOGFILE
    context.options |= ssl.OP_NO_RENEGOTIATION
    if verify:
        context.load_default_certs()
        context.load_verify_locations(certifi.where())
    return context


def open_transport(
    context: ssl.SSLContext, *, reuse: bool = True, kind: TransportKind = DEFAULT, pacer: Pacer | None = None
) -> httpx.AsyncBaseTransport:
    """Return a transport that opens as many connections as there are requests.

    Without `reuse` each request has a connection of its own: for servers that close them unannounced.
    """
    kept_s = KEEP_ALIVE_S if reuse else None
    if kind == "aiohttp":
        return open_aiohttp(context, kept_s=kept_s)
    return PacedTransport(context, kept_s=kept_s, pacer=pacer)


def open_client(transport: httpx.AsyncBaseTransport) -> httpx.AsyncClient:
    """Return a client over a transport, with every convenience that leaks turned off."""
    return httpx.AsyncClient(
        transport=transport,
        trust_env=False,
        follow_redirects=False,
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        headers=HEADERS,
        timeout=httpx.Timeout(None),  # each request brings its own
    )


def pieces(response: httpx.Response) -> AsyncIterator[bytes]:
    """Return a body's bytes as they come, past what httpx does to each piece of them."""
    if not isinstance(response.stream, httpx.AsyncByteStream):
        raise TypeError("a reply that cannot be awaited")
    return aiter(response.stream)


@contextmanager
def mapped(key: str | None) -> Generator[None, None, None]:
    """Turn what the network raises into `ProviderError`."""
    try:
        yield
    except (httpx.HTTPError, httpx.InvalidURL, aiohttp.ClientError, OSError) as error:
        raise from_network(error, key) from error


def from_network(error: Exception, key: str | None) -> ProviderError:
    """Return what an exception of the network means.

    The class alone misleads: a close after the request was delivered comes as `httpx.ConnectTimeout`. Only what the
    connector itself says was never sent, and what found its connection closed; everything else may have been billed.
    """
    cause = error.__cause__ if isinstance(error.__cause__, aiohttp.ClientError) else error
    detail = redact(f"{type(cause).__name__}: {cause}", key)
    if isinstance(cause, httpx.InvalidURL | httpx.UnsupportedProtocol | aiohttp.InvalidURL):
        return ProviderError(ErrorCode.INVALID_URL, detail, retryable=False, maybe_billed=False)
    if isinstance(cause, aiohttp.ClientSSLError | UntrustedError):
        return ProviderError(ErrorCode.TLS, detail, retryable=False, maybe_billed=False)
    if isinstance(cause, UNSENT):
        return ProviderError(ErrorCode.UNREACHABLE, detail, retryable=True, maybe_billed=False)
    if isinstance(cause, aiohttp.ClientResponseError | GarbledError):  # what came is not HTTP
        return ProviderError(ErrorCode.GARBAGE, detail, retryable=True, maybe_billed=True)
    return ProviderError(ErrorCode.CUT, detail, retryable=True, maybe_billed=True)
