"""Reads one reply from an open response: bytes become deltas and an end, or an error that says why there is none.

Here is what only time and the connection can tell: where a stream ended, how long to wait for its tail, how much
of it to accept. What its events mean is in `engine.providers.chat`.
"""

from __future__ import annotations

import asyncio

import aiohttp
import httpx

from engine.domain.errors import ErrorCode
from engine.providers.chat import ChatAssembler, ChatDialect
from engine.providers.errors import WITHHELD, redact, redact_bytes
from engine.providers.event_stream import EventStream, EventTooLargeError, ServerEvent
from engine.providers.port import AT_ONCE, READING, Delta, Finished, Opened, ProviderError, Reading
from engine.providers.rate_headers import read_report
from engine.providers.transport import from_network, pieces
from engine.providers.usage import read_dollars

MAX_REPLY = 64 * 1024 * 1024
"""Bytes of one reply."""
TAIL_S = 5.0
"""Seconds to wait for usage and [DONE] once a reply is whole."""
CLOSE_S = 0.2
"""Seconds to wait for the end of a body after [DONE], so that its connection can be used again."""
MAX_HOLES = 8
"""Events of a reply that cannot be read; beyond them it is none."""
CHUNKS = (b"message", b"error")
"""Types of events that belong to a reply. One of a name of its own (a ping) that cannot be read is no part of it."""
MAX_HEADER = 200
"""Characters of a header that are kept."""
REQUEST_IDS = ("x-generation-id", "x-request-id", "request-id", "x-oneapi-request-id", "cf-ray")
NETWORK = (httpx.HTTPError, aiohttp.ClientError, OSError)


class ReplyReader:
    """Reads one reply: ask for `opened`, then for `more` until there is none, then for `finished`."""

    def __init__(
        self, response: httpx.Response, dialect: ChatDialect, *, cost_header: str, key: str | None, now_ms: int = 0
    ) -> None:
        """Read from `response`, whose status is 200, at wall time `now_ms`. `key` is taken out of what is kept."""
        self._headers = response.headers
        self._now_ms = now_ms
        self._kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        self._chunks = pieces(response)
        self._assembler = ChatAssembler(dialect, key)
        self._stream = EventStream()
        self._cost_header = cost_header
        self._key = key
        self.reading: Reading = response.extensions.get(READING, AT_ONCE)
        self._relaxed = False
        self._raw: list[bytes] = []
        self._size = 0
        self._events = 0
        self._holes = 0
        self._hole: ProviderError | None = None
        """The first event that could not be read: it may have carried text, so the reply is none."""
        self._ended = False

    def opened(self) -> Opened:
        """Return what the headers say; raises `ProviderError` for a body that cannot be a reply."""
        encoding = self._headers.get("content-encoding", "identity").lower()
        if encoding != "identity":
            raise self._error(ErrorCode.ENCODED_BODY, encoding, retryable=False)
        if self._kind == "text/html":
            raise self._error(ErrorCode.GARBAGE, self._kind)
        stated = next((self._headers[name] for name in REQUEST_IDS if name in self._headers), "")
        report = read_report(self._headers, self._now_ms)
        return Opened(redact(stated, self._key)[:MAX_HEADER], report, self.reading)

    @property
    def begins_tail(self) -> bool:
        """Whether the reply is whole and `more` waits, for seconds at most, for what may still follow."""
        return self._assembler.whole and not self._ended

    @property
    def garbled(self) -> bool:
        """Whether something came that cannot be read."""
        return self._hole is not None

    async def more(self) -> list[Delta] | None:
        """Return the deltas of what comes next, perhaps none; None after the end. Raises `ProviderError`."""
        if self._ended:
            return None
        try:
            if self._assembler.whole:
                self._ended = True
                self.reading.hurry()
                return await self._tail()
            chunk = await self._next()
            self._ended = not chunk
            return self._take(chunk) if chunk else self._leftover()
        except ProviderError as error:
            error.raw = self._bytes()
            error.usage, error.cost = self._assembler.billed
            raise

    def finished(self) -> Finished:
        """Return the whole reply; raises `ProviderError` for one that is none."""
        if self._assembler.cost is None and self._cost_header in self._headers:
            self._assembler.cost = read_dollars(self._headers[self._cost_header])
        if self._hole is not None:
            self._hole.raw = self._bytes()
            self._hole.usage, self._hole.cost = self._assembler.billed
            raise self._hole
        return self._assembler.end(self._bytes())

    async def _next(self) -> bytes:
        """Return some bytes, none at the end."""
        chunk: bytes | None = b""
        try:
            while chunk == b"":  # some transports bring pieces of nothing
                chunk = await anext(self._chunks, None)
        except NETWORK as error:
            raise from_network(error, self._key) from error
        if chunk is None:
            return b""
        self._raw.append(chunk)
        self._size += len(chunk)
        if self._size > MAX_REPLY:
            raise self._error(ErrorCode.TOO_LARGE, f"over {MAX_REPLY} bytes", retryable=False)
        return chunk

    def _take(self, chunk: bytes) -> list[Delta]:
        if self._kind == "application/json":  # a server that does not stream: all of it is one event
            return []
        lines = self._stream.plain(chunk)
        if lines is not None and (deltas := self._assembler.feed_plain(lines)) is not None:
            self._events += 1
            return self._begun(deltas)
        try:
            return self._feed(self._stream.feed(chunk))
        except EventTooLargeError as error:
            raise self._error(ErrorCode.TOO_LARGE, "one event", retryable=False) from error

    def _feed(self, events: list[ServerEvent]) -> list[Delta]:
        self._events += len(events)
        return self._begun(merged(self._each(events)))

    def _begun(self, deltas: list[Delta]) -> list[Delta]:
        """Let a stream whose first token has come be read when its turn comes."""
        if deltas and not self._relaxed:
            self._relaxed = True
            self.reading.relax()
        return deltas

    def _each(self, events: list[ServerEvent]) -> list[Delta]:
        deltas: list[Delta] = []
        for event in events:
            try:
                delta = self._assembler.feed(event.data)
            except ProviderError as error:
                if self._assembler.whole:  # what follows a whole reply does not lose it
                    break
                self._miss(event, error)
                continue
            if delta is not None:
                deltas.append(delta)
        return deltas

    def _miss(self, event: ServerEvent, error: ProviderError) -> None:
        """Read on behind an event that cannot be read: what the reply is billed comes at its end."""
        if error.code is not ErrorCode.GARBAGE:
            raise error
        if event.type in CHUNKS:
            self._holes += 1
            self._hole = self._hole or error
            if self._holes > MAX_HOLES:
                raise error

    def _leftover(self) -> list[Delta]:
        """Return what the end of the body leaves. Half an event there is a cut, not garbage."""
        if self._kind == "application/json":
            return self._feed([ServerEvent(self._bytes())])
        if not self._events and self._size and self._kind != "text/event-stream":
            raise self._error(ErrorCode.GARBAGE, self._bytes()[:MAX_HEADER].decode("utf-8", "replace"))
        hole = self._hole
        deltas = self._feed(self._stream.end())
        self._hole = hole
        return deltas

    async def _tail(self) -> list[Delta]:
        """Return what follows the end of the reply. Whatever happens there, the reply is whole."""
        deltas: list[Delta] = []
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(TAIL_S) as limit:
                if self._assembler.done:
                    limit.reschedule(loop.time() + CLOSE_S)
                while chunk := await self._next():
                    deltas += self._take(chunk)
                    if self._assembler.done:
                        limit.reschedule(loop.time() + CLOSE_S)
        except (TimeoutError, ProviderError):
            pass
        return deltas

    def _bytes(self) -> bytes:
        """Return what came, as it may be kept."""
        if self._assembler.echoed:
            return WITHHELD
        return redact_bytes(b"".join(self._raw), self._key)

    def _error(self, code: ErrorCode, detail: str, *, retryable: bool = True) -> ProviderError:
        return ProviderError(code, redact(detail, self._key), retryable=retryable, maybe_billed=True, status=200)


def merged(deltas: list[Delta]) -> list[Delta]:
    """Return the deltas of one read as one, if there are any: what a read costs beyond here is paid once for all."""
    if len(deltas) < 2:
        return deltas
    return [Delta("".join([each.text for each in deltas]), sum([each.tokens for each in deltas]))]
