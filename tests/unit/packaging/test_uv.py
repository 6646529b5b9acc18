"""Which uv is used: the person's own when it is new enough, else one fetched into the project."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
SCRIPT = ROOT / "packaging/uv.sh"


def command(path: Path, body: str) -> None:
    """Write a command that does this."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)


@pytest.fixture
def interpreter(tmp_path: Path) -> Path:
    """A python that makes a folder for `-m venv`, whose own python notes what pip was asked."""
    path = tmp_path / "python"
    made = ".tools/bin/python"
    command(path, f'mkdir -p .tools/bin; printf "#!/bin/sh\\necho \\"\\$@\\" >asked\\n" >{made}; chmod +x {made}')
    return path


def uv(folder: Path, interpreter: Path) -> str:
    """What the script prints in this folder, with only its commands ahead of the system's."""
    path = f"{folder / 'commands'}{os.pathsep}/usr/bin{os.pathsep}/bin"
    made = subprocess.run(
        [SCRIPT, interpreter],
        env={**os.environ, "PATH": path},
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
    )
    return made.stdout.strip()


@pytest.mark.parametrize("version", ["0.8", "0.13.9", "1.0.0"])
def test_takes_the_persons_own(version: str, tmp_path: Path, interpreter: Path) -> None:
    """One that is new enough is used as it is, and nothing is fetched."""
    command(tmp_path / "commands/uv", f"echo uv {version}")
    assert uv(tmp_path, interpreter) == "uv"
    assert not (tmp_path / ".tools").exists()


@pytest.mark.parametrize("body", ["echo uv 0.7.22", "exit 1", "echo nonsense"])
def test_fetches_one_when_theirs_will_not_do(body: str, tmp_path: Path, interpreter: Path) -> None:
    """One that is too old or broken is passed over, and pip is asked for one exact version."""
    command(tmp_path / "commands/uv", body)
    assert uv(tmp_path, interpreter) == str(tmp_path / ".tools/bin/uv")
    assert re.search(r" uv==[\d.]+$", (tmp_path / "asked").read_text())


def test_fetches_once(tmp_path: Path, interpreter: Path) -> None:
    """One that was fetched before is used again."""
    command(tmp_path / "commands/uv", "exit 1")
    command(tmp_path / ".tools/bin/uv", "echo uv 0.13.9")
    assert uv(tmp_path, interpreter) == str(tmp_path / ".tools/bin/uv")
    assert not (tmp_path / "asked").exists()


def test_its_bounds_agree_everywhere() -> None:
    """The oldest version stands in pyproject.toml as well, the fetched one in the build for Windows."""
    text = SCRIPT.read_text()
    oldest, fetched = (re.search(rf"^{name}=(\S+)", text, re.MULTILINE) for name in ("oldest", "fetched"))
    assert oldest is not None
    assert fetched is not None
    assert f'required-version = ">={oldest[1]}"' in (ROOT / "pyproject.toml").read_text()
    assert f"uv=={fetched[1]}" in (ROOT / "packaging/windows/build.ps1").read_text()
