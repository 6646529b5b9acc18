"""What ends Qt's wait for the event loop: a socket, a deadline, more to run, a signal. What runs, the loop decides.

A signal is one of them because Qt waits in C++, where Python runs no handler: a Ctrl-C on an idle window would go
unheard. So each signal writes a byte to a descriptor that the loop watches.
"""

from __future__ import annotations

import math
import signal
import threading
from collections.abc import Callable
from types import FrameType

from PySide6.QtCore import QObject, QSocketNotifier, Qt, QTimer

LONGEST_MS = 86_400_000
"""A Qt timer counts milliseconds in 32 bits; a later deadline is looked at again after a day."""


class QtWakeups:
    """One notifier and two timers, however many sockets and deadlines there are. All of them call `turn`."""

    def __init__(self, descriptor: int, turn: Callable[[], None]) -> None:
        """Watch `descriptor`, once told to."""
        self._owner = QObject()
        self._notifier = QSocketNotifier(descriptor, QSocketNotifier.Type.Read, self._owner)
        self._notifier.setEnabled(False)
        self._notifier.activated.connect(turn)
        self._alarm = self._single_shot(turn)
        self._more = self._single_shot(turn)

    def _single_shot(self, turn: Callable[[], None]) -> QTimer:
        timer = QTimer(self._owner)
        timer.setSingleShot(True)
        timer.setTimerType(Qt.TimerType.PreciseTimer)
        timer.timeout.connect(turn)
        return timer

    def by_sockets(self, *, watched: bool) -> None:
        """Turn when the descriptor can be read, or not."""
        self._notifier.setEnabled(watched)

    def soon(self) -> None:
        """Turn as soon as Qt has done what waits."""
        self._more.start(0)

    def after(self, seconds: float) -> None:
        """Turn after this long, rounded up to a millisecond, in place of what was asked before; never for infinity."""
        if seconds == math.inf:
            self._alarm.stop()
        else:
            self._alarm.start(math.ceil(min(LONGEST_MS, max(0.0, seconds * 1000))))

    def rest(self) -> None:
        """Turn no more until asked again."""
        self._notifier.setEnabled(False)
        self._alarm.stop()
        self._more.stop()

    def close(self) -> None:
        """Turn never again, and hold on to nobody: a cycle might be collected on a thread that is not Qt's."""
        self.rest()
        self._notifier.activated.disconnect()
        self._alarm.timeout.disconnect()
        self._more.timeout.disconnect()


class SignalWakeup:
    """While started, signals make `descriptor` readable; in threads but the main one it does nothing.

    Where nobody handles SIGINT, `interrupt` is called for it, from a signal handler.
    """

    def __init__(self, descriptor: int, interrupt: Callable[[], None]) -> None:
        """Write to `descriptor`, once started."""
        self._descriptor = descriptor
        self._interrupt = interrupt
        self._before: int | None = None

    def start(self) -> None:
        """Wake from now on."""
        if threading.current_thread() is not threading.main_thread():
            return
        self._before = self._take()
        if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
            signal.signal(signal.SIGINT, self._on_interrupt)

    def again(self) -> None:
        """Wake on: asyncio turns it off with the last handler that it removes."""
        if self._before is not None:
            self._take()

    def stop(self, *, keep: bool) -> None:
        """Let everything be as it was; `keep` the descriptor where asyncio has handlers of its own on it."""
        if self._before is None:
            return
        if signal.getsignal(signal.SIGINT) == self._on_interrupt:
            signal.signal(signal.SIGINT, signal.default_int_handler)
        if not keep:
            signal.set_wakeup_fd(-1 if self._before == self._descriptor else self._before)
        self._before = None

    def _take(self) -> int:
        return signal.set_wakeup_fd(self._descriptor, warn_on_full_buffer=False)

    def _on_interrupt(self, number: int, frame: FrameType | None) -> None:
        del number, frame
        self._interrupt()
