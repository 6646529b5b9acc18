"""A server that tells everybody the key it was sent: in errors, headers, replies, in pieces, halves and encodings."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Generator
from contextlib import contextmanager

import msgspec

from tests.end2end.threaded import served
from tests.wire import STOP, USAGE, Exchange, delta, head

MODEL = "thief"


def thought(text: str) -> bytes:
    """Return a chunk with some reasoning."""
    return msgspec.json.encode({"choices": [{"index": 0, "delta": {"reasoning_content": text}}]})


def events(key: str) -> list[bytes]:
    """Return a good reply that says the key in every way."""
    letters = [delta(letter) for letter in key]
    thirds = [thought(key[at : at + 7]) for at in range(0, len(key), 7)]
    encoded = b64encode(f"Bearer {key}".encode()).decode()
    return [
        *thirds,
        delta(f"Your key is {key}. In pieces: "),
        *letters,
        delta(f". In base64: {encoded}. "),
        STOP,
        USAGE,
    ]


class Thief:
    """Answers each request in its turn; knows the key from the request itself."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    async def answer(self, exchange: Exchange) -> None:
        """See `tests.wire.Answer`."""
        key = exchange.headers.get("authorization", "").removeprefix("Bearer ")
        if exchange.line.startswith("GET"):
            await self._list(exchange, key)
            return
        self.seen.append(key)
        acts = (self._slow_down, self._break, self._half, self._reply, self._garbage, self._in_stream, self._reply)
        await acts[(len(self.seen) - 1) % len(acts)](exchange, key)

    async def _list(self, exchange: Exchange, key: str) -> None:
        body = msgspec.json.encode({"data": [{"id": MODEL}, {"id": f"model-{key}"}]})
        await exchange.say(head(200, f"content-length: {len(body)}", kind="application/json"), body)

    async def _slow_down(self, exchange: Exchange, key: str) -> None:
        body = msgspec.json.encode({"error": {"message": f"Too fast, {key}", "code": "rate_limit"}})
        await exchange.say(head(429, "retry-after-ms: 1", f"x-request-id: {key}", f"content-length: {len(body)}"), body)

    async def _break(self, exchange: Exchange, key: str) -> None:
        escaped = "".join(f"\\u{ord(letter):04x}" for letter in key)
        body = f'{{"error":{{"message":"broken by {escaped} {key}","retry_after":0.001}}}}'.encode()
        await exchange.say(head(500, f"content-length: {len(body)}"), body)

    async def _half(self, exchange: Exchange, key: str) -> None:
        await exchange.say(head(200, f"x-request-id: {key}"), b"data: " + delta(f"It is {key[:-4]}") + b"\n\n")
        exchange.reset()

    async def _reply(self, exchange: Exchange, key: str) -> None:
        await exchange.stream(*events(key))

    async def _garbage(self, exchange: Exchange, key: str) -> None:
        await exchange.stream(b"x" * 190 + key.encode())

    async def _in_stream(self, exchange: Exchange, key: str) -> None:
        await exchange.stream(
            delta("And "), msgspec.json.encode({"error": {"type": "server_error", "message": f"key {key}"}})
        )


@contextmanager
def thief() -> Generator[tuple[str, Thief]]:
    """Run the server for the body; gives its address and what it saw."""
    made = Thief()
    with served(made.answer) as url:
        yield url, made
