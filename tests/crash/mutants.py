"""Faults put in on purpose, to see that the battery finds them. They live here and nowhere in the product."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from unittest.mock import patch

from engine.domain.errors import DroverError
from engine.results import atomic as results_atomic
from engine.store import atomic as store_atomic
from engine.store import connection, watermark
from engine.store.database import Database
from engine.store.transactor import Transactor, Write

ACK_FIRST = "ack_first"
SYNCHRONOUS_NORMAL = "synchronous_normal"
NO_FOLDER_SYNC = "no_folder_sync"
NO_WATERMARK = "no_watermark"
REUSE_AFTER_FAILURE = "reuse_after_failure"
NAMES = (ACK_FIRST,)
SHOWN_BY_A_POWER_CUT = (SYNCHRONOUS_NORMAL, NO_FOLDER_SYNC)
SHOWN_BY_A_FAULT = (REUSE_AFTER_FAILURE,)
SHOWN_BY_DAMAGE = (NO_WATERMARK,)


def apply(name: str) -> None:
    """Put a fault into this process; none for an empty name. Raises when it does not fit the product any more."""
    mutants = {
        ACK_FIRST: _acknowledge_first,
        SYNCHRONOUS_NORMAL: _synchronous_normal,
        NO_FOLDER_SYNC: _no_folder_sync,
        REUSE_AFTER_FAILURE: _reuse_after_failure,
        NO_WATERMARK: _no_watermark,
    }
    if name:
        mutants[name]()


def _synchronous_normal() -> None:
    """Let SQLite sync the log at checkpoints only."""
    settings: Callable[[Database], None] = vars(connection)["_settings"]

    def settle_for_less(opened: Database) -> None:
        settings(opened)
        opened.pragma("synchronous", value="normal")

    patch.object(connection, "_settings", settle_for_less).start()


def _no_folder_sync() -> None:
    """Rename, and do not sync the folder."""
    for module in (store_atomic, results_atomic):
        if not callable(vars(module)["sync_folder"]):
            raise TypeError(f"no_folder_sync does not fit {module.__name__} any more")
        patch.object(module, "sync_folder", _nothing).start()


def _acknowledge_first() -> None:
    """Say that a batch is durable, and commit it after."""
    commit, close = Transactor.commit, Transactor.close
    if list(inspect.signature(commit).parameters) != ["self", "writes"]:
        raise RuntimeError("ack_first does not fit Transactor.commit any more")
    later = ThreadPoolExecutor(1, "mutant")

    def acknowledge_first(self: Transactor, writes: Sequence[Write]) -> DroverError | None:
        later.submit(commit, self, writes)
        return None

    def close_last(self: Transactor) -> None:
        later.submit(close, self).result()

    Transactor.commit = acknowledge_first
    Transactor.close = close_last


def _reuse_after_failure() -> None:
    """After a commit that failed go on with the same connection, and take what was in hand for saved."""
    if inspect.signature(Transactor.reopen).return_annotation != "bool":
        raise RuntimeError("reuse_after_failure does not fit Transactor.reopen any more")

    def go_on(self: Transactor) -> bool:
        vars(self).update(_fence=None, _doubtful=None)
        return True

    Transactor.reopen = go_on


def _no_watermark() -> None:
    """Do not look at the watermark."""
    if list(inspect.signature(watermark.read).parameters) != ["folder"]:
        raise RuntimeError("no_watermark does not fit watermark.read any more")
    patch.object(watermark, "read", _nothing).start()


def _nothing(folder: Path) -> None:
    del folder
