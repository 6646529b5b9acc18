"""The icon in the forms of systems that do not take SVG."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[3] / "packaging/icon.py"
CIRCLE = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><circle cx="8" cy="8" r="6" fill="red"/></svg>'


def draw(source: Path, target: Path) -> subprocess.CompletedProcess[str]:
    """Run it as the builds do."""
    return subprocess.run([sys.executable, SCRIPT, source, target], check=False, capture_output=True, text=True)


@pytest.mark.parametrize(
    ("name", "magic"), [("drover.ico", b"\0\0\1\0"), ("drover.icns", b"icns"), ("drover.png", b"\x89PNG")]
)
def test_writes_each_form(name: str, magic: bytes, tmp_path: Path) -> None:
    """The file begins as its form does, in a folder that is made for it."""
    source, target = tmp_path / "drover.svg", tmp_path / "build" / name
    source.write_text(CIRCLE)
    assert draw(source, target).returncode == 0
    assert target.read_bytes().startswith(magic)


def test_a_missing_picture_is_an_error(tmp_path: Path) -> None:
    """Without a source there is no empty icon but a failure that names the file."""
    made = draw(tmp_path / "none.svg", tmp_path / "drover.ico")
    assert made.returncode == 1
    assert "none.svg" in made.stderr
