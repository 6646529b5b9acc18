"""Keys: found, kept and forgotten, whatever the keyring does."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping

import keyring.errors
import pytest
from keyring.backends.null import Keyring as Null

from app.redaction import HIDDEN, Redactor
from app.secrets import MAX_KEY, Kept, Secrets, SystemVault, checked, refuse_files
from engine.domain.errors import DroverError, ErrorCode

KEY = "sk-test-0123456789abcdef"


class MemoryVault:
    """A keyring that works."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}
        self.threads: set[int] = set()

    def get(self, name: str) -> str | None:
        """See `Vault`."""
        self.threads.add(threading.get_ident())
        return self.kept.get(name)

    def set(self, name: str, key: str) -> None:
        """See `Vault`."""
        self.kept[name] = key

    def delete(self, name: str) -> None:
        """See `Vault`."""
        del self.kept[name]


class BrokenVault:
    """A keyring that answers each call in the same way, which is none."""

    def __init__(self, answer: Callable[[], object]) -> None:
        self._answer = answer
        self.asked: list[str] = []

    def get(self, name: str) -> str | None:
        """See `Vault`."""
        self.asked.append(name)
        self._answer()
        return None

    def set(self, name: str, key: str) -> None:
        """See `Vault`."""
        self.get(name + key)

    def delete(self, name: str) -> None:
        """See `Vault`."""
        self.get(name)


def fail(error: Exception) -> Callable[[], object]:
    """Return what raises."""

    def raising() -> object:
        raise error

    return raising


@pytest.fixture
def hanging() -> Iterator[BrokenVault]:
    """A keyring that does not answer before the test is over."""
    over = threading.Event()
    yield BrokenVault(over.wait)
    over.set()


def secrets(vault: MemoryVault | BrokenVault, environment: Mapping[str, str] | None = None) -> Secrets:
    """Return secrets over a keyring, with an environment of their own and little patience."""
    return Secrets(Redactor(), vault=vault, environment=environment or {}, limit_s=0.05)


async def test_a_key_is_kept_in_the_keyring() -> None:
    """What is kept is in the keyring, found again by the next run, and redacted by both."""
    vault, redactor = MemoryVault(), Redactor()
    first = Secrets(redactor, vault=vault, environment={})
    assert await first.keep("mine", f" {KEY}\n") is Kept.KEYRING
    assert (first.key("mine"), vault.kept) == (KEY, {"mine": KEY})
    assert redactor(f"<{KEY}>") == f"<{HIDDEN}>"
    second = secrets(vault)
    assert await second.load("mine") is Kept.KEYRING
    assert second.key("mine") == KEY


async def test_the_keyring_is_not_used_on_the_loop() -> None:
    """It may ask its person, and the window must live meanwhile."""
    vault = MemoryVault()
    await secrets(vault).load("mine")
    assert vault.threads and threading.get_ident() not in vault.threads


async def test_without_a_keyring_a_key_is_kept_for_this_run() -> None:
    """Memory is the last resort, and it says so."""
    for error in (keyring.errors.NoKeyringError(), keyring.errors.KeyringLocked(), OSError(), ValueError("dbus")):
        kept = secrets(BrokenVault(fail(error)))
        assert await kept.keep("mine", KEY) is Kept.MEMORY
        assert kept.key("mine") == KEY


async def test_a_keyring_that_forgets_is_none() -> None:
    """A keyring that takes a key and has it no more keeps nothing."""
    kept = secrets(BrokenVault(lambda: None))
    assert await kept.keep("mine", KEY) is Kept.MEMORY


async def test_a_keyring_that_hangs_is_left(hanging: BrokenVault) -> None:
    """After the limit the environment is used; no other key waits for the same silence."""
    found = secrets(hanging, {"USUAL": KEY})
    async with asyncio.timeout(5):
        assert await found.load("mine", fallback="USUAL") is Kept.ENVIRONMENT
        assert await found.load("other") is Kept.NOWHERE
    assert hanging.asked == ["mine"]
    assert found.key("other") is None


def test_a_keyring_that_hangs_does_not_hold_up_the_end() -> None:
    """The process leaves while the keyring's thread still waits."""
    code = (
        "import asyncio, threading\n"
        "from app.redaction import Redactor\n"
        "from app.secrets import Secrets\n"
        "class Hangs:\n"
        "    def get(self, name): threading.Event().wait()\n"
        "asyncio.run(Secrets(Redactor(), vault=Hangs(), limit_s=0.05).load('mine'))\n"
    )
    began = time.monotonic()
    done = subprocess.run([sys.executable, "-c", code], timeout=30, check=False, capture_output=True)
    assert done.returncode == 0, done.stderr
    assert time.monotonic() - began < 20


async def test_where_a_key_is_looked_for() -> None:
    """The variable that the person named, then the keyring, then the usual variable."""
    vault = MemoryVault()
    vault.kept = {"both": "in-keyring"}
    environment = {"NAMED": "named-key", "USUAL": "usual-key"}
    assert await secrets(vault, environment).load("both", "NAMED", "USUAL") is Kept.ENVIRONMENT
    assert await secrets(vault, environment).load("both", "", "USUAL") is Kept.KEYRING
    assert await secrets(vault, environment).load("neither", "ABSENT", "USUAL") is Kept.ENVIRONMENT
    assert await secrets(vault, {}).load("neither", "ABSENT", "USUAL") is Kept.NOWHERE


async def test_a_broken_key_in_the_environment_or_keyring_is_none(caplog: pytest.LogCaptureFixture) -> None:
    """A key that no header can carry is not sent, and not logged."""
    vault = MemoryVault()
    vault.kept = {"mine": "line one\nline two"}
    found = secrets(vault, {"NAMED": "clé-secrète"})
    assert await found.load("mine", "NAMED") is Kept.NOWHERE
    assert "line one" not in caplog.text and "secr" not in caplog.text.replace("drover.secrets", "").replace(
        "secrets.py", ""
    )


async def test_a_forgotten_key_is_gone() -> None:
    """From memory and from the keyring; forgetting what is not there is fine."""
    vault = MemoryVault()
    kept = secrets(vault)
    await kept.keep("mine", KEY)
    await kept.forget("mine")
    await kept.forget("mine")
    assert (kept.key("mine"), kept.where("mine"), vault.kept) == (None, Kept.NOWHERE, {})


@pytest.mark.parametrize("key", ["", "  ", "a b", "a\nb", "a\tb", "schlüssel", "\x7f", "x" * (MAX_KEY + 1), "a\u2028b"])
async def test_what_is_no_key_is_refused(key: str) -> None:
    """Nothing of it is kept."""
    vault = MemoryVault()
    kept = secrets(vault)
    with pytest.raises(DroverError) as caught:
        await kept.keep("mine", key)
    assert caught.value.code is ErrorCode.INVALID_KEY
    assert (kept.key("mine"), vault.kept) == (None, {})
    assert key.strip() == "" or key not in str(caught.value)


def test_a_key_is_trimmed() -> None:
    """A pasted key often has a line end."""
    assert checked(f"\t{KEY}\r\n") == KEY


async def test_cancellation_is_not_swallowed(hanging: BrokenVault) -> None:
    """Who waits for a keyring can be cancelled."""
    waiting = asyncio.ensure_future(Secrets(Redactor(), vault=hanging, environment={}).load("mine"))
    while not hanging.asked:  # noqa: ASYNC110 - another thread's doing
        await asyncio.sleep(0.001)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting


def test_the_systems_keyring_without_one() -> None:
    """The real thing, where tests have put a keyring that keeps nothing."""
    vault = SystemVault()
    vault.set("mine", KEY)
    assert vault.get("mine") is None


def test_a_keyring_that_is_a_plain_file_is_refused() -> None:
    """Also where it stands in a chain of several."""
    plain = type("PlaintextKeyring", (Null,), {"__module__": "keyrings.alt.file"})()
    chain = type("ChainerBackend", (Null,), {"backends": [Null(), plain]})()
    for each in (plain, chain):
        with pytest.raises(LookupError):
            refuse_files(each)
    refuse_files(Null())
