"""What the distribution promises: who may install it, from where, and that the sources keep to their few folders."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_claims_only_the_pythons_it_was_tested_on() -> None:
    """3.11 to 3.13 are named; 3.14 is neither named nor shut out."""
    text = (ROOT / "pyproject.toml").read_text()
    assert re.findall(r"Python :: (3\.\d+)", text) == ["3.11", "3.12", "3.13"]
    assert tomllib.loads(text)["project"]["requires-python"] == ">=3.11"


def test_the_lock_names_only_the_public_index() -> None:
    """A lock made behind a mirror, or with a local wheel, would not install anywhere else."""
    lock = (ROOT / "uv.lock").read_text()
    assert set(re.findall(r"https?://([^/\"]+)", lock)) == {"pypi.org", "files.pythonhosted.org"}
    assert re.findall(r'(?:path|directory|virtual|editable) = "([^"]*)"', lock) == ["."]


def test_the_lock_has_wheels_for_every_claimed_python() -> None:
    """Qt and SQLite come as wheels everywhere: nobody needs a compiler."""
    lock = tomllib.loads((ROOT / "uv.lock").read_text())
    wheels = {
        package["name"]: " ".join(wheel["url"] for wheel in package.get("wheels", [])) for package in lock["package"]
    }
    for tag in ("cp311-cp311", "cp312-cp312", "cp313-cp313"):
        for system in ("manylinux", "macosx", "win_amd64"):
            assert re.search(rf"-{tag}-{system}", wheels["apsw"]), (tag, system)
    for system in (r"manylinux_2_\d+_x86_64", r"manylinux_2_\d+_aarch64", "macosx", "win_amd64"):
        assert re.search(rf"-abi3-{system}", wheels["pyside6-essentials"]), system


def test_sources_lie_in_the_known_folders() -> None:
    """A new folder at the top is a decision, not an accident."""
    names = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.splitlines()
    folders = {name.split("/", 1)[0] for name in names if "/" in name}
    assert folders <= {".ci", "app", "engine", "packaging", "resources", "tests", "ui"}


def test_packaging_is_no_package() -> None:
    """The folder shares its name with a distribution that tools import; an __init__ here would hide theirs."""
    assert not (ROOT / "packaging/__init__.py").exists()
