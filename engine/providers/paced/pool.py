"""Connections that wait for their next request: taken, put and dropped in constant time, however many there are."""

from __future__ import annotations

import asyncio
from collections import OrderedDict

from engine.providers.paced.connection import Connection
from engine.providers.paced.origin import Origin


class Pool:
    """The last one that came goes first; who waited `kept_s` seconds is closed. One timer for all."""

    def __init__(self, kept_s: float) -> None:
        """Have none."""
        self._kept_s = kept_s
        self._due: OrderedDict[Connection, tuple[Origin, float]] = OrderedDict()
        self._of: dict[Origin, dict[Connection, None]] = {}
        self._timer: asyncio.TimerHandle | None = None

    def put(self, origin: Origin, connection: Connection) -> None:
        """Keep a connection."""
        due = asyncio.get_running_loop().time() + self._kept_s
        self._due[connection] = origin, due
        self._of.setdefault(origin, {})[connection] = None
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_at(due, self._expire)

    def take(self, origin: Origin) -> Connection | None:
        """Return a connection to use, none where none waits."""
        waiting = self._of.get(origin)
        if not waiting:
            return None
        connection, _ = waiting.popitem()
        del self._due[connection]
        return connection

    def drop(self, connection: Connection) -> None:
        """Forget a connection that ended, if it is here."""
        found = self._due.pop(connection, None)
        if found is not None:
            del self._of[found[0]][connection]

    def close(self) -> None:
        """Close all of them."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        for connection in tuple(self._due):
            self.drop(connection)
            connection.close()

    def _expire(self) -> None:
        self._timer = None
        loop = asyncio.get_running_loop()
        while self._due:
            connection, (_, due) = next(iter(self._due.items()))
            if due > loop.time():
                self._timer = loop.call_at(due, self._expire)
                return
            self.drop(connection)
            connection.close()
