"""TLS between two ends in memory: cut anywhere, ended with and without a farewell, forged, and what it says itself."""

from __future__ import annotations

import asyncio
import socket
import ssl
from contextlib import suppress

import pytest

from engine.providers.paced.connection import Connection
from engine.providers.paced.link import Buffers
from engine.providers.paced.pacer import Pacer
from engine.providers.paced.tls import RECORD, TlsPipe
from engine.providers.transport import tls_context
from tests.certificates import Authority

MOST_TRIPS = 4
"""That two ends need to agree."""


class Server:
    """The other end."""

    def __init__(self, context: ssl.SSLContext) -> None:
        """Wait for a client."""
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = context.wrap_bio(self.incoming, self.outgoing, server_side=True)

    def shake(self, data: bytes) -> bytes:
        """Take in what the client said; return the answer."""
        self.incoming.write(data)
        with suppress(ssl.SSLWantReadError):
            self.tls.do_handshake()
        return self.outgoing.read()

    def say(self, data: bytes) -> bytes:
        """Return one record."""
        self.tls.write(data)
        return self.outgoing.read()


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """Whom the client trusts."""
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(params=[ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3], ids=["1.2", "1.3"])
def ends(request: pytest.FixtureRequest, authority: Authority) -> tuple[TlsPipe, Server]:
    """Both ends, agreed, in each version."""
    trusting, shown = tls_context(), authority.vouch().server()
    trusting.load_verify_locations(authority.file)
    trusting.maximum_version = request.param
    client, server = TlsPipe(trusting, "127.0.0.1"), Server(shown)
    said = b""
    for _ in range(MOST_TRIPS):
        if client.handshake(said):
            break
        said = server.shake(client.to_send())
    else:
        raise AssertionError("they do not come to agree")
    said = server.shake(client.to_send())
    assert list(client.open(said, ROOM)) == []  # tickets, or the server's last word
    return client, server


ROOM = memoryview(bytearray(4 * RECORD))


def opened(client: TlsPipe, data: bytes, room: memoryview = ROOM) -> bytes:
    """Return the plain text of some bytes."""
    return b"".join(bytes(part) for part in client.open(data, room))


def test_what_is_said_is_heard(ends: tuple[TlsPipe, Server]) -> None:
    """In both directions; many records come out of one read as one block, and are counted."""
    client, server = ends
    server.incoming.write(client.seal(b"question"))
    assert server.tls.read() == b"question"
    before = client.records
    blocks = [bytes(part) for part in client.open(b"".join(server.say(b"token") for _ in range(20)), ROOM)]
    assert blocks == [b"token" * 20]
    assert client.records - before == 20


def test_records_cut_anywhere(ends: tuple[TlsPipe, Server]) -> None:
    """Byte by byte."""
    client, server = ends
    said = server.say(b"hello") + server.say(b" there")
    assert b"".join(opened(client, said[at : at + 1]) for at in range(len(said))) == b"hello there"


def test_more_than_there_is_room_for(ends: tuple[TlsPipe, Server]) -> None:
    """Comes in several blocks."""
    client, server = ends
    text = bytes(range(256)) * 1024
    assert opened(client, server.say(text), memoryview(bytearray(RECORD + 5))) == text


def test_a_farewell_is_heard(ends: tuple[TlsPipe, Server]) -> None:
    """What came before it too, and nothing after it."""
    client, server = ends
    said = server.say(b"last")
    with pytest.raises(ssl.SSLWantReadError):
        server.tls.unwrap()
    assert opened(client, said + server.outgoing.read()) == b"last"
    assert client.ended
    assert opened(client, b"\x17\x03\x03") == b""


def test_an_end_without_a_farewell_is_told_apart(ends: tuple[TlsPipe, Server]) -> None:
    """Somebody else may have cut the connection."""
    client, server = ends
    opened(client, server.say(b"half"))
    assert not client.ended


def test_forged_bytes(ends: tuple[TlsPipe, Server]) -> None:
    """Are an error; what came before them is read first."""
    client, server = ends
    good, forged = server.say(b"true"), bytearray(server.say(b"false"))
    forged[-1] ^= 1
    blocks = client.open(good + bytes(forged), ROOM)
    assert bytes(next(blocks)) == b"true"
    with pytest.raises(ssl.SSLError):
        next(blocks)


def test_our_farewell_is_heard(ends: tuple[TlsPipe, Server]) -> None:
    """The server learns that it was no accident."""
    client, server = ends
    server.incoming.write(client.farewell())
    assert server.tls.read() == b""


def test_no_renegotiation_is_agreed_to() -> None:
    """Our side declines: the context says so."""
    assert tls_context().options & ssl.OP_NO_RENEGOTIATION


async def test_after_a_farewell_the_socket_is_let_go(authority: Authority) -> None:
    """Though the other side keeps its own open: nobody would come back to it."""
    trusting, server = tls_context(), Server(authority.vouch().server())
    trusting.load_verify_locations(authority.file)
    near, far = socket.socketpair()
    reader, writer = await asyncio.open_connection(sock=far)
    client = Connection(near, TlsPipe(trusting, "127.0.0.1"), Pacer(), Buffers(), leaves=lambda _: None)
    await asyncio.get_running_loop().create_connection(lambda: client, sock=near)
    while not client.secured:
        writer.write(server.shake(await reader.read(RECORD)))
    with suppress(ssl.SSLWantReadError):
        server.tls.unwrap()
    writer.write(server.outgoing.read())
    async with asyncio.timeout(5):
        while await reader.read(RECORD):
            pass
    writer.close()
    await writer.wait_closed()
