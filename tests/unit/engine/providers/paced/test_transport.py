"""Our transport over real sockets: reading in turns, and ends without a farewell."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from engine.providers.paced.errors import BrokenError
from engine.providers.paced.pacer import Pacer, Stream
from engine.providers.paced.transport import PacedTransport
from engine.providers.port import READING, Reading
from engine.providers.transport import pieces, tls_context
from tests.certificates import Authority
from tests.wire import Exchange, head, serving


class Held(Pacer):
    """Turns that never come by themselves."""

    def __init__(self) -> None:
        """Have a load that is always heavy."""
        super().__init__()
        self.period_s = 1e6
        self.waiting: list[Stream] = []

    def enter(self, stream: Stream) -> None:
        """See `Pacer`."""
        self.waiting.append(stream)

    def leave(self, stream: Stream) -> None:
        """See `Pacer`."""
        if stream in self.waiting:
            self.waiting.remove(stream)


class Talk:
    """One stream: its server says what the test tells it to."""

    def __init__(self, exchange: Exchange, response: httpx.Response) -> None:
        """Be open."""
        self.exchange = exchange
        self.response = response
        self.body: AsyncIterator[bytes] = pieces(response)
        self.reading: Reading = response.extensions[READING]

    async def say(self, *tokens: bytes) -> None:
        """Let the server write tokens, each by itself."""
        for token in tokens:
            await self.exchange.say(b"%x\r\n%s\r\n" % (len(token), token))

    async def silent(self) -> asyncio.Future[bytes]:
        """Ask for more, and see that nothing comes."""
        asking = asyncio.ensure_future(anext(self.body))
        for _ in range(20):
            await asyncio.sleep(0)
        assert not asking.done()
        return asking


@pytest.fixture(params=["plain", "tls"])
def authority(request: pytest.FixtureRequest, tmp_path: Path) -> Authority | None:
    """Who vouches for the server, where it speaks TLS."""
    return Authority(tmp_path) if request.param == "tls" else None


@asynccontextmanager
async def talking(pacer: Pacer, authority: Authority | None) -> AsyncGenerator[Talk]:
    """Open a stream that may be read in turns."""
    told: asyncio.Queue[Exchange] = asyncio.Queue()
    over = asyncio.Event()

    async def answer(exchange: Exchange) -> None:
        await exchange.say(head(200, "transfer-encoding: chunked") + b"5\r\nfirst\r\n")
        told.put_nowait(exchange)
        await over.wait()

    context = tls_context(verify=authority is not None)
    if authority is not None:
        context.load_verify_locations(authority.file)
    async with serving(authority.vouch().server() if authority is not None else None) as wire:
        wire.answer = answer
        url = wire.base_url.replace("http:", "https:") if authority is not None else wire.base_url
        transport = PacedTransport(context, kept_s=4.0, pacer=pacer)
        response = await transport.handle_async_request(httpx.Request("POST", url, content=b"x"))
        yield Talk(await told.get(), response)
        await response.aclose()
        await transport.aclose()
        over.set()


async def test_one_turn_takes_many_tokens(authority: Authority | None) -> None:
    """What the server wrote meanwhile comes at once, when it is the stream's turn."""
    async with talking(held := Held(), authority) as talk:
        assert await anext(talk.body) == b"first"
        talk.reading.relax()
        assert len(held.waiting) == 1
        await talk.say(b"a", b"b", b"c")
        asking = await talk.silent()
        assert held.waiting[0].turn() >= 3
        assert await asking == b"abc"


async def test_each_token_counts_once(authority: Authority | None) -> None:
    """Though nobody has taken the ones before it."""
    async with talking(held := Held(), authority) as talk:
        await anext(talk.body)
        talk.reading.relax()
        counted = 0
        for tokens in ((b"a", b"b", b"c"), (b"d",)):
            await talk.say(*tokens)
            due = counted + len(tokens)
            while counted < due:
                counted += held.waiting[0].turn()
                await asyncio.sleep(0)
            assert counted == due
        assert await anext(talk.body) == b"abcd"


async def test_what_is_watched_is_read_at_once(authority: Authority | None) -> None:
    """And in turns again when nobody looks any more."""
    async with talking(held := Held(), authority) as talk:
        talk.reading.relax()
        await anext(talk.body)
        talk.reading.watch(watched=True)
        await talk.say(b"seen")
        assert await anext(talk.body) == b"seen"
        talk.reading.watch(watched=False)
        await talk.say(b"unseen")
        asking = await talk.silent()
        talk.reading.watch(watched=True)
        assert await asking == b"unseen"
        assert not held.waiting


async def test_before_it_is_relaxed_and_when_in_a_hurry_it_is_read_at_once(authority: Authority | None) -> None:
    """The first token, and the end of a reply."""
    async with talking(Held(), authority) as talk:
        await anext(talk.body)
        await talk.say(b"a")
        assert await anext(talk.body) == b"a"
        talk.reading.relax()
        await talk.say(b"b")
        asking = await talk.silent()
        talk.reading.hurry()
        assert await asking == b"b"
        await talk.say(b"c")
        assert await anext(talk.body) == b"c"


async def test_who_is_due_reads_now(authority: Authority | None) -> None:
    """A deadline takes what waits, and no turn of the loop passes before it is there."""
    async with talking(Held(), authority) as talk:
        await anext(talk.body)
        talk.reading.relax()
        await talk.say(b"a", b"b")
        asking = await talk.silent()
        talk.reading.now()
        assert await asking == b"ab"
        talk.reading.now()  # nothing there: nothing happens


async def test_an_end_is_found_in_its_turn(authority: Authority | None) -> None:
    """What came before it is given first."""
    async with talking(held := Held(), authority) as talk:
        await anext(talk.body)
        talk.reading.relax()
        await talk.say(b"last")
        talk.exchange.reset()
        asking = asyncio.ensure_future(anext(talk.body))
        async with asyncio.timeout(10):
            while not asking.done():
                if held.waiting:
                    held.waiting[0].turn()
                await asyncio.sleep(0)
        if asking.exception() is None:  # a reset may take what was written before it
            assert await asking == b"last"
            if held.waiting:
                held.waiting[0].turn()
            asking = asyncio.ensure_future(anext(talk.body))
        with pytest.raises(BrokenError):
            await asking


async def test_after_its_end_a_reply_s_handle_touches_nothing(authority: Authority | None) -> None:
    """Its connection may be somebody else's by then."""
    async with talking(held := Held(), authority) as talk:
        await anext(talk.body)
        await talk.exchange.say(b"0\r\n\r\n")
        assert [piece async for piece in talk.body] == []
        await talk.response.aclose()
        for act in (talk.reading.relax, talk.reading.now, talk.reading.hurry):
            act()
        assert not held.waiting


async def test_a_body_that_ends_without_a_farewell_is_cut(tmp_path: Path) -> None:
    """Over TLS, where no length is stated: somebody else may have ended it."""
    authority = Authority(tmp_path)
    context = tls_context()
    context.load_verify_locations(authority.file)

    async def answer(exchange: Exchange) -> None:
        await exchange.say(b"HTTP/1.1 200 OK\r\n\r\nhalf")
        below = exchange.writer.get_extra_info("socket")
        assert below is not None
        below.shutdown(1)
        await exchange.reader.read()

    async with serving(authority.vouch().server()) as wire:
        wire.answer = answer
        transport = PacedTransport(context, kept_s=None)
        url = wire.base_url.replace("http:", "https:")
        response = await transport.handle_async_request(httpx.Request("GET", url))
        body = pieces(response)
        assert await anext(body) == b"half"
        with pytest.raises(BrokenError):
            await anext(body)
        await response.aclose()
        await transport.aclose()
