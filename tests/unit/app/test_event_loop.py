"""asyncio on Qt: what must hold on our loop and on qasync's own, and what only ours does."""

from __future__ import annotations

import asyncio
import contextvars
import gc
import logging
import os
import signal
import socket
import sys
import threading
import time
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterator
from typing import Any, TypeVar

import pytest
import qasync  # pyright: ignore[reportMissingTypeStubs] - it has none
from PySide6.QtCore import QSocketNotifier, Qt, QTimer
from PySide6.QtWidgets import QApplication, QDialog

from app import event_loop
from app.event_loop import SLICE_S, Asyncio, DroverEventLoop, missing_privates, new_event_loop
from app.life_cycle import KEPT

T = TypeVar("T")
Play = Callable[[Coroutine[Any, Any, T]], T]

LIMIT_S = 20.0
"""Seconds after which a test that waits in vain fails."""


def runner(application: QApplication, kind: str) -> asyncio.Runner:
    """Return a runner on our loop ("") or on qasync's ("stock")."""
    return asyncio.Runner(loop_factory=lambda: new_event_loop(application, {"DROVER_LOOP": kind}))


@pytest.fixture(params=["", "stock"], ids=["ours", "stock"])
def play(request: pytest.FixtureRequest, qapp: QApplication) -> Iterator[Play[Any]]:
    """Run coroutines on a loop of each kind; none may hang."""
    with runner(qapp, request.param) as running:
        yield lambda work: running.run(asyncio.wait_for(work, LIMIT_S))


@pytest.fixture
def ours(qapp: QApplication) -> Iterator[Play[Any]]:
    """Run coroutines on our loop alone."""
    with runner(qapp, "") as running:
        yield lambda work: running.run(asyncio.wait_for(work, LIMIT_S))


@pytest.fixture(params=["", "stock"], ids=["ours", "stock"])
def loop(request: pytest.FixtureRequest, qapp: QApplication) -> Iterator[asyncio.AbstractEventLoop]:
    """A loop of each kind, not running."""
    made = new_event_loop(qapp, {"DROVER_LOOP": request.param})
    yield made
    made.close()


@pytest.fixture
def drover(qapp: QApplication) -> Iterator[DroverEventLoop]:
    """Our loop, not running."""
    made = new_event_loop(qapp, {})
    assert isinstance(made, DroverEventLoop)
    yield made
    made.close()


# --- both loops


def test_run_gives_the_result(qapp: QApplication) -> None:
    """What the coroutine returns is returned."""

    async def answer() -> int:
        await asyncio.sleep(0)
        return 42

    assert event_loop.run(qapp, answer) == 42


def test_run_gives_the_error(qapp: QApplication) -> None:
    """What the coroutine raises is raised."""

    async def fail() -> None:
        await asyncio.sleep(0)
        raise LookupError

    with pytest.raises(LookupError):
        event_loop.run(qapp, fail)


def test_run_cancels_and_awaits_what_is_left(qapp: QApplication) -> None:
    """A task that is left behind is cancelled and its clean-up awaited."""
    cleaned: list[str] = []

    async def linger() -> None:
        try:
            await asyncio.sleep(3600)
        finally:
            await asyncio.sleep(0)
            cleaned.append("task")

    async def main() -> None:
        left = asyncio.ensure_future(linger())
        await asyncio.sleep(0)
        assert not left.done()

    event_loop.run(qapp, main)
    assert cleaned == ["task"]


def test_closing_the_last_window_ends_nothing(qapp: QApplication, loop: asyncio.AbstractEventLoop) -> None:
    """The end of the program is decided by it and not by Qt."""
    assert loop.is_closed() is False
    assert qapp.quitOnLastWindowClosed() is False


def test_callbacks_run_in_order(play: Play[list[int]]) -> None:
    """`call_soon` keeps the order of its calls."""

    async def work() -> list[int]:
        ran: list[int] = []
        for number in range(100):
            asyncio.get_running_loop().call_soon(ran.append, number)
        await asyncio.sleep(0.02)
        return ran

    assert play(work()) == list(range(100))


def test_a_slot_wakes_the_idle_loop(play: Play[tuple[str, str]]) -> None:
    """`call_soon` and `call_later` from a Qt slot run though nothing of asyncio was due."""

    async def work() -> tuple[str, str]:
        running = asyncio.get_running_loop()
        soon: asyncio.Future[str] = running.create_future()
        later: asyncio.Future[str] = running.create_future()

        def slot() -> None:
            running.call_soon(soon.set_result, "soon")
            running.call_later(0.01, later.set_result, "later")

        QTimer.singleShot(20, slot)
        return await soon, await later

    assert play(work()) == ("soon", "later")


def test_a_slot_starts_a_task(play: Play[str]) -> None:
    """A slot may create tasks: the loop is the running one there."""

    async def work() -> str:
        done: asyncio.Future[str] = asyncio.get_running_loop().create_future()

        async def child() -> None:
            await asyncio.sleep(0.001)
            done.set_result("done")

        tasks: list[asyncio.Task[None]] = []
        QTimer.singleShot(5, lambda: tasks.append(asyncio.create_task(child())))
        return await done

    assert play(work()) == "done"


def test_asyncio_goes_on_under_a_modal_dialog(play: Play[int]) -> None:
    """A slot that calls `exec` does not hold up tasks, and none is entered twice."""

    async def work() -> int:
        dialog = QDialog()
        dialog.setWindowModality(Qt.WindowModality.ApplicationModal)
        ticks = 0
        opened, over = asyncio.Event(), asyncio.Event()

        def slot() -> None:
            QTimer.singleShot(0, opened.set)
            dialog.exec()
            over.set()

        QTimer.singleShot(0, slot)
        await opened.wait()
        for _ in range(5):
            await asyncio.sleep(0.002)
            ticks += 1
        await asyncio.gather(*(asyncio.sleep(0.001) for _ in range(20)))
        assert dialog.isVisible()
        dialog.accept()
        await over.wait()
        return ticks

    assert play(work()) == 5


def test_a_thread_wakes_the_idle_loop(play: Play[int]) -> None:
    """`call_soon_threadsafe` from another thread runs on the loop's."""

    async def work() -> int:
        running = asyncio.get_running_loop()
        done: asyncio.Future[int] = running.create_future()

        def other() -> None:
            running.call_soon_threadsafe(lambda: done.set_result(threading.get_ident()))

        thread = threading.Timer(0.02, other)
        thread.start()
        ident = await done
        thread.join()
        return ident

    assert play(work()) == threading.get_ident()


def test_executors(play: Play[tuple[int, bool]]) -> None:
    """`run_in_executor` gives results of another thread, and its errors."""

    async def work() -> tuple[int, bool]:
        running = asyncio.get_running_loop()
        with pytest.raises(ZeroDivisionError):
            await running.run_in_executor(None, lambda: 1 // 0)
        ident = await running.run_in_executor(None, threading.get_ident)
        return await asyncio.to_thread(lambda: 42), ident != threading.get_ident()

    assert play(work()) == (42, True)


def test_server_and_clients(play: Play[list[bytes]]) -> None:
    """Streams over loopback: 20 clients at once, each with its own echo, larger than a socket's buffer."""
    body = b"x" * 300_000

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(await reader.readuntil(b"."))
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    async def client(port: int, number: int) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(body + b"%d." % number)
        await writer.drain()
        got = await reader.read(-1)
        writer.close()
        await writer.wait_closed()
        return got[len(body) :]

    async def work() -> list[bytes]:
        server = await asyncio.start_server(echo, "127.0.0.1", 0, limit=1_000_000)
        port = server.sockets[0].getsockname()[1]
        got = await asyncio.gather(*(client(port, number) for number in range(20)))
        server.close()
        await server.wait_closed()
        return got

    assert play(work()) == [b"%d." % number for number in range(20)]


def test_subprocesses(play: Play[tuple[bytes, int]]) -> None:
    """A child's output and its exit code arrive."""

    async def work() -> tuple[bytes, int]:
        child = await asyncio.create_subprocess_exec(
            sys.executable, "-c", "import sys; print(input() * 2); sys.exit(3)", stdin=-1, stdout=-1
        )
        out, _ = await child.communicate(b"ab\n")
        assert child.returncode is not None
        return out, child.returncode

    assert play(work()) == (b"abab\n", 3)


def test_signal_handlers(play: Play[int]) -> None:
    """A handler that was added runs on the loop while it is idle, and is gone once removed."""

    async def work() -> int:
        running = asyncio.get_running_loop()
        came: asyncio.Future[int] = running.create_future()
        running.add_signal_handler(signal.SIGUSR1, came.set_result, 7)
        sender = threading.Timer(0.02, os.kill, (os.getpid(), signal.SIGUSR1))
        sender.start()
        result = await came
        sender.join()
        assert running.remove_signal_handler(signal.SIGUSR1)
        assert not running.remove_signal_handler(signal.SIGUSR1)
        return result

    assert play(work()) == 7


def test_errors_of_callbacks_reach_the_handler(play: Play[list[str]]) -> None:
    """An exception in a callback goes to the exception handler, and the loop goes on."""

    async def work() -> list[str]:
        running = asyncio.get_running_loop()
        told: list[str] = []
        running.set_exception_handler(lambda _, context: told.append(repr(context["exception"])))

        def fail() -> None:
            raise LookupError("callback")

        running.call_soon(fail)
        running.call_later(0.001, fail)
        await asyncio.sleep(0.02)
        return told

    assert play(work()) == ["LookupError('callback')"] * 2


def test_context_variables(play: Play[list[str]]) -> None:
    """A callback runs in the context it was scheduled from, or in the one it was given."""
    variable = contextvars.ContextVar("variable", default="none")

    async def work() -> list[str]:
        running = asyncio.get_running_loop()
        seen: list[str] = []
        other = contextvars.copy_context()
        other.run(variable.set, "other")
        variable.set("here")
        running.call_soon(lambda: seen.append(variable.get()))
        running.call_soon(lambda: seen.append(variable.get()), context=other)
        running.call_later(0.001, lambda: seen.append(variable.get()))
        await asyncio.sleep(0.02)
        return seen

    assert play(work()) == ["here", "other", "here"]


def test_timeouts_cut(play: Play[float]) -> None:
    """`asyncio.timeout` cuts what takes too long."""

    async def work() -> float:
        began = time.monotonic()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await asyncio.sleep(3600)
        return time.monotonic() - began

    assert play(work()) < LIMIT_S / 2


def test_a_loop_runs_more_than_once(loop: asyncio.AbstractEventLoop) -> None:
    """What was not finished in one run goes on in the next."""
    ran: list[str] = []

    async def first() -> None:
        loop.call_later(0.005, ran.append, "late")

    loop.run_until_complete(first())
    assert ran == []
    loop.run_until_complete(asyncio.sleep(0.02))
    assert ran == ["late"]
    assert not loop.is_running()


def test_close_twice(loop: asyncio.AbstractEventLoop) -> None:
    """Closing a second time is fine; running a closed loop is refused."""
    loop.run_until_complete(asyncio.sleep(0))
    loop.close()
    loop.close()
    assert loop.is_closed()
    if isinstance(loop, DroverEventLoop):
        with pytest.raises(RuntimeError, match="closed"):
            loop.run_forever()


def test_a_running_loop_is_not_closed(play: Play[None]) -> None:
    """Closing from inside is refused, and the loop goes on."""

    async def work() -> None:
        with pytest.raises(RuntimeError, match="running"):
            asyncio.get_running_loop().close()
        await asyncio.sleep(0.001)

    play(work())


def test_debug_mode_names_slow_callbacks(play: Play[None], caplog: pytest.LogCaptureFixture) -> None:
    """In debug mode a callback that holds up the loop is named with its time."""

    async def work() -> None:
        running = asyncio.get_running_loop()
        running.set_debug(True)
        running.slow_callback_duration = 0.005
        running.call_soon(time.sleep, 0.01)
        await asyncio.sleep(0.02)
        running.set_debug(False)

    with caplog.at_level(logging.WARNING):
        play(work())
    assert any("took 0.0" in record.getMessage() and "sleep" in record.getMessage() for record in caplog.records)


# --- ours alone


def test_unfinished_generators_are_closed(qapp: QApplication) -> None:
    """An asynchronous generator that was not read to its end cleans up before the loop closes."""
    cleaned: list[str] = []

    async def count() -> AsyncGenerator[int]:
        try:
            yield 1
        finally:
            await asyncio.sleep(0)
            cleaned.append("generator")

    counting = count()

    async def main() -> None:
        await anext(counting)

    with runner(qapp, "") as running:
        running.run(main())
    assert cleaned == ["generator"]


def test_no_deadline_fires_early(ours: Play[list[float]]) -> None:
    """200 deadlines of 1 to 60 ms fire at their time or after it, never before."""

    async def work() -> list[float]:
        running = asyncio.get_running_loop()
        early: list[float] = []
        left = 200
        done = asyncio.Event()

        def fired(when: float) -> None:
            nonlocal left
            early.append(running.time() - when)
            left -= 1
            if not left:
                done.set()

        for number in range(left):
            when = running.time() + 0.001 + number * 0.000_297
            running.call_at(when, fired, when)
        await done.wait()
        return early

    lateness = ours(work())
    assert min(lateness) >= 0.0
    assert sorted(lateness)[100] < 0.05


def test_a_slot_brings_a_deadline_forward(ours: Play[float]) -> None:
    """A nearer deadline from a slot does not wait for the farther one that Qt was told of."""

    async def work() -> float:
        running = asyncio.get_running_loop()
        came = asyncio.Event()
        far = running.call_later(3600, came.set)
        began = running.time()
        QTimer.singleShot(5, lambda: running.call_later(0.005, came.set))
        await came.wait()
        far.cancel()
        return running.time() - began

    assert 0.01 <= ours(work()) < LIMIT_S / 2


def test_finished_timeouts_leave_no_timers(drover: DroverEventLoop) -> None:
    """2,000 timeouts of an hour that were not needed leave a bounded rest in the heap."""

    async def work() -> None:
        for _ in range(2_000):
            async with asyncio.timeout(3600):
                await asyncio.sleep(0)

    drover.run_until_complete(work())
    assert len(vars(drover)["_scheduled"]) <= event_loop.MANY_TIMERS + 1


def test_far_deadlines_are_no_error(ours: Play[None]) -> None:
    """A deadline beyond what a Qt timer can count, or never, waits."""

    async def work() -> None:
        running = asyncio.get_running_loop()
        waiting = [running.call_later(seconds, pytest.fail) for seconds in (3e6, 1e12, float("inf"))]
        await asyncio.sleep(0.005)
        for each in waiting:
            each.cancel()

    ours(work())


def test_idle_sockets_need_no_notifiers(ours: Play[int]) -> None:
    """200 sockets that are read add no Qt notifier, and a byte on one of them arrives."""
    gc.collect()

    def notifiers() -> int:
        return sum(isinstance(each, QSocketNotifier) for each in gc.get_objects())

    async def work() -> int:
        running = asyncio.get_running_loop()
        before = notifiers()
        pairs = [socket.socketpair() for _ in range(200)]
        came: asyncio.Future[int] = running.create_future()
        for number, (ours_end, _) in enumerate(pairs):
            ours_end.setblocking(False)
            running.add_reader(ours_end, lambda number=number: came.done() or came.set_result(number))
        assert notifiers() == before
        pairs[77][1].send(b"x")
        number = await came
        for ours_end, their_end in pairs:
            running.remove_reader(ours_end)
            ours_end.close()
            their_end.close()
        return number

    assert ours(work()) == 77


def test_level_triggered_sockets_queue_once(drover: DroverEventLoop) -> None:
    """Sockets that stay readable while a batch takes many slices are served in turn, and queued once each."""
    count = 30
    served: Counter[int] = Counter()
    longest = 0
    pairs = [socket.socketpair() for _ in range(count)]

    def readable(number: int) -> None:
        nonlocal longest
        time.sleep(SLICE_S / 8)
        served[number] += 1
        longest = max(longest, len(vars(drover)["_ready"]))
        if served[0] == 4:
            drover.stop()

    for number, (ours_end, their_end) in enumerate(pairs):
        their_end.send(b"never read")
        drover.add_reader(ours_end, readable, number)
    drover.run_forever()
    for ours_end, their_end in pairs:
        drover.remove_reader(ours_end)
        ours_end.close()
        their_end.close()
    assert longest < count
    assert max(served.values()) - min(served.values()) <= 1


def test_a_storm_of_callbacks_leaves_qt_its_turns(ours: Play[int]) -> None:
    """While asyncio always has more to do, Qt's own timers go on."""

    async def work() -> int:
        ticks = 0

        def tick() -> None:
            nonlocal ticks
            ticks += 1

        timer = QTimer()
        timer.timeout.connect(tick)
        timer.start(1)
        end = time.monotonic() + LIMIT_S / 2
        while True:
            await asyncio.sleep(0)
            if ticks >= 10 or time.monotonic() > end:
                break
        timer.stop()
        return ticks

    assert ours(work()) >= 10


def test_one_long_batch_leaves_qt_its_turns(ours: Play[int]) -> None:
    """Many callbacks that are ready at once run in slices, with Qt's timers between them."""

    async def work() -> int:
        running = asyncio.get_running_loop()
        ticks: list[None] = []
        timer = QTimer()
        timer.timeout.connect(lambda: ticks.append(None))
        timer.start(1)
        for _ in range(40):
            running.call_soon(time.sleep, SLICE_S / 4)
        await asyncio.sleep(0)
        timer.stop()
        return len(ticks)

    assert ours(work()) >= 5


def test_stop_ends_the_run_after_the_callback(drover: DroverEventLoop) -> None:
    """Callbacks scheduled after `stop` wait for the next run."""
    ran: list[str] = []

    def last() -> None:
        ran.append("last")
        drover.stop()
        drover.call_soon(ran.append, "next run")

    drover.call_soon(last)
    drover.run_forever()
    assert ran == ["last"]
    drover.run_until_complete(asyncio.sleep(0))
    assert ran == ["last", "next run"]


def test_a_nested_loop_in_a_coroutine_breaks_nothing(ours: Play[list[str]]) -> None:
    """`exec` inside a coroutine holds everything up, without spinning, and all goes on afterwards."""

    async def work() -> list[str]:
        order: list[str] = []
        readable, writable = socket.socketpair()
        readable.setblocking(False)
        running = asyncio.get_running_loop()
        read = asyncio.ensure_future(running.sock_recv(readable, 10))
        await asyncio.sleep(0.001)
        other = asyncio.ensure_future(asyncio.sleep(0.001, "other"))
        other.add_done_callback(lambda _: order.append("other"))
        dialog = QDialog()
        QTimer.singleShot(30, dialog.accept)
        writable.send(b"x")
        began = time.process_time()
        dialog.exec()
        busy = time.process_time() - began
        order.append("dialog")
        await other
        assert await read == b"x"
        readable.close()
        writable.close()
        assert busy < 0.025
        return order

    assert ours(work()) == ["dialog", "other"]


def test_a_keyboard_interrupt_in_a_callback_ends_the_run(drover: DroverEventLoop) -> None:
    """What asyncio lets through, Qt does not swallow; the loop can run again."""

    def interrupt() -> None:
        raise KeyboardInterrupt

    drover.call_soon(interrupt)
    with pytest.raises(KeyboardInterrupt):
        drover.run_until_complete(asyncio.sleep(3600))
    drover.run_until_complete(asyncio.sleep(0))


def test_ctrl_c_ends_an_idle_run(qapp: QApplication) -> None:
    """SIGINT while Qt waits cancels the main coroutine, lets it clean up, and comes out as KeyboardInterrupt."""
    cleaned: list[str] = []

    async def wait() -> None:
        try:
            await asyncio.sleep(LIMIT_S)
        finally:
            cleaned.append("cleaned")

    sender = threading.Timer(0.03, os.kill, (os.getpid(), signal.SIGINT))
    sender.start()
    with pytest.raises(KeyboardInterrupt), runner(qapp, "") as running:
        running.run(wait())
    sender.join()
    assert cleaned == ["cleaned"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


@pytest.mark.parametrize("busy", [False, True], ids=["idle", "in a callback"])
def test_ctrl_c_without_a_runner(drover: DroverEventLoop, busy: bool) -> None:
    """SIGINT comes out as KeyboardInterrupt also where nobody prepared for it."""

    def spin() -> None:
        end = time.monotonic() + LIMIT_S
        while time.monotonic() < end:
            pass

    if busy:
        drover.call_later(0.01, spin)
    sender = threading.Timer(0.05, os.kill, (os.getpid(), signal.SIGINT))
    sender.start()
    with pytest.raises(KeyboardInterrupt):
        drover.run_until_complete(asyncio.sleep(LIMIT_S))
    sender.join()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    assert signal.set_wakeup_fd(-1) == -1


def test_ctrl_c_wakes_after_a_handler_was_removed(drover: DroverEventLoop) -> None:
    """Removing the last signal handler, which turns asyncio's own waking off, does not turn ours off."""

    async def work() -> None:
        drover.add_signal_handler(signal.SIGUSR1, pytest.fail)
        drover.remove_signal_handler(signal.SIGUSR1)
        await asyncio.sleep(LIMIT_S)

    sender = threading.Timer(0.03, os.kill, (os.getpid(), signal.SIGINT))
    sender.start()
    with pytest.raises(KeyboardInterrupt):
        drover.run_until_complete(work())
    sender.join()


# --- which loop


def test_all_of_qasyncs_scheduling_is_given_back() -> None:
    """Nothing that qasync replaces is left replaced, but its life cycle."""
    life: type[object] = vars(qasync)["_QEventLoop"]
    replaced = {name for name in vars(life) if hasattr(Asyncio, name) and not name.startswith("__")}
    assert {"call_soon_threadsafe", "_add_callback", "_add_reader", "run_in_executor"} <= replaced
    for name in replaced - KEPT - set(vars(DroverEventLoop)):
        assert getattr(DroverEventLoop, name) is getattr(Asyncio, name), name


def test_all_privates_are_there() -> None:
    """This Python has all that the loop relies on."""
    assert missing_privates() == []


def test_a_missing_private_falls_back_with_a_warning(
    qapp: QApplication, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A Python that has changed gets qasync's own loop, and the log names what was missed."""
    monkeypatch.setattr(event_loop, "OF_HANDLES", ("_run", "_of_a_later_python"))
    made = new_event_loop(qapp, {})
    made.close()
    assert type(made) is qasync.QEventLoop
    assert "_of_a_later_python" in caplog.text


@pytest.mark.parametrize("system", ["darwin", "win32"])
def test_other_systems_get_qasyncs_own(qapp: QApplication, monkeypatch: pytest.MonkeyPatch, system: str) -> None:
    """Where our loop is not tested it is not used."""
    monkeypatch.setattr(sys, "platform", system)
    made = new_event_loop(qapp, {})
    monkeypatch.undo()
    made.close()
    assert type(made) is qasync.QEventLoop
