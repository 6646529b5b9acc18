"""Which Debian packages are asked for, by whom, and that apt rests when nothing is missing."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[4] / "packaging/linux/system_packages.sh"


class Debian:
    """A folder of commands that stand for dpkg-query, apt-get, id and uname, and a note of what apt-get was asked."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.calls = folder / "calls"
        self.command("uname", "echo Linux")
        self.command("apt-get", f'echo "$@" >>{self.calls}')
        self.user(1000)
        self.has("")

    def command(self, name: str, body: str) -> None:
        """Put a command of this name on the path."""
        path = self.folder / name
        path.write_text(f"#!/bin/sh\n{body}\n")
        path.chmod(0o755)

    def user(self, uid: int) -> None:
        """Be this user; 0 is root."""
        self.command("id", f"echo {uid}")

    def has(self, installed: str) -> None:
        """Answer dpkg-query with these lines: state, package, what it provides."""
        self.command("dpkg-query", f"cat <<'END'\n{installed}\nEND")

    def ask(self, purpose: str) -> subprocess.CompletedProcess[str]:
        """Run the script."""
        path = f"{self.folder}{os.pathsep}{os.environ['PATH']}"
        return subprocess.run(
            [SCRIPT, purpose],
            env={**os.environ, "PATH": path},
            cwd=self.folder,
            check=False,
            capture_output=True,
            text=True,
        )

    def missing(self, purpose: str) -> list[str]:
        """The packages a person is told to install."""
        line = self.ask(purpose).stderr.splitlines()[-1]
        return line.removeprefix("  sudo apt install ").split()


@pytest.fixture
def debian(tmp_path: Path) -> Debian:
    """A bare system and an ordinary user."""
    return Debian(tmp_path)


def test_tells_a_user_the_one_line_and_stops(debian: Debian) -> None:
    """Who may not install is given one line to copy, status 2, and apt is left alone."""
    told = debian.ask("offscreen")
    assert told.returncode == 2
    assert told.stderr.splitlines()[-1].startswith("  sudo apt install python3-venv ")
    assert not debian.calls.exists()


def test_a_window_needs_more_than_no_window(debian: Debian) -> None:
    """The libraries of X11 and Wayland are asked for only where a window opens."""
    offscreen, window = debian.missing("offscreen"), debian.missing("window")
    assert window[: len(offscreen)] == offscreen
    assert {"libxcb-cursor0", "libwayland-cursor0"} <= set(window) - set(offscreen)


def test_freezing_needs_more_than_a_window(debian: Debian) -> None:
    """Its tools are asked for only where a package is built."""
    tools = sorted(set(debian.missing("package")) - set(debian.missing("window")))
    assert tools[0] == "binutils"
    assert re.fullmatch(r"libpython3\.\d+", tools[1])


def test_root_gets_what_tests_wish_for_and_others_do_without(debian: Debian) -> None:
    """Strace is installed where that is possible, told with the rest where more is missing, and stops nobody alone."""
    assert debian.missing("test") == debian.missing("offscreen")
    debian.has("\n".join(f"installed {name} " for name in debian.missing("offscreen")))
    told = debian.ask("test")
    assert (told.returncode, told.stderr) == (0, "")
    assert not debian.calls.exists()
    debian.user(0)
    assert debian.ask("test").returncode == 0
    assert debian.calls.read_text().splitlines()[-1] == "install -y -qq --no-install-recommends strace"


def test_root_installs_what_is_missing_and_only_that(debian: Debian) -> None:
    """With all but one there, root fetches the lists and installs that one."""
    there = [name for name in debian.missing("offscreen") if name != "libegl1"]
    debian.has("\n".join(f"installed {name} " for name in there))
    debian.user(0)
    assert debian.ask("offscreen").returncode == 0
    assert debian.calls.read_text().splitlines() == [
        "update -qq",
        "install -y -qq --no-install-recommends libegl1",
    ]


@pytest.mark.parametrize("uid", [0, 1000])
def test_calls_no_apt_when_all_is_there(debian: Debian, uid: int) -> None:
    """A second run is silent and touches nothing, for root too."""
    debian.has("\n".join(f"installed {name} " for name in debian.missing("window")))
    debian.user(uid)
    told = debian.ask("window")
    assert (told.returncode, told.stdout, told.stderr) == (0, "", "")
    assert not debian.calls.exists()


def test_a_removed_package_is_missing(debian: Debian) -> None:
    """A package of which only the configuration is left does not count as there."""
    debian.has("config-files libegl1 \ninstalled libgl1 ")
    missing = debian.missing("offscreen")
    assert "libegl1" in missing
    assert "libgl1" not in missing


def test_a_renamed_package_counts(debian: Debian) -> None:
    """What another package provides is there: newer systems ship libglib2.0-0 as libglib2.0-0t64."""
    debian.has("installed libglib2.0-0t64 libglib2.0-0 (= 2.80.0), libglib2.0-0n")
    assert "libglib2.0-0" not in debian.missing("offscreen")
