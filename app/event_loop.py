"""The one event loop of the window and the engine: qasync's life cycle around CPython's own scheduling.

qasync starts a Qt timer for each callback and a Qt notifier for each socket: at 10,000 tasks that is 2 or 3 frames a
second, and its coarse timers fire deadlines early. Here CPython's ready queue, timer heap and selector stay as they
are, and Qt sees three things: one notifier on the selector's own descriptor, one precise timer for the nearest
deadline, and one zero-delay timer when there is more to run. Callbacks run in slices, so that Qt paints between them.

The trap: polling again while handles of the last poll still wait queues level-triggered sockets twice, and the loop
collapses. So a batch is all that was ready at a poll, and only when it has run is the selector asked again.

A slot may open a nested Qt loop: the timers and the notifier go on in it. A coroutine may not (`dialog.exec()`):
nothing of asyncio would run before it returns, because a task is being run already. Use `open()` and await.

`DROVER_LOOP=stock`, macOS and Windows (both untested) use qasync's own loop. Nothing of Drover's tasks belongs here.
"""

from __future__ import annotations

import asyncio
import heapq
import logging
import math
import os
import selectors
import socket
import sys
import threading
import time
from collections import deque
from collections.abc import AsyncGenerator, Callable, Coroutine, Mapping
from contextvars import Context
from typing import Any, TypeVar

import qasync  # pyright: ignore[reportMissingTypeStubs] - it has none
from PySide6.QtWidgets import QApplication

from app.life_cycle import LifeCycle
from app.wakeups import QtWakeups, SignalWakeup

T = TypeVar("T")

SLICE_S = 0.004
"""Seconds of callbacks before Qt has its turn."""

MANY_TIMERS = 100
"""Timers below which cancelled ones are left in the heap until their time, as CPython does."""

OF_HANDLES = ("_run", "_cancelled", "_scheduled")

logger = logging.getLogger("drover.loop")

Asyncio = asyncio.SelectorEventLoop


class DroverEventLoop(LifeCycle):
    """asyncio on Qt's loop, scheduled by CPython's own code.

    The attributes below and `OF_HANDLES` are what is used of CPython beyond its public face (3.11 to 3.13);
    `missing_privates` checks them at start.
    """

    _ready: deque[asyncio.Handle]
    _scheduled: list[asyncio.TimerHandle]
    _selector: selectors.EpollSelector
    _csock: socket.socket
    _signal_handlers: Mapping[int, asyncio.Handle]
    _timer_cancelled_count: int
    _clock_resolution: float
    _current_handle: asyncio.Handle | None
    _debug: bool
    _closed: bool
    _thread_id: int | None
    _check_closed: Callable[[], None]
    _check_running: Callable[[], None]
    _process_events: Callable[[list[tuple[selectors.SelectorKey, int]]], None]
    _set_coroutine_origin_tracking: Callable[[bool], None]
    _asyncgen_firstiter_hook: Callable[[AsyncGenerator[object, object]], None]
    _asyncgen_finalizer_hook: Callable[[AsyncGenerator[object, object]], None]

    def __init__(self, application: QApplication) -> None:
        """Live as long as `application`."""
        self._turning = self._woken = False
        self._batch: int = 0
        self._alarm_at = math.inf
        self._raised: BaseException | None = None
        self._hooks = sys.get_asyncgen_hooks()
        super().__init__(application)
        self._signals = SignalWakeup(self._csock.fileno(), self._interrupt)
        self._qt = QtWakeups(self._selector.fileno(), self._turn)

    def call_soon(
        self, callback: Callable[..., object], *args: object, context: Context | None = None
    ) -> asyncio.Handle:
        """See `asyncio.loop.call_soon`; wakes the loop when called from a Qt slot. All that runs comes by here."""
        if self._debug or self._closed:
            handle = Asyncio.call_soon(self, callback, *args, context=context)
        else:  # the same without three calls in between, each of which costs as much as the callback
            handle = asyncio.Handle(callback, args, self, context)
            self._ready.append(handle)
        if not self._turning and not self._woken:
            self._wake()
        return handle

    def call_at(
        self, when: float, callback: Callable[..., object], *args: object, context: Context | None = None
    ) -> asyncio.TimerHandle:
        """See `asyncio.loop.call_at`; sets the alarm anew when called from a Qt slot."""
        handle = Asyncio.call_at(self, when, callback, *args, context=context)
        if not self._turning and when < self._alarm_at:
            self._set_alarm()
        return handle

    def run_forever(self) -> None:
        """Run until `stop`; raises what a callback raised beyond `Exception`, as asyncio does."""
        self._check_closed()
        self._check_running()
        super().run_forever()
        raised, self._raised = self._raised, None
        if raised is not None:
            raise raised

    def _before_run_forever(self) -> None:
        self._thread_id = threading.get_ident()
        self._set_coroutine_origin_tracking(self._debug)
        self._hooks = sys.get_asyncgen_hooks()
        sys.set_asyncgen_hooks(firstiter=self._asyncgen_firstiter_hook, finalizer=self._asyncgen_finalizer_hook)
        self._signals.start()
        self._qt.by_sockets(watched=True)
        self._wake()

    def _after_run_forever(self) -> None:
        self._rest()
        self._signals.stop(keep=bool(self._signal_handlers))
        sys.set_asyncgen_hooks(*self._hooks)
        self._set_coroutine_origin_tracking(False)  # noqa: FBT003 - CPython's own signature
        self._thread_id = None

    def _rest(self) -> None:
        self._qt.rest()
        self._woken, self._alarm_at = False, math.inf

    def close(self) -> None:
        """Let go of everything; twice is fine."""
        if not self.is_closed() and not self.is_running():
            self._qt.close()
        super().close()

    def remove_signal_handler(self, sig: int) -> bool:
        """See `asyncio.loop.remove_signal_handler`; other signals still wake the loop."""
        removed = super().remove_signal_handler(sig)
        self._signals.again()
        return removed

    def _interrupt(self) -> None:
        """Raise in the callback that runs; in a slot, where Qt would print and forget it, stop and raise then."""
        if self._turning:
            raise KeyboardInterrupt
        self._fail(KeyboardInterrupt())

    def _turn(self) -> None:
        """Run what is due for one slice, then tell Qt when to come back."""
        if self._turning or self._thread_id is None:
            self._qt.by_sockets(watched=False)  # a nested Qt loop inside a callback would spin on it
            return
        try:
            self._turning = True
            self._woken = False
            self._run_slice(time.monotonic() + SLICE_S)
        except BaseException as raised:  # noqa: BLE001 - Qt would print and forget it; `run_forever` raises it
            self._fail(raised)
        finally:
            self._turning = False
            self._come_back()

    def _fail(self, error: BaseException) -> None:
        self._raised = error
        self.stop()

    def _run_slice(self, end: float) -> None:
        while self.is_running():
            if not self._batch:
                self._poll()
            if not self._batch:
                return
            self._run_batch(end)
            if time.monotonic() >= end:
                return

    def _poll(self) -> None:
        """Queue what sockets and timers have for us: the next batch."""
        self._process_events(self._selector.select(0))
        self._drop_cancelled_timers()
        due = self.time() + self._clock_resolution
        heap, ready = self._scheduled, self._ready
        while heap and heap[0].when() < due:
            handle = heapq.heappop(heap)
            handle._scheduled = False  # noqa: SLF001 - as CPython's own `_run_once`
            ready.append(handle)
        self._batch = len(ready)

    def _run_batch(self, end: float) -> None:
        """Run what the last poll found ready, as far as `end` allows."""
        ready, now, left = self._ready, time.monotonic, self._batch
        try:
            while left:
                left -= 1
                handle = ready.popleft()
                if handle._cancelled:  # noqa: SLF001 - as CPython's own `_run_once`
                    continue
                if self._debug:
                    self._run_watched(handle)
                else:
                    handle._run()  # noqa: SLF001 - as CPython's own `_run_once`
                if now() >= end:
                    return
        finally:
            self._batch = left

    def _run_watched(self, handle: asyncio.Handle) -> None:
        began = self.time()
        self._current_handle = handle
        try:
            handle._run()  # noqa: SLF001 - as CPython's own `_run_once`
        finally:
            self._current_handle = None
        took = self.time() - began
        if took >= self.slow_callback_duration:
            logger.warning("Executing %r took %.3f seconds", handle, took)

    def _come_back(self) -> None:
        """Choose what wakes the next turn: more to run, else the nearest deadline, or a socket by the notifier."""
        if self._thread_id is None or not self.is_running():
            return
        more = bool(self._ready)
        self._qt.by_sockets(watched=not more)
        (self._wake if more else self._set_alarm)()

    def _wake(self) -> None:
        if self._thread_id is not None:
            self._woken = True
            self._qt.soon()

    def _set_alarm(self) -> None:
        if self._thread_id is None:
            return
        heap = self._scheduled
        while heap and heap[0].cancelled():
            self._timer_cancelled_count -= 1
            heapq.heappop(heap)._scheduled = False  # noqa: SLF001 - as CPython's own `_run_once`
        self._alarm_at = heap[0].when() if heap else math.inf
        self._qt.after(self._alarm_at - self.time())

    def _drop_cancelled_timers(self) -> None:
        """Keep a heap of mostly cancelled timers from growing: 2,000 finished timeouts of an hour leave nothing."""
        heap = self._scheduled
        if len(heap) > MANY_TIMERS and self._timer_cancelled_count * 2 > len(heap):
            for handle in heap:
                handle._scheduled = not handle.cancelled()  # noqa: SLF001 - as CPython's own `_run_once`
            heap[:] = [handle for handle in heap if not handle.cancelled()]
            heapq.heapify(heap)
            self._timer_cancelled_count = 0


def new_event_loop(application: QApplication, environ: Mapping[str, str] = os.environ) -> asyncio.AbstractEventLoop:
    """Return the loop for this system: ours on Linux, unless `environ` asks for qasync's own."""
    application.setQuitOnLastWindowClosed(False)
    if environ.get("DROVER_LOOP") == "stock" or not sys.platform.startswith("linux"):
        return qasync.QEventLoop(application)
    missing = missing_privates()
    if missing:
        logger.warning("this Python or qasync has no %s: using qasync's own loop", ", ".join(missing))
        return qasync.QEventLoop(application)
    return DroverEventLoop(application)


def missing_privates() -> list[str]:
    """Return which of the privates that are used are not there."""
    probe = Asyncio()
    try:
        used = ((qasync, ("_QEventLoop",)), (probe, DroverEventLoop.__annotations__), (asyncio.TimerHandle, OF_HANDLES))
        return [name for owner, names in used for name in names if not hasattr(owner, name)]
    finally:
        probe.close()


def run(application: QApplication, main: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run a coroutine to its end on the application's loop; what it leaves behind is cancelled and awaited."""
    with asyncio.Runner(loop_factory=lambda: new_event_loop(application)) as runner:
        return runner.run(main())
