"""Connections closed while they waited: what never left goes out on another, what may have left never does."""

from __future__ import annotations

import asyncio
import socket
import sys
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager

import httpx
import pytest
from aiohttp import ClientResponse
from aiohttp.connector import Connection

from engine.domain.errors import ErrorCode
from engine.providers.connections import ENDED, CheckedRequest, is_over
from engine.providers.port import ProviderError
from engine.providers.transport import mapped, open_client, open_transport, tls_context

LINUX = pytest.mark.skipif(not ENDED or sys.platform != "linux", reason="the system tells nothing of a half-closed end")
ANSWER = b"HTTP/1.1 200 X\r\ncontent-length: 2\r\n\r\nok"


class Hasty:
    """A server on a thread of its own: closes each connection, unannounced, after so many answers."""

    def __init__(self, answers: int) -> None:
        """Answer that often on one connection."""
        self.answers = answers
        self.taken: list[int] = []
        """Requests by connection."""
        self.ended = threading.Event()
        """Set when a connection has been closed."""
        self.leave = threading.Event()
        """Set when those that have answered may close."""
        self.leave.set()
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listening.getsockname()[1]}/"

    def serve(self) -> None:
        """Serve one connection after the other."""
        while True:
            try:
                connection, _ = self.listening.accept()
            except OSError:
                return
            with connection:
                self._answer(connection)
            self.ended.set()

    def _answer(self, connection: socket.socket) -> None:
        place = len(self.taken)
        self.taken.append(0)
        while self.taken[place] < max(1, self.answers):
            if not connection.recv(65_536):
                return
            self.taken[place] += 1
            if self.answers:
                connection.sendall(ANSWER)
        self.leave.wait(5)


@contextmanager
def server(answers: int) -> Generator[Hasty]:
    """A server for the body."""
    made = Hasty(answers)
    thread = threading.Thread(target=made.serve)
    thread.start()
    try:
        yield made
    finally:
        made.listening.shutdown(socket.SHUT_RDWR)
        made.listening.close()
        thread.join()


async def post(client: httpx.AsyncClient, url: str) -> str:
    """Send what must not be sent twice."""
    with mapped(None):
        return (await client.post(url, content=b"x")).text


@LINUX
async def test_what_a_closed_connection_never_took_goes_out_on_another(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is closed between the moment in which it is chosen and that in which it is written to."""
    send, sent = CheckedRequest.send, list[Connection]()

    with server(answers=1) as hasty:

        async def late(self: CheckedRequest, conn: Connection) -> ClientResponse:
            sent.append(conn)
            if len(sent) == 2:
                hasty.leave.set()
                assert hasty.ended.wait(5)  # on this thread: no turn of the loop comes between
            return await send(self, conn)

        monkeypatch.setattr(CheckedRequest, "send", late)
        hasty.leave.clear()
        async with open_client(open_transport(tls_context(verify=False), kind="aiohttp")) as client:
            assert [await post(client, hasty.url) for _ in range(2)] == ["ok", "ok"]
        assert hasty.taken == [1, 1]


async def test_what_was_taken_and_not_answered_is_not_sent_again() -> None:
    """The request arrived and the connection ended: it may have been billed, and one request came."""
    with server(answers=0) as hasty:
        async with open_client(open_transport(tls_context(verify=False), kind="aiohttp")) as client:
            with pytest.raises(ProviderError) as raised:
                await post(client, hasty.url)
        assert (raised.value.code, raised.value.maybe_billed) == (ErrorCode.CUT, True)
        assert hasty.taken == [1]


async def test_dead_at_each_try_is_unreachable_and_unbilled(monkeypatch: pytest.MonkeyPatch) -> None:
    """The runner retries it, and nothing counts as spent."""
    seen: list[object] = []

    def over(transport: object) -> bool:
        seen.append(transport)
        return True

    monkeypatch.setattr("engine.providers.connections.is_over", over)
    with server(answers=1) as hasty:
        async with open_client(open_transport(tls_context(verify=False), kind="aiohttp")) as client:
            with pytest.raises(ProviderError) as raised:
                await post(client, hasty.url)
    error = raised.value
    assert (error.code, error.retryable, error.maybe_billed) == (ErrorCode.UNREACHABLE, True, False)
    assert 1 < len(seen) < 20


async def test_without_reuse_each_request_has_its_own_connection() -> None:
    """No connection waits that could be closed meanwhile."""
    with server(answers=5) as hasty:
        async with open_client(open_transport(tls_context(verify=False), kind="aiohttp", reuse=False)) as client:
            for _ in range(3):
                assert await post(client, hasty.url) == "ok"
    assert hasty.taken == [1, 1, 1]


class _Transport(asyncio.BaseTransport):
    def __init__(self, taken: socket.socket | None, *, closing: bool = False) -> None:
        super().__init__({"socket": taken})
        self._is_closing = closing

    def is_closing(self) -> bool:
        return self._is_closing


@LINUX
def test_what_is_over() -> None:
    """No transport, one that closes, one whose other side has ended it; not one that has something to say."""
    assert is_over(None)
    assert is_over(_Transport(None, closing=True))
    assert not is_over(_Transport(None))
    acts: list[tuple[Callable[[socket.socket], object], bool]] = [
        (lambda other: other.send(b"ticket"), False),
        (lambda other: other.shutdown(socket.SHUT_WR), True),
        (socket.socket.close, True),
    ]
    for act, over in acts:
        ours, other = socket.socketpair()
        with ours, other:
            assert not is_over(_Transport(ours))
            act(other)
            assert is_over(_Transport(ours)) is over
