"""What holds for every test: Qt draws offscreen, nothing of the person's is touched, the network ends at loopback.

Fixtures of one kind of test live in that kind's own folder, not here.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator

import pytest
from hypothesis import settings

from app.garbage import collect_due

# Read by Qt and keyring when they are first imported, so set before any test module is.
os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ["QT_SCALE_FACTOR"] = "1"
os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.null.Keyring"
for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
    os.environ.pop(name, None)

# The same examples in every run: a red test must be red for the next person too.
settings.register_profile("drover", derandomize=True, deadline=None)
settings.load_profile("drover")

LOOPBACK = {"127.0.0.1", "::1", "localhost"}


def refuse_the_network(event: str, arguments: tuple[object, ...]) -> None:
    """Audit hook: a test that would leave this machine fails there and then."""
    if event != "socket.connect":
        return
    address = arguments[1]
    if isinstance(address, tuple) and address[0] not in LOOPBACK:
        raise RuntimeError(f"a test tried to connect to {address}")


sys.addaudithook(refuse_the_network)

# Qt's objects must die on their own thread, as in the program: collected after each test, never by a worker.
gc.disable()


@pytest.fixture(autouse=True)
def garbage() -> Iterator[None]:
    """Collect what is due when a test has ended."""
    yield
    collect_due()


@pytest.fixture(autouse=True)
def own_folders(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Data, settings, logs and documents lie in a folder of this test's own."""
    home = tmp_path_factory.mktemp("home")
    for variable, folder in (
        ("HOME", ""),
        ("XDG_DATA_HOME", "data"),
        ("XDG_CONFIG_HOME", "config"),
        ("XDG_STATE_HOME", "state"),
        ("XDG_CACHE_HOME", "cache"),
        ("XDG_DOCUMENTS_DIR", "documents"),
    ):
        monkeypatch.setenv(variable, str(home / folder))
    monkeypatch.delenv("DROVER_DATA_DIR", raising=False)
