"""A key is used in a full run with faults, by a server that tells it to everybody, and then looked for everywhere."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import pytest

from engine.store.store import open_store
from tests.end2end.thief import MODEL, Thief, thief
from tests.end2end.traces import leaks, left_behind
from tests.stored import intent, outcome, standing, task

KEY = "sk-canary-Zq7XwV9pLm3TtRb5Kd"
PATIENCE_S = 120.0

pytestmark = pytest.mark.slow


@dataclass(slots=True)
class Run:
    """A person's folder, and everything that was said to them."""

    folder: Path
    url: str
    server: Thief
    key: str = KEY
    said: list[tuple[str, bytes]] = field(default_factory=list[tuple[str, bytes]])

    def start(self, *command: str) -> subprocess.CompletedProcess[bytes]:
        """Run a program of ours with the key in its environment, and keep what it says."""
        environment = os.environ | {"DROVER_DATA_DIR": str(self.folder / "drover"), "CANARY_KEY": self.key}
        done = subprocess.run(
            [sys.executable, "-m", *command], env=environment, capture_output=True, timeout=PATIENCE_S, check=False
        )
        self.said.append((" ".join(command), done.stdout + done.stderr))
        return done

    def drover(self, *words: str) -> subprocess.CompletedProcess[bytes]:
        """Run a command."""
        return self.start("app", *words)

    def run(self, *more: str, variable: str = "CANARY_KEY", url: str = "") -> subprocess.CompletedProcess[bytes]:
        """Run a task on the thief."""
        prices = ("--price-in", "1", "--price-out", "2", "--model", MODEL, "--max-output", "50")
        return self.drover("run", "--base-url", url or self.url, *prices, "--api-key-env", variable, *more)

    def found(self) -> list[tuple[str, list[bytes]]]:
        """Return where the key is found, and what of it."""
        every = [*left_behind(self.folder / "drover", self.folder / "scratch"), *self.said]
        return [(where, leaks(KEY, data)) for where, data in every if leaks(KEY, data)]


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    """A run on a server that steals."""
    with thief() as (url, server):
        yield Run(tmp_path, url, server)


def test_the_search_finds_what_it_looks_for(tmp_path: Path) -> None:
    """In files, in parts, in base64, apart by line ends: a search that finds nothing proves nothing otherwise."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "file").write_text(f"x {KEY[:12]}\n{KEY[12:]}")
    found = [where for where, data in left_behind(tmp_path / "data", tmp_path / "scratch") if leaks(KEY, data)]
    assert [Path(each).name for each in found] == ["file"]


async def test_the_search_unpacks_raw_replies(tmp_path: Path) -> None:
    """They are kept compressed, and so no search of the file's bytes finds what is in them."""
    store = await open_store(tmp_path / "data")
    await store.create([task()])
    await store.append_intent(intent(task()), standing(0))
    told = msgspec.structs.replace(outcome(task()), raw=f"data: {KEY}\n\n".encode())
    await store.append_outcome(told, standing(1))
    await store.close()
    found = [where for where, data in left_behind(tmp_path / "data", tmp_path / "scratch") if leaks(KEY, data)]
    assert [where.partition(": ")[2] for where in found] == ["record, unpacked"]


def test_no_trace_of_a_key_after_commands(run: Run) -> None:
    """Run with faults, list, show, export, resume: database, log, settings, results, exports, output."""
    assert run.run("--goal", f"Tell me {KEY}", "--title", KEY, "--steps", "3", "--context", f"k={KEY}").returncode == 0
    assert run.run("--goal", "Again", "--steps", "2", "--json").returncode == 0
    assert set(run.server.seen) == {KEY}
    assert len(run.server.seen) > 7
    listed = run.drover("list", "--json").stdout.splitlines()
    task = str(msgspec.json.decode(listed[0])["id"])
    shown = run.drover("show", task).stdout
    assert b"Your key is [key]. In pieces: [key]. In base64: " in shown
    run.drover("show", task, "--json")
    run.drover("export", task, "--format", "md")
    out = run.folder / "drover" / "export.json"
    assert run.drover("export", task, "--format", "json", "--out", str(out)).returncode == 0
    assert run.found() == []
    every = left_behind(run.folder / "drover", run.folder / "scratch")
    assert any(where.endswith("record, unpacked") and b"data: " in data for where, data in every)


@pytest.mark.parametrize("odd", [f"{KEY}\nx-evil: 1", f"{KEY[:9]} {KEY[9:]}", f"{KEY}é"])
def test_a_key_that_no_header_can_carry_is_refused_unquoted(run: Run, odd: str) -> None:
    """Nothing is sent, and nobody is told what it was."""
    run.key = odd
    assert run.run("--goal", "Go").returncode == 2
    assert run.server.seen == []
    assert run.found() == []


def test_a_key_in_the_wrong_place_is_not_remembered(run: Run) -> None:
    """As the name of its variable, before or behind the host of an address."""
    host = run.url.removeprefix("http://")
    assert run.run("--goal", "Go", variable=KEY).returncode == 2
    for url in (f"http://{KEY}@{host}", f"http://u:{KEY}@{host}", f"{run.url}?key={KEY}", f"u:{KEY}@{host}"):
        assert run.run("--goal", "Go", url=url).returncode == 2
    assert run.server.seen == []
    assert run.found() == []


def test_no_trace_of_a_key_after_a_window_that_crashed(run: Run) -> None:
    """Settings, crash reports of every kind, what was said, and what the killed process left open."""
    done = run.start("tests.end2end.canary_window", run.url)
    assert done.returncode < 0, done.stderr
    state = run.folder / "drover" / "state"
    reports = [each.read_text("utf-8") for each in (state / "crashes").glob("2*.txt")]
    assert len(reports) == 3, done.stderr
    assert all("LookupError" in report and "[key]" in report for report in reports)
    assert "Segmentation" in (state / "crashes" / "fatal.txt").read_text("utf-8")
    assert "thief" in (run.folder / "drover" / "config" / "settings.toml").read_text("utf-8")
    assert run.found() == []
    _private(run.folder / "drover")


def test_everything_a_run_leaves_is_its_persons_alone(run: Run) -> None:
    """Folders 0700, files 0600, whatever the umask says."""
    before = os.umask(0)
    try:
        assert run.run("--goal", "Go", "--steps", "1").returncode == 0
        run.drover("export", "0", "--out", str(run.folder / "drover" / "own" / "deeper" / "x.md"))
    finally:
        os.umask(before)
    _private(run.folder / "drover")
    assert (run.folder / "drover" / "own" / "deeper" / "x.md").exists()


def _private(folder: Path) -> None:
    every = [folder, *folder.rglob("*")]
    open_ones = [each for each in every if not each.is_symlink() and stat.S_IMODE(each.stat().st_mode) & 0o077]
    assert open_ones == []
    assert any(each.name == "answer.md" for each in every)
