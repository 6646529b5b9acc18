"""How the command line speaks: sentences for people on stderr, results on stdout, or one JSON object a line."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import NoReturn, TextIO

import msgspec
import typer

import resources
from app.cli.ending import INTERRUPTED
from app.cli.terminal import block, json_line
from app.lock import FolderInUseError
from engine.domain.errors import DroverError, ErrorCode, InvalidSpecError
from engine.domain.states import State


class Exit(IntEnum):
    """Exit codes; documented in README and `drover --help`."""

    COMPLETED = 0
    FAILED = 1
    BAD_INPUT = 2
    PAUSED = 3
    TIMED_OUT = 4
    FOLDER_IN_USE = 5
    STORE = 6
    CANCELLED = 7
    INTERRUPTED = INTERRUPTED


BY_STATE = {
    State.COMPLETED: Exit.COMPLETED,
    State.FAILED: Exit.FAILED,
    State.TIMEOUT: Exit.TIMED_OUT,
    State.CANCELLED: Exit.CANCELLED,
}
"""Every other state is PAUSED to a command."""

STORE_CODES = frozenset(
    {
        ErrorCode.STORE_DAMAGED,
        ErrorCode.STORE_FAILED,
        ErrorCode.STORE_UNREADABLE,
        ErrorCode.BACKUP_FAILED,
        ErrorCode.NETWORK_FOLDER,
        ErrorCode.STORE_TOO_NEW,
        ErrorCode.NOT_A_STORE,
        ErrorCode.FOLDER_NOT_WRITABLE,
        ErrorCode.DISK_FULL,
    }
)


HERE: Mapping[ErrorCode, str] = {ErrorCode.NO_KEY: "error_no_key", ErrorCode.WRONG_KEY: "error_wrong_key"}
"""Errors for which who uses the command line has something else to do than who sits before the window."""


class CommandError(Exception):
    """Ends a command with a sentence."""

    def __init__(self, sentence: str, code: str, status: Exit = Exit.BAD_INPUT) -> None:
        """Say what to do; `code` is for programs."""
        super().__init__(sentence)
        self.sentence = sentence
        self.code = code
        self.status = status


def say(code: str, /, **figures: object) -> str:
    """Return the words of the command line for a code."""
    return resources.text("cli")[code].format(**figures)


def counted(code: str, number: int, /, **figures: object) -> str:
    """Return the words of a code for so many, which they may name as `count`; one has words of its own."""
    return say(resources.counted(code, number), count=number, **figures)


def wrong(code: str, /, **figures: object) -> CommandError:
    """Return bad input as an error."""
    return CommandError(say(code, **figures), code)


def sentence(error: DroverError) -> str:
    """Return what to tell a person about an error."""
    words: Mapping[str, str] = resources.text("errors")
    if isinstance(error, FolderInUseError):
        owner = error.owner
        return say("in_use", owner=f"Process {owner.pid} ({owner.kind})") if owner else say("in_use_unknown")
    if isinstance(error, InvalidSpecError):
        return " ".join(dict.fromkeys(words[problem.code] for problem in error.problems))
    if error.code is ErrorCode.FOLDER_NOT_WRITABLE and error.detail:
        return say("not_writable", problem=error.detail)
    return say(HERE[error.code]) if error.code in HERE else words[error.code]


@dataclass(frozen=True, slots=True)
class Output:
    """Where a command's results go."""

    json: bool

    def emit(self, kind: str, text: str = "", fields: Mapping[str, object] | None = None) -> bool:
        """Print one object as a line of JSON, or its text for people; False where nobody reads any more."""
        line = json_line(msgspec.json.encode({"type": kind, **(fields or {})})) if self.json else block(text)
        return self._write(sys.stdout, line) if line else True

    def note(self, text: str) -> None:
        """Tell a person something beside the results."""
        if not self.json:
            self.warn(text)

    def warn(self, text: str) -> None:
        """Tell a person something that programs must not take for results."""
        self._write(sys.stderr, block(text))

    def _write(self, stream: TextIO, line: str) -> bool:
        """Write a line; what has no reader any more leads nowhere from then on, also for what comes at the end."""
        try:
            typer.echo(line, file=stream)
            stream.flush()
        except BrokenPipeError:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, stream.fileno())
            os.close(nowhere)
            return False
        return True

    def guarded(self, command: Callable[[], Exit]) -> NoReturn:
        """Run a command and leave with its exit code; errors become one sentence."""
        try:
            status = command()
        except CommandError as error:
            status = self._fail(error.code, error.sentence, error.status)
        except DroverError as error:
            status = self._fail(error.code, sentence(error), _status(error))
        raise typer.Exit(status)

    def _fail(self, code: str, told: str, status: Exit) -> Exit:
        self.emit("error", fields={"code": code, "message": told})
        self.note(told)
        return status


def _status(error: DroverError) -> Exit:
    if error.code is ErrorCode.FOLDER_IN_USE:
        return Exit.FOLDER_IN_USE
    return Exit.STORE if error.code in STORE_CODES else Exit.BAD_INPUT
