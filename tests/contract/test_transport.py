"""What every way to servers does, ours and aiohttp's, plain and over TLS: the providers rely on this and no more."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from engine.domain.errors import ErrorCode
from engine.providers.port import ProviderError
from engine.providers.transport import TransportKind, mapped, open_transport, pieces, tls_context
from tests.certificates import Authority, Shown
from tests.wire import Exchange, Wire, greeting, head, serving

KINDS: tuple[TransportKind, ...] = ("paced", "aiohttp")
OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"


@dataclass(frozen=True, slots=True)
class Way:
    """A transport and a server at its other end."""

    transport: httpx.AsyncBaseTransport
    wire: Wire
    url: str

    async def open(self, method: str = "POST", connect_s: float | None = 5.0) -> httpx.Response:
        """Send a request; return its response, whose body has not been read."""
        timeout = httpx.Timeout(None, connect=connect_s).as_dict()
        content = b"question" if method == "POST" else None
        request = httpx.Request(method, self.url, content=content, extensions={"timeout": timeout})
        with mapped(None):
            response = await self.transport.handle_async_request(request)
        response.request = request
        return response

    async def ask(self, method: str = "POST") -> bytes:
        """Send a request and return the body of its response."""
        response = await self.open(method)
        try:
            with mapped(None):
                return b"".join([piece async for piece in pieces(response)])
        finally:
            await response.aclose()

    async def fails(self) -> ProviderError:
        """Return the error that a request ends in."""
        with pytest.raises(ProviderError) as caught:
            await self.ask()
        return caught.value

    def say(self, *said: bytes, close: bool = False) -> None:
        """Let the server answer each request with these bytes."""

        async def answer(exchange: Exchange) -> None:
            await exchange.say(*said)
            if close:
                exchange.writer.close()

        self.wire.answer = answer


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> TransportKind:
    """Each transport in its turn."""
    return request.param


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """Whom our clients trust."""
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(params=["plain", "tls"])
async def way(request: pytest.FixtureRequest, kind: TransportKind, authority: Authority) -> AsyncIterator[Way]:
    """Each transport, plain and over TLS."""
    secure = request.param == "tls"
    context = tls_context(verify=secure)
    if secure:
        context.load_verify_locations(authority.file)
    async with serving(authority.vouch().server() if secure else None) as wire:
        transport = open_transport(context, kind=kind)
        yield Way(transport, wire, wire.base_url.replace("http:", "https:") if secure else wire.base_url)
        await transport.aclose()


async def test_requests_share_a_connection(way: Way) -> None:
    """One after the other; each arrives whole, with its body and its length."""
    way.say(OK)
    assert [await way.ask() for _ in range(3)] == [b"ok"] * 3
    assert await way.ask("GET") == b"ok"
    assert way.wire.connections == 1
    assert [exchange.body for exchange in way.wire.exchanges] == [b"question"] * 3 + [b""]


@pytest.mark.parametrize(
    "said",
    [
        OK,
        head(200, "transfer-encoding: chunked") + b"1\r\no\r\n1;x=y\r\nk\r\n0\r\nx-trailer: a\r\n\r\n",
        b"HTTP/1.1 103 Early\r\nlink: a\r\n\r\n" + OK,
        b"HTTP/1.1 200 \r\nContent-Length:2\r\nx-empty:\r\n\r\nok",
    ],
    ids=["length", "chunks", "announced", "terse"],
)
async def test_bodies_in_each_frame(way: Way, said: bytes) -> None:
    """However it is cut on the wire: whole, and byte by byte."""
    way.say(said)
    assert await way.ask() == b"ok"
    way.say(*(said[at : at + 1] for at in range(len(said))))
    assert await way.ask() == b"ok"
    assert way.wire.connections == 1


async def test_a_body_ends_with_its_connection_where_no_length_is_stated(way: Way) -> None:
    """Which then is used no more."""
    way.say(b"HTTP/1.1 200 OK\r\n\r\nok", close=True)
    assert [await way.ask() for _ in range(2)] == [b"ok", b"ok"]
    assert way.wire.connections == 2


async def test_what_came_is_read_before_the_end_is_told(way: Way) -> None:
    """A body that breaks off gives its bytes first; it may have been billed."""

    async def answer(exchange: Exchange) -> None:
        await exchange.say(head(200, "content-length: 10") + b"half")
        exchange.writer.close()

    way.wire.answer = answer
    response = await way.open()
    body = pieces(response)
    assert await anext(body) == b"half"
    with pytest.raises(ProviderError) as caught, mapped(None):
        await anext(body)
    await response.aclose()
    assert (caught.value.code, caught.value.retryable, caught.value.maybe_billed) == (ErrorCode.CUT, True, True)


@pytest.mark.parametrize("said", [b"", b"HTTP/1.1 200 OK\r\ncontent-"], ids=["nothing", "half a head"])
async def test_an_end_before_the_answer_may_have_been_billed(way: Way, said: bytes) -> None:
    """And nothing is sent twice."""
    way.say(said, close=True)
    error = await way.fails()
    assert (error.code, error.maybe_billed) == (ErrorCode.CUT, True)
    assert len(way.wire.exchanges) == 1


@pytest.mark.parametrize(
    "said",
    [
        b"SSH-2.0-x\r\n\r\n",
        b"HTTP/1.1 2x0 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\ncontent-length: -2\r\n\r\nok",
    ],
)
async def test_what_is_not_http_is_garbage(way: Way, said: bytes) -> None:
    """It may have been billed all the same."""
    way.say(said, close=True)
    error = await way.fails()
    assert (error.code, error.maybe_billed) == (ErrorCode.GARBAGE, True)


async def test_chunks_that_are_none_are_an_error_that_may_have_been_billed(way: Way) -> None:
    """Also after text has come."""
    way.say(head(200, "transfer-encoding: chunked") + b"2\r\nok\r\nzz\r\n", close=True)
    error = await way.fails()
    assert error.code in (ErrorCode.GARBAGE, ErrorCode.CUT) and error.maybe_billed


async def test_nobody_there_is_unreachable_and_unbilled(way: Way) -> None:
    """Nothing listens at the address."""
    async with serving() as gone:
        url = gone.base_url
    error = await Way(way.transport, way.wire, url).fails()
    assert (error.code, error.retryable, error.maybe_billed) == (ErrorCode.UNREACHABLE, True, False)


async def test_a_connection_that_ended_while_it_waited_is_not_used(way: Way) -> None:
    """The next request goes out on another, though its server had closed the first."""

    async def answer(exchange: Exchange) -> None:
        await exchange.say(OK)
        exchange.writer.close()

    way.wire.answer = answer
    for _ in range(5):
        assert await way.ask() == b"ok"
    assert way.wire.connections == 5


async def test_what_nobody_asked_for_answers_nothing(way: Way) -> None:
    """A second reply behind the first is not taken for that of the next request."""
    way.say(OK + OK.replace(b"ok", b"no"))
    assert [await way.ask() for _ in range(3)] == [b"ok"] * 3


@pytest.mark.parametrize("head_first", [False, True])
async def test_cancelling_closes_the_connection(way: Way, head_first: bool) -> None:
    """The server sees its client go, whether it had begun to answer or not."""
    left = asyncio.Event()
    asked = asyncio.Event()

    async def answer(exchange: Exchange) -> None:
        asked.set()
        if head_first:
            await exchange.say(head(200, "transfer-encoding: chunked"))
        with suppress(ConnectionError):
            await exchange.reader.read()
        left.set()

    way.wire.answer = answer
    asking = asyncio.ensure_future(way.ask())
    await asked.wait()
    await asyncio.sleep(0)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    async with asyncio.timeout(5):
        await left.wait()


async def test_leaving_a_body_unread_closes_the_connection(way: Way) -> None:
    """What would still come is nobody's."""
    way.say(head(200, "content-length: 100000") + b"x" * 1000)
    await (await way.open()).aclose()
    way.say(OK)
    assert await way.ask() == b"ok"
    assert way.wire.connections == 2


async def test_a_hundred_at_once(way: Way) -> None:
    """All are open before the first is answered."""
    enough = asyncio.Event()

    async def answer(exchange: Exchange) -> None:
        if way.wire.open == 100:
            enough.set()
        await enough.wait()
        await exchange.say(OK)

    way.wire.answer = answer
    assert await asyncio.gather(*(way.ask() for _ in range(100))) == [b"ok"] * 100
    assert way.wire.most_open == 100


# --- certificates


async def refused(kind: TransportKind, shown: Shown, context: ssl.SSLContext, host: str = "127.0.0.1") -> ProviderError:
    """Return the error that a server which shows a certificate is met with; it never sees the request."""
    async with serving(shown.server()) as wire:
        transport = open_transport(context, kind=kind)
        url = wire.base_url.replace("http:", "https:").replace("127.0.0.1", host)
        error = await Way(transport, wire, url).fails()
        await transport.aclose()
        assert wire.exchanges == []
    return error


@pytest.mark.parametrize("bad", ["unknown", "expired", "of another", "of another by name"])
async def test_bad_certificates_are_refused_before_anything_is_sent(
    kind: TransportKind, authority: Authority, tmp_path: Path, bad: str
) -> None:
    """Nobody vouches for it, its time is over, or it is somebody else's."""
    context = tls_context()
    context.load_verify_locations(authority.file)
    shown = {
        "unknown": Authority(tmp_path, "stranger").vouch(),
        "expired": authority.vouch(days=-1),
        "of another": authority.vouch("127.0.0.2"),
        "of another by name": authority.vouch("api.example.org"),
    }[bad]
    error = await refused(kind, shown, context)
    assert (error.code, error.retryable, error.maybe_billed) == (ErrorCode.TLS, False, False)


async def test_a_server_without_tls_is_refused(kind: TransportKind) -> None:
    """What it says in place of a handshake is none."""
    async with greeting(b"220 hello, what may it be?\r\n" * 10) as url:
        transport = open_transport(tls_context(), kind=kind)
        error = await Way(transport, Wire(), url).fails()
        await transport.aclose()
    assert (error.code, error.maybe_billed) == (ErrorCode.TLS, False)
