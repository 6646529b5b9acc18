"""Our event loop is asyncio's to whoever uses it: judged by the standard library's own tests for event loops.

Timers, sockets, servers, streams, TLS, subprocesses, executors, signals, debug mode, exception handlers, context
variables, running and closing. What is asked of Qt beside it is in `tests/unit/app/test_event_loop.py`.
"""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys

import pytest

from app.event_loop import missing_privates

SHORT = ("base_events", "context", "queues", "server", "streams", "threads", "timeouts", "waitfor")
LONG = ("events", "locks", "sendfile", "sock_lowlevel", "ssl", "subprocess", "taskgroups")
EXPECTED_SKIPS = ("Windows only", "bpo-38323")
"""What the suites leave out by themselves: another system's loop, and a watcher of children that may hang them."""

LIMIT_S = 300.0


def there_is(module: str) -> bool:
    """Whether this Python has it: some systems leave the tests of the standard library out."""
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:
        return False


pytestmark = [
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="qasync's own loop runs there"),
    pytest.mark.skipif(bool(missing_privates()), reason="qasync's own loop runs here"),
    pytest.mark.skipif(not there_is("test.test_asyncio"), reason="this Python has no tests"),
]


@pytest.mark.parametrize("suite", [*SHORT, *(pytest.param(each, marks=pytest.mark.slow) for each in LONG)])
def test_the_standard_librarys_tests_pass_on_our_loop(suite: str) -> None:
    """All of them but the expected ones run, and on loops of ours."""
    if not there_is(f"test.test_asyncio.test_{suite}"):
        pytest.skip("this Python has no such suite")
    command = (sys.executable, "-m", "tests.standard_loop", suite)
    done = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_S, check=False)
    assert done.returncode == 0, done.stderr[-2_000:]
    played = json.loads(done.stdout.splitlines()[-1])
    assert not played["failed"], played["told"]
    assert played["ran"] and played["loops"]
    assert all(reason.startswith(EXPECTED_SKIPS) for reason in played["skipped"]), played["skipped"]
