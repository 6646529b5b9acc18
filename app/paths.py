"""Where things lie on a person's computer. `DROVER_DATA_DIR` moves all of it into one folder.

Only names and the making of private folders: what is put into them is each room's own affair.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from engine.results.atomic import make_private

VARIABLE = "DROVER_DATA_DIR"


@dataclass(frozen=True, slots=True, kw_only=True)
class Paths:
    """The folders. None of them is made before something is put into it."""

    data: Path
    """Journal, checkpoints, ledger, watermark, spool, lock."""
    config: Path
    """Settings and prices of the person's own."""
    state: Path
    """Logs and crash reports."""
    results: Path
    """Answers and transcripts, unless the settings say otherwise."""

    @property
    def settings_file(self) -> Path:
        """The settings."""
        return self.config / "settings.toml"

    @property
    def lock_file(self) -> Path:
        """Held by the one process that writes."""
        return self.data / "lock"

    @classmethod
    def under(cls, folder: Path) -> Paths:
        """Return folders that all lie under one."""
        return cls(data=folder / "data", config=folder / "config", state=folder / "state", results=folder / "results")

    @classmethod
    def from_environment(cls, environment: Mapping[str, str], override: Path | None = None) -> Paths:
        """Return the folders under `override` or `DROVER_DATA_DIR` where one is set, else as the system has them."""
        moved = override or (Path(environment[VARIABLE]) if environment.get(VARIABLE) else None)
        if moved is not None:
            return cls.under(moved.expanduser().absolute())
        dirs = platformdirs.PlatformDirs("drover", appauthor=False)
        return cls(
            data=Path(dirs.user_data_dir),
            config=Path(dirs.user_config_dir),
            state=Path(dirs.user_state_dir),
            results=Path(platformdirs.user_documents_dir()) / "Drover",
        )


def private(folder: Path) -> Path:
    """Make a folder of Drover's, and what is missing above it, for its person alone; raises OSError.

    One that is there already is closed to others too, since an older umask may have left it open.
    """
    make_private(folder)
    if os.name != "nt" and folder.stat().st_mode & 0o077:
        folder.chmod(0o700)
    return folder


def private_file(file: str | os.PathLike[str], flags: int) -> int:
    """Open a file that is made for its person alone: the `opener` of `open`."""
    return os.open(file, flags, 0o600)
