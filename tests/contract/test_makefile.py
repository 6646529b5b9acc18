"""What the commands of the Makefile would run, read from `make --just-print`."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DISPLAYS = ("DISPLAY", "WAYLAND_DISPLAY")


def plan(*arguments: str, **environment: str) -> str:
    """The commands that `make ARGUMENTS` would run, the environment being ready."""
    inherited = {name: value for name, value in os.environ.items() if name not in DISPLAYS and "MAKE" not in name}
    made = subprocess.run(
        ["make", "--just-print", "--old-file=.venv/.ready", "--no-print-directory", *arguments],
        cwd=ROOT,
        env={**inherited, **environment},
        check=True,
        capture_output=True,
        text=True,
    )
    return made.stdout


@pytest.mark.parametrize("display", DISPLAYS)
def test_run_opens_the_window(display: str) -> None:
    """With a display of either kind, the window opens and its libraries are seen to."""
    told = plan("run", **{display: "here"})
    assert "system_packages.sh window" in told
    assert told.endswith(".venv/bin/drover\n")


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there always is a display")
def test_run_plays_the_demonstration_without_a_display() -> None:
    """Without one, the demonstration draws offscreen and needs no libraries of a display."""
    told = plan("run")
    assert "system_packages.sh offscreen" in told
    assert told.endswith("QT_QPA_PLATFORM=offscreen .venv/bin/drover demo\n")


def test_an_interpreter_can_be_chosen() -> None:
    """A named interpreter reaches the set-up even though an environment is there."""
    assert "packaging/environment.sh python3.12" in plan("setup", "PYTHON=python3.12")


def test_crash_passes_its_settings_on() -> None:
    """The number of runs and the seeded fault reach the battery."""
    assert plan("crash", "RUNS=200", "MUTANT=ack_first").endswith("tests.crash --runs 200 --mutant ack_first\n")
    assert plan("crash", "RUNS=200").endswith("tests.crash --runs 200 \n")


def test_money_passes_its_settings_on() -> None:
    """The number of admissions and the seeded fault reach the battery."""
    told = plan("money", "ADMISSIONS=500", "MUTANT=float_money")
    assert told.endswith("tests.property.money --admissions 500 --mutant float_money\n")
    assert plan("money").endswith("tests.property.money --admissions 1000000 \n")


def test_machine_and_mutants_pass_their_settings_on() -> None:
    """The number of examples and the names of the faults reach the batteries."""
    assert plan("machine", "EXAMPLES=5").endswith("python -m tests.property.machine --examples 5\n")
    assert plan("mutants").endswith("python -m tests.mutants \n")
    assert plan("mutants", "ONLY=a b").endswith("python -m tests.mutants --only a --only b\n")


@pytest.mark.parametrize(
    ("battery", "mutant", "seeded"),
    [
        ("powercut", "no_folder_sync", " --seed 7"),
        ("faults", "log_not_renewed", ""),
        ("flips", "lost_end_untold", " --seed 7"),
    ],
)
def test_the_batteries_of_the_disk_pass_their_settings_on(battery: str, mutant: str, seeded: str) -> None:
    """The seed, where chance is drawn, and the seeded fault reach each of them."""
    told = plan(battery, "SEED=7", f"MUTANT={mutant}")
    assert told.endswith(f"tests.crash.{battery}{seeded} --mutant {mutant}\n")


def test_help_names_every_command() -> None:
    """Nothing that a person may type is left out of the list."""
    text = (ROOT / "Makefile").read_text()
    declared = re.search(r"^\.PHONY: (.*)$", text, re.MULTILINE)
    assert declared is not None
    typed = {name for name in declared[1].split() if name.isascii() and name.islower() and "_" not in name}
    shown = subprocess.run(["make", "help"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    assert set(re.findall(r"^  make (\w+)", shown, re.MULTILINE)) == typed
