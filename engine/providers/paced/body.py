"""A reply's body as httpx wants it, and the handle by which others say how soon it has to be read."""

from __future__ import annotations

from collections.abc import Callable

import httpx

from engine.providers.paced.connection import Connection


class Body(httpx.AsyncByteStream):
    """Gives one reply's bytes; a `engine.providers.port.Reading` of it until it is closed."""

    def __init__(self, connection: Connection, done: Callable[[Connection], None]) -> None:
        """Read from `connection` and hand it to `done`."""
        self._connection: Connection | None = connection
        self._done = done
        self._relaxed = self._watched = False

    def __aiter__(self) -> Body:
        """Read on: a body can be read once."""
        return self

    async def __anext__(self) -> bytes:
        """Return what came since it was last asked, however many pieces it was."""
        if self._connection is None:
            raise httpx.StreamClosed
        data = await self._connection.read()
        if not data:
            raise StopAsyncIteration
        return data

    async def aclose(self) -> None:
        """End the exchange, whole or not."""
        connection, self._connection = self._connection, None
        if connection is not None:
            self._done(connection)

    # --- Reading

    def relax(self) -> None:
        """See `Reading`."""
        self._relaxed = True
        self._settle()

    def hurry(self) -> None:
        """See `Reading`."""
        self._relaxed = False
        self._settle()

    def watch(self, *, watched: bool) -> None:
        """See `Reading`."""
        self._watched = watched
        self._settle()

    def now(self) -> None:
        """See `Reading`."""
        if self._connection is not None:
            self._connection.turn()

    def _settle(self) -> None:
        if self._connection is not None:
            self._connection.lazy(lazy=self._relaxed and not self._watched)
