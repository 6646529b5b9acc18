"""A signal before anything began, in a process of its own: a sentence and the documented code, no traceback."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

import resources
from app.cli.ending import INTERRUPTED
from app.cli.report import Exit
from engine.providers.local.process import ROOT

BUSY = """
import sys
from app.cli.ending import end_with_a_word
end_with_a_word()
try:
    print("busy", flush=True)
    sys.stdin.read()
finally:
    print("left in order", flush=True)
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_with_a_word(number: signal.Signals) -> None:
    """What is open is left in order."""
    with subprocess.Popen([sys.executable, "-c", BUSY], stdin=-1, stdout=-1, stderr=-1, text=True, cwd=ROOT) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "busy\n"
        child.send_signal(number)
        out, err = child.communicate(timeout=30)
    assert (child.returncode, out) == (INTERRUPTED, "left in order\n")
    assert err == resources.text("cli")["ended_early"] + "\n"


def test_the_code_is_among_the_exit_codes() -> None:
    """One number, known before the rest is loaded."""
    assert Exit.INTERRUPTED == INTERRUPTED
