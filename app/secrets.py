"""Keys of providers: in the system's keyring, else in the environment, else in memory for this run. Never in a file.

A keyring may ask its person, or hang: it is read on a thread, with a limit, and never on the event loop.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from enum import StrEnum
from typing import TypeVar

import keyring
import keyring.errors

from app.redaction import Redactor
from engine.domain.errors import DroverError, ErrorCode

SERVICE = "drover"
LIMIT_S = 5.0
MAX_KEY = 4096

T = TypeVar("T")


class Kept(StrEnum):
    """Where a key is."""

    KEYRING = "keyring"
    ENVIRONMENT = "environment"
    MEMORY = "memory"
    NOWHERE = "nowhere"


class Secrets:
    """Keys by provider name. `key` answers from memory; `load` and `keep` talk to the keyring."""

    def __init__(self, redactor: Redactor) -> None:
        """Tell `redactor` of every key."""
        self._redactor = redactor
        self._keys: dict[str, tuple[str, Kept]] = {}

    def key(self, provider: str) -> str | None:
        """Return a key that was loaded, or None."""
        found = self._keys.get(provider)
        return found[0] if found else None

    def where(self, provider: str) -> Kept:
        """Return where a provider's key is kept."""
        found = self._keys.get(provider)
        return found[1] if found else Kept.NOWHERE

    async def load(self, provider: str, variable: str = "") -> Kept:
        """Find a provider's key: the environment variable first where it is set, then the keyring."""
        if variable and os.environ.get(variable):
            self._know(provider, os.environ[variable].strip(), Kept.ENVIRONMENT)
        elif provider not in self._keys:
            stored = await _with_keyring(lambda: keyring.get_password(SERVICE, provider))
            if stored:
                self._know(provider, stored, Kept.KEYRING)
        return self.where(provider)

    async def keep(self, provider: str, key: str) -> Kept:
        """Keep a key in the keyring, or in memory where there is none; raises `DroverError(INVALID_KEY)`."""
        key = checked(key)
        self._know(provider, key, Kept.MEMORY)

        def store() -> bool:
            keyring.set_password(SERVICE, provider, key)
            return keyring.get_password(SERVICE, provider) == key

        if await _with_keyring(store):
            self._know(provider, key, Kept.KEYRING)
        return self.where(provider)

    async def forget(self, provider: str) -> None:
        """Drop a key everywhere."""
        self._keys.pop(provider, None)
        await _with_keyring(lambda: keyring.delete_password(SERVICE, provider))

    def _know(self, provider: str, key: str, kept: Kept) -> None:
        self._redactor.learn(key)
        self._keys[provider] = (key, kept)


def checked(key: str) -> str:
    """Return a key as it is sent; raises `DroverError(INVALID_KEY)` for what no header can carry."""
    key = key.strip()
    if not key or len(key) > MAX_KEY or not key.isascii() or not key.isprintable() or " " in key:
        raise DroverError(ErrorCode.INVALID_KEY)
    return key


async def _with_keyring(use: Callable[[], T]) -> T | None:
    """Use the keyring on a thread; None when there is none, it refuses, or it does not answer in time."""
    try:
        async with asyncio.timeout(LIMIT_S):
            return await asyncio.to_thread(use)
    except (keyring.errors.KeyringError, TimeoutError, OSError, RuntimeError):
        return None
