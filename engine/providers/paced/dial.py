"""From a name to a connected socket: a name is resolved once for all who ask within seconds, and few connect at once.

Ten thousand tasks that start together would else ask the resolver ten thousand times and overflow the server's queue.
Who waits for their turn here is not late: the deadline for connecting begins with the turn.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence
from itertools import chain, zip_longest

from engine.providers.paced.errors import UnsentError
from engine.providers.paced.origin import Origin

AT_ONCE = 128
"""Connections that are made at the same time."""
KNOWN_S = 10.0
"""Seconds for which an answer of the resolver holds."""
NEXT_S = 0.25
"""Seconds after which the next address is tried beside the one that has not answered (RFC 8305)."""

Address = tuple[socket.AddressFamily, tuple[str, int] | tuple[str, int, int, int] | tuple[int, bytes]]
Addresses = Sequence[Address]


class Dialer:
    """Makes sockets."""

    def __init__(self) -> None:
        """Know no address."""
        self.places = asyncio.Semaphore(AT_ONCE)
        self._known: dict[Origin, tuple[asyncio.Task[Addresses], float]] = {}

    async def socket(self, origin: Origin) -> socket.socket:
        """Return a socket that is connected; raises `UnsentError`."""
        try:
            return await first_of(await asyncio.shield(self._addresses(origin)))
        except (OSError, UnicodeError) as error:
            raise UnsentError(f"{type(error).__name__}: {error}") from error

    def _addresses(self, origin: Origin) -> asyncio.Task[Addresses]:
        loop = asyncio.get_running_loop()
        asking, until = self._known.get(origin, (None, 0.0))
        if asking is None or until < loop.time() or (asking.done() and asking.exception() is not None):
            asking = loop.create_task(_resolve(origin), name="resolve")
            asking.add_done_callback(_looked_at)
            self._known[origin] = asking, loop.time() + KNOWN_S
        return asking


async def _resolve(origin: Origin) -> Addresses:
    found = await asyncio.get_running_loop().getaddrinfo(origin.host, origin.port, type=socket.SOCK_STREAM)
    return in_order([(family, address) for family, _, _, _, address in found])


def in_order(addresses: Addresses) -> Addresses:
    """Return addresses of both families in turns, so that a family that leads nowhere costs one try. Pure."""
    families = dict.fromkeys(family for family, _ in addresses)
    rows = zip_longest(*([each for each in addresses if each[0] is family] for family in families))
    return [each for each in chain.from_iterable(rows) if each is not None]


def _looked_at(asked: asyncio.Task[Addresses]) -> None:
    """Take an error as told: who asked hears of it, if anybody still waits."""
    if not asked.cancelled():
        asked.exception()


async def first_of(addresses: Addresses) -> socket.socket:
    """Return the first of the sockets that connects; raises the last error where none does."""
    if len(addresses) == 1:
        return await _connected(addresses[0])
    tries: list[asyncio.Task[socket.socket]] = []
    try:
        for address in addresses:
            tries.append(asyncio.create_task(_connected(address)))
            if (found := await _won(tries, NEXT_S)) is not None:
                return found
        while not all(each.done() for each in tries):
            if (found := await _won(tries, None)) is not None:
                return found
        return await tries[-1]
    finally:
        for each in tries:
            each.cancel()
            each.add_done_callback(_unwanted)


async def _won(tries: list[asyncio.Task[socket.socket]], seconds: float | None) -> socket.socket | None:
    open_ = [each for each in tries if not each.done()]
    done, _ = await asyncio.wait(open_, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    won = next((each for each in done if each.exception() is None), None)
    if won is None:
        return None
    tries.remove(won)
    return won.result()


def _unwanted(lost: asyncio.Task[socket.socket]) -> None:
    if not lost.cancelled() and lost.exception() is None:
        lost.result().close()


async def _connected(address: Address) -> socket.socket:
    family, where = address
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.settimeout(0)
        await asyncio.get_running_loop().sock_connect(sock, where)
    except BaseException:
        sock.close()
        raise
    return sock
