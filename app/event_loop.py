"""The one event loop of the window and the engine: qasync's life cycle around CPython's own scheduling.

qasync starts a Qt timer for each callback and a Qt notifier for each socket: at 10,000 tasks that is 2 or 3 frames a
second, and its coarse timers fire deadlines early. Here CPython's ready queue, timer heap and selector stay as they
are, and Qt sees three things: one notifier on the selector's own descriptor, one precise timer for the nearest
deadline, and one zero-delay timer when there is more to run. Callbacks run in slices, so that Qt paints between them.

The trap: polling again while handles of the last poll still wait queues level-triggered sockets twice, and the loop
collapses. So a batch is all that was ready at a poll, and only when it has run is the selector asked again.

A slot may open a nested Qt loop: the timers and the notifier go on in it. A coroutine may not (`dialog.exec()`):
nothing of asyncio would run before it returns, because a task is being run already. Use `open()` and await.

`DROVER_LOOP=stock`, macOS and Windows use qasync's own loop.
"""

from __future__ import annotations

import asyncio
import heapq
import logging
import math
import os
import selectors
import sys
import threading
import time
from collections import deque
from collections.abc import AsyncGenerator, Callable, Coroutine, Mapping
from contextvars import Context
from typing import TYPE_CHECKING, Any, TypeVar

import qasync  # pyright: ignore[reportMissingTypeStubs] - it has none
from PySide6.QtCore import QObject, QSocketNotifier, Qt, QTimer
from PySide6.QtWidgets import QApplication

T = TypeVar("T")

SLICE_S = 0.004
"""Seconds of callbacks before Qt has its turn."""

LONGEST_MS = 86_400_000
"""A Qt timer counts milliseconds in 32 bits; a later deadline is looked at again after a day."""

MANY_TIMERS = 100
"""Timers below which cancelled ones are left in the heap until their time."""

STOCK = "DROVER_LOOP"

RESTORED = (
    "call_later",
    "call_soon_threadsafe",
    "call_exception_handler",
    "default_exception_handler",
    "get_debug",
    "run_in_executor",
    "run_until_complete",
    "set_debug",
    "set_default_executor",
    "set_exception_handler",
    "time",
    "_add_reader",
    "_remove_reader",
    "_add_writer",
    "_remove_writer",
)
"""What qasync replaces and CPython has back here: with its scheduling, its own code for all of these is right."""

logger = logging.getLogger("drover.loop")

Asyncio = asyncio.SelectorEventLoop

if TYPE_CHECKING:

    class _Life(asyncio.SelectorEventLoop):
        """What a type checker sees: asyncio's loop, made with an application."""

        def __init__(self, application: QApplication) -> None: ...

else:
    _Life = type(
        "_Life",
        (qasync._QEventLoop, Asyncio),  # noqa: SLF001 - its life cycle is what is wanted of it
        {name: getattr(Asyncio, name) for name in RESTORED},
    )


class DroverEventLoop(_Life):
    """asyncio on Qt's loop, scheduled by CPython's own code.

    The attributes below, and those in `RESTORED` that begin with an underscore, are what is used of CPython beyond its
    public face (3.11 to 3.13); `missing_privates` checks them at start.
    """

    _ready: deque[asyncio.Handle]
    _scheduled: list[asyncio.TimerHandle]
    _selector: selectors.EpollSelector
    _timer_cancelled_count: int
    _clock_resolution: float
    _debug: bool
    _thread_id: int | None
    _check_closed: Callable[[], None]
    _process_events: Callable[[list[tuple[selectors.SelectorKey, int]]], None]
    _set_coroutine_origin_tracking: Callable[[bool], None]
    _asyncgen_firstiter_hook: Callable[[AsyncGenerator[object, object]], None]
    _asyncgen_finalizer_hook: Callable[[AsyncGenerator[object, object]], None]

    def __init__(self, application: QApplication) -> None:
        """Live as long as `application`."""
        self._turning = False
        self._batch = 0
        self._alarm_at = math.inf
        self._woken = False
        self._raised: BaseException | None = None
        self._hooks = sys.get_asyncgen_hooks()
        super().__init__(application)
        self._owner = QObject()
        self._notifier = QSocketNotifier(self._selector.fileno(), QSocketNotifier.Type.Read, self._owner)
        self._notifier.setEnabled(False)
        self._notifier.activated.connect(self._turn)
        self._alarm = self._single_shot()
        self._more = self._single_shot()

    def _single_shot(self) -> QTimer:
        timer = QTimer(self._owner)
        timer.setSingleShot(True)
        timer.setTimerType(Qt.TimerType.PreciseTimer)
        timer.timeout.connect(self._turn)
        return timer

    # --- what a caller schedules

    def call_soon(
        self, callback: Callable[..., object], *args: object, context: Context | None = None
    ) -> asyncio.Handle:
        """See `asyncio.loop.call_soon`; wakes the loop when called from a Qt slot."""
        handle = Asyncio.call_soon(self, callback, *args, context=context)
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

    # --- life

    def run_forever(self) -> None:
        """Run until `stop`; raises what a callback raised beyond `Exception`, as asyncio does."""
        self._check_closed()
        super().run_forever()
        raised, self._raised = self._raised, None
        if raised is not None:
            raise raised

    def _before_run_forever(self) -> None:
        self._thread_id = threading.get_ident()
        self._set_coroutine_origin_tracking(self._debug)
        self._hooks = sys.get_asyncgen_hooks()
        sys.set_asyncgen_hooks(firstiter=self._asyncgen_firstiter_hook, finalizer=self._asyncgen_finalizer_hook)
        self._notifier.setEnabled(True)
        self._wake()

    def _after_run_forever(self) -> None:
        self._notifier.setEnabled(False)
        self._alarm.stop()
        self._more.stop()
        self._woken = False
        self._alarm_at = math.inf
        sys.set_asyncgen_hooks(*self._hooks)
        self._set_coroutine_origin_tracking(False)  # noqa: FBT003 - CPython's own signature
        self._thread_id = None

    def close(self) -> None:
        """Let go of everything; twice is fine."""
        if not self.is_closed():
            self._notifier.setEnabled(False)
            self._alarm.stop()
            self._more.stop()
        super().close()

    # --- turns

    def _turn(self) -> None:
        """Run what is due for one slice, then tell Qt when to come back."""
        if self._turning or self._thread_id is None:
            return  # a nested Qt loop inside a callback: a task is being run, none other may be entered
        self._turning = True
        self._woken = False
        try:
            end = time.monotonic() + SLICE_S
            while time.monotonic() < end:
                if not self._batch:
                    self._poll()
                if not self._batch:
                    break
                self._run_batch(end)
        except (KeyboardInterrupt, SystemExit) as raised:
            self._raised = raised
            self.stop()
        finally:
            self._turning = False
            self._come_back()

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
        ready = self._ready
        while self._batch:
            self._batch -= 1
            handle = ready.popleft()
            if handle.cancelled():
                continue
            if self._debug:
                self._run_watched(handle)
            else:
                handle._run()  # noqa: SLF001 - as CPython's own `_run_once`
            if time.monotonic() >= end:
                break

    def _run_watched(self, handle: asyncio.Handle) -> None:
        began = self.time()
        handle._run()  # noqa: SLF001 - as CPython's own `_run_once`
        took = self.time() - began
        if took >= self.slow_callback_duration:
            logger.warning("Executing %r took %.3f seconds", handle, took)

    def _come_back(self) -> None:
        """Choose what wakes the next turn: more to run, else the nearest deadline; sockets by the notifier."""
        if self._thread_id is None or self.is_closed():
            return
        self._notifier.setEnabled(not self._batch)
        if self._batch or self._ready:
            self._wake()
        else:
            self._set_alarm()

    def _wake(self) -> None:
        if self._thread_id is not None:
            self._woken = True
            self._more.start(0)

    def _set_alarm(self) -> None:
        if self._thread_id is None:
            return
        heap = self._scheduled
        while heap and heap[0].cancelled():
            self._timer_cancelled_count -= 1
            heapq.heappop(heap)._scheduled = False  # noqa: SLF001
        self._alarm_at = heap[0].when() if heap else math.inf
        if heap:
            seconds = self._alarm_at - self.time()
            self._alarm.start(min(LONGEST_MS, max(0, math.ceil(seconds * 1000))))
        else:
            self._alarm.stop()

    def _drop_cancelled_timers(self) -> None:
        """Keep a heap of mostly cancelled timers from growing: 2,000 finished timeouts of an hour leave nothing."""
        heap = self._scheduled
        if len(heap) > MANY_TIMERS and self._timer_cancelled_count * 2 > len(heap):
            kept = [handle for handle in heap if not handle.cancelled()]
            for handle in heap:
                if handle.cancelled():
                    handle._scheduled = False  # noqa: SLF001
            heapq.heapify(kept)
            self._scheduled = kept
            self._timer_cancelled_count = 0


def new_event_loop(
    application: QApplication, environment: Mapping[str, str] | None = None
) -> asyncio.AbstractEventLoop:
    """Return the loop for this system: ours on Linux, unless the environment asks for qasync's own."""
    application.setQuitOnLastWindowClosed(False)
    environment = os.environ if environment is None else environment
    if environment.get(STOCK) == "stock" or not sys.platform.startswith("linux"):
        return qasync.QEventLoop(application)
    missing = missing_privates()
    if missing:
        logger.warning("this Python's asyncio has no %s: using qasync's own loop", ", ".join(missing))
        return qasync.QEventLoop(application)
    return DroverEventLoop(application)


def missing_privates() -> list[str]:
    """Return which of the privates that are used this Python does not have."""
    used = (*DroverEventLoop.__annotations__, *(name for name in RESTORED if name.startswith("_")))
    probe = Asyncio()
    try:
        return [name for name in used if not hasattr(probe, name)]
    finally:
        probe.close()


def run(application: QApplication, main: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run a coroutine to its end on the application's loop; what it leaves behind is cancelled and awaited."""
    with asyncio.Runner(loop_factory=lambda: new_event_loop(application)) as runner:
        return runner.run(main())
