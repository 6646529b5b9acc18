"""The store's threads, in virtual time: work is done one after the other, each piece with a latency that chance draws.

What the writer hands over is a list of writes: when they are durable, whoever keeps the world's books is told. In
between a crash finds them not begun, done and not yet told, or done and told.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future
from typing import ParamSpec, TypeVar, cast

from engine.store.transactor import Write
from tests.simulation.loop import WorldLoop

P = ParamSpec("P")
T = TypeVar("T")

Committed = Callable[[Sequence[Write]], None]


class Desk(Executor):
    """One thread that is none."""

    def __init__(self, loop: WorldLoop, latency: Callable[[], float], committed: Committed | None = None) -> None:
        """Work on `loop`'s time; tell `committed` of writes that are durable."""
        self._loop = loop
        self._latency = latency
        self._committed = committed
        self._free_at = 0.0
        self.gone = False
        """Whether the power is off: what is called for never happens."""

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """See `Executor`."""
        future = Future[T]()
        if not self.gone:
            done_at = max(self._loop.now, self._free_at) + self._latency()
            self._free_at = told_at = done_at + self._latency() / 4
            self._loop.call_at(done_at, self._do, future, told_at, lambda: fn(*args, **kwargs), args)
        return future

    def _do(self, future: Future[T], told_at: float, work: Callable[[], T], args: tuple[object, ...]) -> None:
        if self.gone:
            return
        try:
            result = work()
        except Exception as error:  # noqa: BLE001 - whoever waits for it gets it
            self._loop.call_at(told_at, future.set_exception, error)
            return
        if self._committed is not None and result is None and args and isinstance(args[0], list):
            self._committed(cast("list[Write]", args[0]))
        self._loop.call_at(told_at, future.set_result, result)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """See `Executor`."""
