"""The commands, in this process: bad input ends in one sentence, the right exit code, and nothing written."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from app.cli.main import cli
from app.cli.report import Exit
from app.lock import FolderLock, Owner
from app.paths import Paths

pytestmark = pytest.mark.usefixtures("own_log")


def drover(*words: str) -> Result:
    """Run a command."""
    return CliRunner().invoke(cli, list(words))


@pytest.mark.parametrize(
    ("words", "status", "told"),
    [
        (("run", "--provider", "simulator"), Exit.BAD_INPUT, "goal"),
        (("run", "  ", "--provider", "simulator"), Exit.BAD_INPUT, "Say what the task shall do"),
        (("run", "g"), Exit.BAD_INPUT, "provider"),
        (("run", "g", "--provider", "nobody"), Exit.BAD_INPUT, "no provider of this name"),
        (("run", "g", "--provider", "simulator", "--steps", "0"), Exit.BAD_INPUT, "from 1 to 100,000"),
        (("run", "g", "--provider", "simulator", "--budget", "-1"), Exit.BAD_INPUT, "-1"),
        (("run", "g", "--provider", "simulator", "--model", "none"), Exit.BAD_INPUT, "none"),
        (("run", "g", "--base-url", "nowhere", "--free", "--model", "m"), Exit.BAD_INPUT, "nowhere"),
        (("run", "g", "--base-url", "http://127.0.0.1:9/v1", "--model", "m"), Exit.BAD_INPUT, "price"),
        (("run", "g", "--base-url", "http://192.0.2.1/v1", "--model", "m", "--free"), Exit.BAD_INPUT, "https"),
        (("run", "--pipeline", "/nonexistent/prompts.txt", "--provider", "simulator"), Exit.BAD_INPUT, "prompts.txt"),
        (("run", "g", "--provider", "nobody"), Exit.BAD_INPUT, "holysheep, openai"),
        (("show", "01abc"), Exit.STORE, "no Drover data"),
        (("export", "01abc"), Exit.STORE, "no Drover data"),
        (("resume", "--all"), Exit.STORE, "no Drover data"),
        (("simulate", "--faults", "nonsense=1"), Exit.BAD_INPUT, "rate_limit"),
        (("simulate", "--port", "99999"), Exit.BAD_INPUT, "99999 is no port"),
        (("simulate", "--speed", "0"), Exit.BAD_INPUT, "above 0"),
    ],
)
def test_bad_input(tmp_path: Path, words: tuple[str, ...], status: Exit, told: str) -> None:
    """A sentence that says what to do, no traceback; as JSON the same for programs."""
    folder = () if words[0] == "simulate" else ("--data-dir", str(tmp_path / "d"))
    ended = drover(*words, *folder)
    assert (ended.exit_code, ended.exception is None or isinstance(ended.exception, SystemExit)) == (status, True)
    assert told.lower() in ended.stderr.lower()
    if words[0] == "export":  # prints the task itself, in the form that was asked for
        return
    ended = drover(*words, *folder, "--json")
    assert ended.exit_code == status
    assert json.loads(ended.stdout.splitlines()[-1])["type"] == "error"


def test_a_folder_without_tasks(tmp_path: Path) -> None:
    """Is no error."""
    ended = drover("list", "--data-dir", str(tmp_path))
    assert (ended.exit_code, "No tasks" in ended.output) == (Exit.COMPLETED, True)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("address", "steps"),
    [
        ("http://127.0.0.1:9/v1", "0"),
        ("https://user:secret@example.com/v1", "1"),
        ("http://127.0.0.1:99999/v1", "1"),
        ("http://192.0.2.1/v1", "1"),
        ("http://[::1/v1", "1"),
    ],
)
def test_bad_input_is_not_remembered(tmp_path: Path, address: str, steps: str) -> None:
    """A server stands in the settings only when the whole line made sense; a password in an address never does."""
    words = ("--base-url", address, "--free", "--model", "m", "--steps", steps, "--data-dir", str(tmp_path))
    assert drover("run", "g", *words).exit_code == Exit.BAD_INPUT
    assert not Paths.from_environment({}, tmp_path).settings_file.exists()


@pytest.mark.parametrize("name", ["openai", "holysheep", "ollama", "local", "simulator"])
def test_a_known_provider_is_not_reached_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Its key stays with its address: refused before anything is asked or remembered."""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-canary-of-the-test")
    words = ("--provider", name, "--base-url", "http://127.0.0.1:9/v1", "--free", "--model", "m")
    ended = drover("run", "g", *words, "--data-dir", str(tmp_path))
    assert (ended.exit_code, "address of its own" in ended.stderr) == (Exit.BAD_INPUT, True)
    assert not Paths.from_environment({}, tmp_path).settings_file.exists()


def test_with_unreadable_settings_nothing_is_run(tmp_path: Path) -> None:
    """A limit may stand in them: the sentence says so, and the file stays as it is."""
    file = Paths.from_environment({}, tmp_path).settings_file
    file.parent.mkdir(parents=True)
    file.write_text('day_limit = "0.00000001"\noops [\n')
    words = ("run", "g", "--provider", "simulator", "--model", "sim-fast", "--data-dir", str(tmp_path), "--json")
    ended = drover(*words)
    told = json.loads(ended.stdout.splitlines()[-1])
    assert (ended.exit_code, told["code"]) == (Exit.BAD_INPUT, "settings_unreadable")
    assert "limits" in told["message"] and "line 2" in told["message"]
    assert file.read_text().endswith("oops [\n")


@pytest.mark.parametrize("key", ["sk-a\nb", "sk-ü", "sk-\x7f", " "])
def test_a_key_that_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    """One line of printable ASCII, or it is refused before it is anywhere; and it is not repeated."""
    monkeypatch.setenv("ODD_KEY", key)
    ended = drover(
        "run",
        "g",
        "--base-url",
        "http://127.0.0.1:9/v1",
        "--free",
        "--model",
        "m",
        "--api-key-env",
        "ODD_KEY",
        "--data-dir",
        str(tmp_path),
    )
    assert ended.exit_code == Exit.BAD_INPUT
    assert "This is no key" in ended.stderr
    assert not key.strip() or key not in ended.output


def test_a_variable_that_is_not_set(tmp_path: Path) -> None:
    """Is named."""
    ended = drover(
        "run",
        "g",
        "--base-url",
        "http://127.0.0.1:9/v1",
        "--free",
        "--model",
        "m",
        "--api-key-env",
        "NO_SUCH",
        "--data-dir",
        str(tmp_path),
    )
    assert (ended.exit_code, "NO_SUCH" in ended.stderr) == (Exit.BAD_INPUT, True)


def test_a_folder_in_use(tmp_path: Path) -> None:
    """A writing command says which process holds it."""
    paths = Paths.from_environment({}, tmp_path)
    with FolderLock(paths.lock_file, Owner(pid=4711, kind="window", since_ms=0)):
        ended = drover("run", "g", "--provider", "simulator", "--model", "sim-fast", "--data-dir", str(tmp_path))
    assert (ended.exit_code, "4711" in ended.stderr) == (Exit.FOLDER_IN_USE, True)


def test_a_folder_that_is_a_file(tmp_path: Path) -> None:
    """Nothing can be kept there."""
    file = tmp_path / "file"
    file.write_text("x")
    ended = drover("run", "g", "--provider", "simulator", "--model", "sim-fast", "--data-dir", str(file))
    assert ended.exit_code == Exit.STORE
    assert "Traceback" not in ended.output


def test_a_database_of_something_else(tmp_path: Path) -> None:
    """Is neither read nor written."""
    data = Paths.from_environment({}, tmp_path).data
    data.mkdir(parents=True)
    (data / "drover.db").write_bytes(b"not a database" * 1000)
    for words in (("list",), ("run", "g", "--provider", "simulator", "--model", "sim-fast")):
        ended = drover(*words, "--data-dir", str(tmp_path))
        assert (ended.exit_code, "Traceback" in ended.output) == (Exit.STORE, False)
    assert (data / "drover.db").read_bytes() == b"not a database" * 1000


def test_a_window_that_cannot_open_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    """A system library that Qt misses is named."""
    monkeypatch.setitem(sys.modules, "app.desktop", None)
    ended = drover()
    assert (ended.exit_code, "libraries" in ended.stderr) == (Exit.BAD_INPUT, True)
