"""Settings that cannot work are found out before they are saved."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.checks import check_address, check_model_file, check_results
from engine.domain.errors import DroverError, ErrorCode


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("", ErrorCode.INVALID_URL),
        ("ftp://x", ErrorCode.INVALID_URL),
        ("javascript:1", ErrorCode.INVALID_URL),
        ("http://127.0.0.1:99999/v1", ErrorCode.INVALID_URL),
        ("http://example.com/v1", ErrorCode.INSECURE_URL),
    ],
)
def test_an_address_that_cannot_be_used(address: str, code: ErrorCode) -> None:
    """Is refused with the reason."""
    with pytest.raises(DroverError) as raised:
        check_address(address)
    assert raised.value.code is code


async def test_a_results_folder_is_made_and_written_to(tmp_path: Path) -> None:
    """And nothing is left in it."""
    await check_results(str(tmp_path / "a" / "b"))
    assert list((tmp_path / "a" / "b").iterdir()) == []


async def test_a_results_folder_that_cannot_be(tmp_path: Path) -> None:
    """A file in its place, no place at all, and a path that begins nowhere."""
    (tmp_path / "file").write_text("x")
    for folder in (str(tmp_path / "file" / "below"), "/proc/nope", "", "below"):
        with pytest.raises(DroverError) as raised:
            await check_results(folder)
        assert raised.value.code is ErrorCode.RESULTS_NOT_WRITABLE


async def test_a_model_s_file_is_known_by_its_beginning(tmp_path: Path) -> None:
    """Anything else is refused before a task meets it."""
    good, bad = tmp_path / "good.gguf", tmp_path / "bad.gguf"
    good.write_bytes(b"GGUF....")
    bad.write_bytes(b"ZIP")
    await check_model_file(str(good))
    for file in (bad, tmp_path / "absent.gguf", tmp_path):
        with pytest.raises(DroverError) as raised:
            await check_model_file(str(file))
        assert raised.value.code is ErrorCode.MODEL_FILE
