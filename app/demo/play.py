"""The stage hand: starts the window as a process of its own, kills it with -9, starts it again, says what it saw."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

STAGE = "demo-stage"
PATIENCE_S = 240.0
"""Seconds a stage may take: the small model on one slow core."""
WORDS = ("lantern", "harbour", "juniper", "cobalt", "meadow", "compass", "thimble", "granite", "orchard", "saffron")


class Seen(msgspec.Struct, kw_only=True):
    """A line that an act prints: what it saw."""

    what: str
    pid: int
    task: str = ""
    steps: int = 0
    state: str = ""
    file: str = ""
    text: str = ""
    child: int = 0
    """Process id of the local model."""


@dataclass(frozen=True, slots=True)
class Stage:
    """Where the demonstration plays."""

    folder: Path
    pictures: Path
    provider: str
    word: str

    def command(self, act: str) -> list[str]:
        """Return the command of an act: this program again, as a window."""
        own = [sys.executable] if getattr(sys, "frozen", False) else [sys.executable, "-m", "app"]
        options = ["--act", act, "--provider", self.provider, "--word", self.word]
        return [*own, STAGE, *options, "--folder", str(self.folder), "--pictures", str(self.pictures)]


def say(text: str) -> None:
    """Tell the person who watches."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def run_demo(pictures: Path | None, provider: str) -> int:
    """Play the demonstration; return 0 when everything was as it must be. Prints what it saw, with process ids."""
    folder = Path(tempfile.mkdtemp(prefix="drover-demo-"))
    shown = (pictures or folder / "pictures").absolute()
    shown.mkdir(parents=True, exist_ok=True)
    stage = Stage(folder, shown, provider, secrets.choice(WORDS))
    say(f"Drover plays its main job in {folder}; the goal has the word “{stage.word}”.")
    first = _act(stage, "first", until="ready to be killed")
    if first is None:
        return 1
    time.sleep(0.5)
    models = [seen.child for seen in first if seen.child]
    if any(_alive(pid) for pid in models):
        return _failed(f"the local model, process {models}, outlived the window")
    if models:
        say(f"  the local model's process went with it ({', '.join(map(str, models))})")
    second = _act(stage, "second", until="")
    if second is None:
        return 1
    return _compare(first, second, stage)


def _act(stage: Stage, act: str, *, until: str) -> list[Seen] | None:
    """Run an act to its end, or kill it with -9 when it says `until`; return what it saw."""
    seen: list[Seen] = []
    environment = os.environ | {"PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(stage.command(act), stdout=subprocess.PIPE, env=environment) as process:  # noqa: S603
        say(f"Window process {process.pid}:")
        deadline = time.monotonic() + PATIENCE_S
        for line in process.stdout or ():
            try:
                seen.append(msgspec.json.decode(line, type=Seen))
            except msgspec.DecodeError:
                continue
            _tell(seen[-1])
            if (until and seen[-1].what == until) or time.monotonic() > deadline:
                process.send_signal(signal.SIGKILL)
                break
        status = process.wait(PATIENCE_S)
    if until and seen and seen[-1].what == until:
        say(f"  kill -9 {process.pid}")
        return seen
    if not until and status == 0:
        return seen
    _failed(f"the window ended with {status} before its act was over")
    return None


def _tell(seen: Seen) -> None:
    details = [seen.text, seen.state, f"{seen.steps} steps" if seen.steps else "", seen.file]
    say("  " + " · ".join([seen.what, *(detail for detail in details if detail)]))


def _compare(first: Sequence[Seen], second: Sequence[Seen], stage: Stage) -> int:
    """Hold what was there before the kill against what was there after it."""
    before = {seen.task: seen.steps for seen in first if seen.task}
    reopened = {seen.task: seen.steps for seen in second if seen.what == "found again"}
    lost = [task for task, steps in before.items() if reopened.get(task, -1) < steps]
    ended = {seen.task: seen.state for seen in second if seen.what == "ended"}
    answers = [seen for seen in second if seen.what == "opened its answer"]
    if lost:
        return _failed(f"steps were lost: {lost}")
    if set(ended.values()) != {"completed"} or set(ended) != set(before):
        return _failed(f"not every task was finished: {ended}")
    if not answers or not Path(answers[0].file).read_text("utf-8").strip():
        return _failed("there is no answer file")
    pictures = sorted(stage.pictures.glob("*.png"))
    say(f"Everything that was saved before the kill was there after it; {len(ended)} tasks finished.")
    say(f"Pictures ({len(pictures)}): {stage.pictures}")
    return 0


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{pid}/stat")
    return not state.exists() or state.read_text().rsplit(")", 1)[-1].split()[0] != "Z"


def _failed(why: str) -> int:
    say(f"The demonstration failed: {why}")
    return 1
