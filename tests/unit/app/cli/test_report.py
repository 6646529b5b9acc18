"""How the command line speaks: results on stdout, sentences on stderr, an exit code for each kind of end."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
import typer

from app.cli.report import BY_STATE, STORE_CODES, CommandError, Exit, Output, say, sentence
from app.lock import FolderInUseError, Owner
from engine.domain.errors import DroverError, ErrorCode, InvalidSpecError, Problem
from engine.domain.states import AT_REST, State


def raising(error: Exception) -> Callable[[], Exit]:
    """Return a command that fails so."""

    def command() -> Exit:
        raise error

    return command


def end(output: Output, command: Callable[[], Exit]) -> int:
    """Return the exit code of a command."""
    with pytest.raises(typer.Exit) as left:
        output.guarded(command)
    return left.value.exit_code


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (CommandError("Say what.", "what"), Exit.BAD_INPUT),
        (InvalidSpecError((Problem(field="goal", code=ErrorCode.GOAL_EMPTY),)), Exit.BAD_INPUT),
        (DroverError(ErrorCode.UNKNOWN_PROVIDER), Exit.BAD_INPUT),
        (FolderInUseError(Owner(pid=7, kind="window", since_ms=0)), Exit.FOLDER_IN_USE),
        (FolderInUseError(None), Exit.FOLDER_IN_USE),
        *((DroverError(code), Exit.STORE) for code in sorted(STORE_CODES)),
    ],
)
def test_an_error_is_one_sentence_and_a_code(
    error: Exception, status: Exit, capsys: pytest.CaptureFixture[str]
) -> None:
    """On stderr for people; as the last object for programs, with nothing on stderr."""
    assert end(Output(json=False), raising(error)) == status
    told = capsys.readouterr()
    assert told.out == "" and told.err.count("\n") == 1 and "Traceback" not in told.err
    assert end(Output(json=True), raising(error)) == status
    told = capsys.readouterr()
    last = json.loads(told.out.splitlines()[-1])
    assert (last["type"], told.err) == ("error", "")
    assert last["message"] and last["code"]


def test_who_holds_the_folder_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    """By its process id and what it is."""
    end(Output(json=False), raising(FolderInUseError(Owner(pid=4711, kind="window", since_ms=0))))
    assert "4711" in capsys.readouterr().err


def test_a_folder_that_cannot_be_written_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    """With why, and what to do."""
    error = DroverError(ErrorCode.FOLDER_NOT_WRITABLE, "/data/drover: Read-only file system")
    assert end(Output(json=False), raising(error)) == Exit.STORE
    said = capsys.readouterr().err
    assert "cannot be written: /data/drover: Read-only file system." in said and "DROVER_DATA_DIR" in said


def test_a_fault_of_ours_is_not_hidden() -> None:
    """It is no sentence of ours: the crash report has it."""
    with pytest.raises(ZeroDivisionError):
        Output(json=False).guarded(raising(ZeroDivisionError()))


def test_each_end_of_a_task_has_its_own_code() -> None:
    """All states at rest but PAUSED, which has one too."""
    assert set(BY_STATE) == AT_REST - {State.PAUSED}
    codes = [*BY_STATE.values(), Exit.PAUSED, Exit.BAD_INPUT, Exit.FOLDER_IN_USE, Exit.STORE]
    assert len(set(codes)) == len(codes)


def test_words_with_figures() -> None:
    """Filled in."""
    assert "01abc" in say("not_found", id="01abc")


def test_a_missing_key_is_told_in_the_command_line_s_own_words() -> None:
    """Who has no window before them reads how to give a key here."""
    assert "--api-key-env" in sentence(DroverError(ErrorCode.NO_KEY, "openai"))
