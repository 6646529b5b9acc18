"""`drover` as a person and a script use it: other processes, a real store, a real server on loopback."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

PATIENCE_S = 30.0

pytestmark = pytest.mark.slow


def _environment(folder: Path) -> dict[str, str]:
    return os.environ | {"DROVER_DATA_DIR": str(folder), "PYTHONUNBUFFERED": "1"}


def _start(folder: Path, *words: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "app", *words]
    return subprocess.Popen(
        command, env=_environment(folder), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def _drover(folder: Path, *words: str) -> tuple[int, list[dict[str, Any]], str]:
    """Run a command to its end; return its exit code, its lines of JSON, and what it said on stderr."""
    with _start(folder, *words) as process:
        try:
            out, err = process.communicate(timeout=PATIENCE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
    assert "Traceback" not in err
    lines = [json.loads(line) for line in out.splitlines()] if "--json" in words else []
    return process.returncode, lines, err


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A simulator started by hand: its address."""
    with _start(tmp_path_factory.mktemp("server"), "simulate", "--json", "--speed", "4") as process:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())["url"]
        process.send_signal(signal.SIGINT)
        process.wait(PATIENCE_S)


def _run(url: str, *more: str) -> list[str]:
    prices = ("--price-in", "0.1", "--price-out", "0.4")
    return ["run", "--base-url", url, *prices, "--model", "sim-fast", "--json", *more]


def _until_step(process: subprocess.Popen[str], step: int) -> str:
    """Read progress until a step is done; return the task's id."""
    assert process.stdout is not None
    for line in process.stdout:
        told = json.loads(line)
        if told["type"] == "progress" and told["step"] >= step:
            return told["id"]
    raise AssertionError("the run ended before")


def test_a_run_to_its_end(tmp_path: Path, server: str) -> None:
    """Objects by line, the result last, the answer as a file, exit 0; the money is tokens times price."""
    status, lines, _ = _drover(
        tmp_path, *_run(server, "--goal", "Write about hedges", "--steps", "2", "--max-output", "30")
    )
    assert status == 0
    result = lines[-1]
    assert (result["type"], result["state"], result["steps"]) == ("result", "completed", 2)
    assert isinstance(result["text"], str) and len(result["text"]) > 20
    assert result["tokens"] == 60
    assert result["time_to_first_token"]
    assert (Path(str(result["folder"])) / "answer.md").read_text("utf-8").strip() == result["text"]
    _, shown, _ = _drover(tmp_path, "show", str(result["id"]), "--json")
    usages = [a["usage"] for s in shown[0]["steps_detail"] for a in s["attempts"]]
    into = sum(u["input"] for u in usages)
    dollars = (into * 100_000 + 60 * 400_000) / 1e12
    assert float(str(result["cost_usd"])) == pytest.approx(dollars)


def test_killed_in_the_middle_and_resumed(tmp_path: Path, server: str) -> None:
    """Kill -9 in the middle, resume: each step stands exactly once, and what was saved is not asked again."""
    with _start(
        tmp_path, *_run(server, "--goal", "Write about walls", "--steps", "4", "--max-output", "60")
    ) as process:
        task = _until_step(process, 2)
        process.kill()
    _, before, _ = _drover(tmp_path, "show", task, "--json")
    status, lines, _ = _drover(tmp_path, "resume", task, "--json")
    assert (status, lines[-1]["state"]) == (0, "completed")
    _, after, _ = _drover(tmp_path, "show", task, "--json")
    kept = [s for s in before[0]["steps_detail"] if s["accepted"]]
    assert len(kept) >= 2
    assert after[0]["steps_detail"][: len(kept)] == kept
    assert [(s["number"], s["accepted"]) for s in after[0]["steps_detail"]] == [(n, True) for n in range(1, 5)]


def test_killed_and_resumed_on_the_simulator(tmp_path: Path) -> None:
    """The same with a provider that needs no address: resumed to its end, every step accepted once."""
    words = ("run", "--provider", "simulator", "--model", "sim-fast", "--goal", "Write about gates", "--json")
    with _start(tmp_path, *words, "--steps", "4", "--max-output", "60") as process:
        task = _until_step(process, 2)
        process.kill()
    status, lines, _ = _drover(tmp_path, "resume", task, "--json")
    assert (status, lines[-1]["state"]) == (0, "completed")
    _, shown, _ = _drover(tmp_path, "show", task, "--json")
    steps = shown[0]["steps_detail"]
    assert [(s["number"], s["accepted"]) for s in steps] == [(n, True) for n in range(1, 5)]
    accepted = [sum(a["status"] == "accepted" for a in s["attempts"]) for s in steps]
    assert accepted == [1, 1, 1, 1]


def test_ctrl_c_pauses_durably_and_says_how_to_go_on(tmp_path: Path) -> None:
    """Ctrl-C: the step in flight finishes, exit 3, and the line that it prints goes on."""
    words = ("run", "--provider", "simulator", "--model", "sim-fast", "--goal", "Write about fields", "--json")
    with _start(tmp_path, *words, "--steps", "9", "--max-output", "60") as process:
        task = _until_step(process, 1)
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 3
    result = json.loads(out.splitlines()[-1])
    assert (result["state"], result["reason"]) == ("paused", "user")
    assert f"drover resume {task}" in result["resume"]
    _, lines, _ = _drover(tmp_path, "list", "--json")
    assert lines[0]["state"] == "paused"


def test_reading_beside_a_run_and_writing_refused(tmp_path: Path) -> None:
    """list, show and export work beside a running command; another run names the process that holds the folder."""
    words = ("run", "--provider", "simulator", "--model", "sim-quality", "--goal", "Write about barns", "--json")
    with _start(tmp_path, *words, "--steps", "9") as process:
        task = _until_step(process, 0)
        status, lines, _ = _drover(tmp_path, "list", "--json")
        assert (status, lines[0]["id"]) == (0, task)
        assert _drover(tmp_path, "show", task, "--json")[0] == 0
        assert _drover(tmp_path, "export", task, "--format", "json")[0] == 0
        status, lines, err = _drover(tmp_path, "run", "--provider", "simulator", "--model", "sim-fast", "another")
        assert status == 5
        assert str(process.pid) in err
        process.kill()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("run", "--provider", "simulator", "--goal", ""), "Say what to do"),
        (("run", "--provider", "simulator", "--goal", "x", "--steps", "0"), "from 1 to 100,000"),
        (("run", "--provider", "simulator", "--goal", "x", "--budget", "-1"), "no amount of dollars"),
        (("run", "--provider", "simulator", "--goal", "x", "--model", "nothing"), "does not offer"),
        (("run", "--provider", "nowhere", "--goal", "x"), "no provider of this name"),
        (("run", "--goal", "x"), "Say where to run"),
        (("run", "--base-url", "example", "--free", "--model", "m", "--goal", "x"), "no address"),
        (("run", "--base-url", "http://127.0.0.1:9/v1", "--model", "m", "--goal", "x"), "give both --price-in"),
        (("run", "--pipeline", "/nowhere/at/all", "--provider", "simulator"), "cannot be read"),
        (("show", "nothing"), "no Drover data"),
    ],
)
def test_bad_input_gets_one_sentence(tmp_path: Path, words: tuple[str, ...], told: str) -> None:
    """Exit 2 (6 where there is no store), a sentence that says what to do, no traceback."""
    status, _, err = _drover(tmp_path, *words)
    assert status in (2, 6)
    assert told in err


def test_an_unreachable_server_is_refused_with_what_to_do(tmp_path: Path) -> None:
    """Nobody listens: the sentence, exit 2, and nothing is stored or remembered."""
    words = ("run", "--base-url", "http://127.0.0.1:9/v1", "--free", "--model", "m", "--goal", "x", "--json")
    status, lines, _ = _drover(tmp_path, *words)
    assert (status, lines[-1]["type"], lines[-1]["code"]) == (2, "error", "unreachable")
    assert "cannot be reached" in str(lines[-1]["message"])
    assert _drover(tmp_path, "list", "--json")[1][-1]["count"] == 0


def test_a_pipeline_file(tmp_path: Path) -> None:
    """Prompts from a file, asked in order; the export has them."""
    file = tmp_path / "prompts.txt"
    file.write_text("First prompt\n---\nSecond prompt\n", "utf-8")
    words = ("run", "--pipeline", str(file), "--provider", "simulator", "--model", "sim-fast", "--json")
    status, lines, _ = _drover(tmp_path / "data", *words, "--max-output", "20")
    assert (status, lines[-1]["reason"]) == (0, "end_of_pipeline")
    out = tmp_path / "export.md"
    assert _drover(tmp_path / "data", "export", str(lines[-1]["id"]), "--out", str(out))[0] == 0
    assert "Second prompt" in out.read_text("utf-8")
