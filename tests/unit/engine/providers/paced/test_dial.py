"""Addresses in turns: the first that connects is taken, and no socket of the others stays open."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence

import pytest

from engine.providers.paced.dial import NEXT_S, Address, first_of, in_order
from tests.virtual_time import run

V4, V6 = socket.AF_INET, socket.AF_INET6
MUTE, REFUSED, THERE, SLOW = ((V4, (f"192.0.2.{place}", 80)) for place in range(4))


class Net:
    """What connecting comes to, by address."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Be the running loop's."""
        self.tried: list[tuple[str, float]] = []
        self.sockets: list[socket.socket] = []
        self._loop = asyncio.get_running_loop()
        monkeypatch.setattr(self._loop, "sock_connect", self._connect)

    @property
    def open(self) -> list[socket.socket]:
        """Sockets that nobody has closed."""
        return [each for each in self.sockets if each.fileno() >= 0]

    async def _connect(self, sock: socket.socket, where: tuple[str, int]) -> None:
        self.sockets.append(sock)
        self.tried.append((where[0], self._loop.time()))
        if where == REFUSED[1]:
            raise ConnectionRefusedError
        await asyncio.sleep({MUTE[1]: 3600.0, SLOW[1]: 2 * NEXT_S}.get(where, 0.0))


def test_both_families_in_turns() -> None:
    """A family that leads nowhere costs one try."""
    one, two, three = (V6, ("::1", 1, 0, 0)), (V6, ("::2", 1, 0, 0)), (V4, ("127.0.0.1", 1))
    assert in_order([one, two, three]) == [one, three, two]
    assert in_order([]) == []


@pytest.mark.parametrize(
    ("addresses", "tried", "seconds"),
    [
        ([THERE], 1, 0.0),
        ([THERE, MUTE], 1, 0.0),
        ([REFUSED, THERE], 2, 0.0),
        ([MUTE, THERE], 2, NEXT_S),
        ([MUTE, MUTE, THERE], 3, 2 * NEXT_S),
        ([SLOW, MUTE], 2, 2 * NEXT_S),
        ([MUTE, SLOW], 2, 3 * NEXT_S),
    ],
    ids=range(7),
)
def test_the_first_that_connects(
    monkeypatch: pytest.MonkeyPatch, addresses: Sequence[Address], tried: int, seconds: float
) -> None:
    """The next is tried when one fails, or beside one that says nothing; who comes too late is closed."""

    async def main() -> None:
        net, loop = Net(monkeypatch), asyncio.get_running_loop()
        began = loop.time()
        found = await first_of(addresses)
        assert (len(net.tried), loop.time() - began) == (tried, pytest.approx(seconds))
        await asyncio.sleep(1)
        assert net.open == [found]
        found.close()

    run(main())


def test_none_that_connects(monkeypatch: pytest.MonkeyPatch) -> None:
    """The last error is told."""

    async def main() -> None:
        net = Net(monkeypatch)
        with pytest.raises(ConnectionRefusedError):
            await first_of([REFUSED, REFUSED])
        assert not net.open

    run(main())


@pytest.mark.parametrize("addresses", [[MUTE], [MUTE, MUTE]], ids=["one", "two"])
def test_who_gives_up_leaves_no_socket(monkeypatch: pytest.MonkeyPatch, addresses: Sequence[Address]) -> None:
    """Whether it was one try or several."""

    async def main() -> None:
        net = Net(monkeypatch)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(1):
                await first_of(addresses)
        await asyncio.sleep(1)
        assert len(net.tried) == len(addresses)
        assert not net.open

    run(main())
