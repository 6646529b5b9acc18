"""Keys of providers: in the system's keyring, else in the environment, else in memory for this run. Never in a file.

A keyring may ask its person, or hang: it is used on a thread that nobody has to wait for at the end, with a limit, and
never on the event loop. Which provider needs a key is not decided here.
"""

from __future__ import annotations

import asyncio
import logging
import os
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol, TypeVar, cast

from app.redaction import Redactor
from engine.domain.errors import DroverError, ErrorCode

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

SERVICE = "drover"
LIMIT_S = 5.0
MAX_KEY = 4096

T = TypeVar("T")

logger = logging.getLogger("drover.secrets")


class Kept(StrEnum):
    """Where a key is."""

    KEYRING = "keyring"
    ENVIRONMENT = "environment"
    MEMORY = "memory"
    NOWHERE = "nowhere"


class Vault(Protocol):
    """A keyring, from any thread; may block and raise whatever it likes."""

    def get(self, name: str) -> str | None:
        """Return what is kept under a name."""
        ...

    def set(self, name: str, key: str) -> None:
        """Keep it."""
        ...

    def delete(self, name: str) -> None:
        """Drop it."""
        ...


class SystemVault:
    """The keyring of the person's system; the backends that write plain files count as none.

    Its library is loaded on the thread that asks it.
    """

    def get(self, name: str) -> str | None:
        """See `Vault`."""
        return _backend().get_password(SERVICE, name)

    def set(self, name: str, key: str) -> None:
        """See `Vault`."""
        _backend().set_password(SERVICE, name, key)

    def delete(self, name: str) -> None:
        """See `Vault`."""
        _backend().delete_password(SERVICE, name)


class _Backend(Protocol):
    def get_password(self, service: str, username: str) -> str | None: ...
    def set_password(self, service: str, username: str, password: str) -> None: ...
    def delete_password(self, service: str, username: str) -> None: ...


def _backend() -> _Backend:
    import keyring  # noqa: PLC0415 - see above

    backend = keyring.get_keyring()
    refuse_files(backend)
    return cast("_Backend", backend)


def refuse_files(backend: KeyringBackend) -> None:
    """Raise LookupError for a keyring that is, or may fall back to, a file of the package keyrings.alt."""
    chained: list[KeyringBackend] = getattr(backend, "backends", [backend])
    if any(type(each).__module__.startswith("keyrings.alt") for each in chained):
        raise LookupError("a keyring that is a file is not used")


class Secrets:
    """Keys by provider name. `key` answers from memory; `load`, `keep` and `forget` talk to the keyring."""

    def __init__(
        self,
        redactor: Redactor,
        *,
        vault: Vault | None = None,
        environment: Mapping[str, str] = os.environ,
        limit_s: float = LIMIT_S,
    ) -> None:
        """Tell `redactor` of every key."""
        self._redactor = redactor
        self._vault = vault or SystemVault()
        self._environment = environment
        self._limit_s = limit_s
        self._hangs = False
        self._keys: dict[str, tuple[str, Kept]] = {}

    def key(self, provider: str) -> str | None:
        """Return a key that was loaded, or None."""
        found = self._keys.get(provider)
        return found[0] if found else None

    def where(self, provider: str) -> Kept:
        """Return where a provider's key is kept."""
        found = self._keys.get(provider)
        return found[1] if found else Kept.NOWHERE

    def holds(self, variable: str) -> bool:
        """Whether an environment variable is set, to a key or to what is none."""
        return bool(self._environment.get(variable))

    async def load(self, provider: str, variable: str = "", fallback: str = "") -> Kept:
        """Find a provider's key: in the variable that the person named, in the keyring, in the usual variable."""
        if self._from_environment(provider, variable) or provider in self._keys:
            return self.where(provider)
        stored = None if self._hangs else await self._ask(lambda: self._vault.get(provider))
        if not (stored and self._know(provider, stored, Kept.KEYRING)):
            self._from_environment(provider, fallback)
        return self.where(provider)

    async def keep(self, provider: str, key: str) -> Kept:
        """Keep a key in the keyring, or in memory where there is none; raises `DroverError(INVALID_KEY)`."""
        key = checked(key)
        self._know(provider, key, Kept.MEMORY)

        def store() -> bool:
            self._vault.set(provider, key)
            return self._vault.get(provider) == key

        if await self._ask(store):
            self._know(provider, key, Kept.KEYRING)
        return self.where(provider)

    async def forget(self, provider: str) -> None:
        """Drop a key everywhere."""
        self._keys.pop(provider, None)
        await self._ask(lambda: self._vault.delete(provider))

    def _from_environment(self, provider: str, variable: str) -> bool:
        key = self._environment.get(variable, "") if variable else ""
        return bool(key) and self._know(provider, key, Kept.ENVIRONMENT)

    def _know(self, provider: str, key: str, kept: Kept) -> bool:
        """Take a key; False for one that no header can carry, wherever it comes from."""
        self._redactor.learn(key.strip())
        try:
            self._keys[provider] = (checked(key), kept)
        except DroverError:
            logger.warning("the key of %s in %s is none", provider, kept)
            return False
        return True

    async def _ask(self, use: Callable[[], T]) -> T | None:
        """Use the keyring; None when there is none, it refuses, or it does not answer in time."""
        try:
            async with asyncio.timeout(self._limit_s):
                return await _on_a_thread(use)
        except TimeoutError:
            self._hangs = True
            logger.warning("the keyring does not answer; it is asked for no other key in this run")
        except Exception as error:  # noqa: BLE001 - each backend has errors of its own; without one Drover still works
            logger.info("no keyring: %s", type(error).__name__)
        return None


def checked(key: str) -> str:
    """Return a key as it is sent; raises `DroverError(INVALID_KEY)` for what no header can carry."""
    key = key.strip()
    if not key or len(key) > MAX_KEY or not key.isascii() or not key.isprintable() or " " in key:
        raise DroverError(ErrorCode.INVALID_KEY)
    return key


async def _on_a_thread(use: Callable[[], T]) -> T:
    """Run on a thread of its own that ends with the process: an executor's would be waited for, also for ever."""
    answer: Future[T] = Future()
    answer.set_running_or_notify_cancel()

    def work() -> None:
        try:
            answer.set_result(use())
        except Exception as error:  # noqa: BLE001 - handed to who asked
            answer.set_exception(error)

    threading.Thread(target=work, name="keyring", daemon=True).start()
    return await asyncio.wrap_future(answer)
