"""What is loaded when: the engine and the command line start without Qt, and without what only some tasks need.

The direction of imports is checked by import-linter (`make check`); it reads sources. Here it is seen in a process.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WINDOW = {"PySide6", "shiboken6", "qasync", "pyqtgraph", "numpy", "ui"}
LATE = {"genai_prices", "xllamacpp", "openai"}

ENGINE = "import pkgutil, engine; [__import__(m.name) for m in pkgutil.walk_packages(engine.__path__, 'engine.')]"
COMMAND = "import runpy; sys.argv[0] = 'drover'; runpy.run_module('app', run_name='__main__', alter_sys=True)"


def loaded_by(statement: str, *arguments: str) -> set[str]:
    """Top-level modules in a fresh interpreter after this statement, however it ends."""
    program = f"import sys\ntry:\n    {statement}\nexcept SystemExit:\n    pass\nprint('\\n' + ' '.join(sys.modules))"
    ended = subprocess.run(
        [sys.executable, "-c", program, *arguments], cwd=ROOT, check=True, capture_output=True, text=True
    )
    return {name.partition(".")[0] for name in ended.stdout.splitlines()[-1].split()}


def test_the_engine_loads_no_qt() -> None:
    """With every module of the engine imported, nothing of the window is there."""
    loaded = loaded_by(ENGINE)
    assert {"engine", "apsw", "httpx"} <= loaded
    assert not loaded & WINDOW


def test_the_engine_loads_heavy_things_late() -> None:
    """The price list and the local model are loaded by who asks for them."""
    assert not loaded_by(ENGINE) & LATE


@pytest.mark.parametrize("command", ["list", "show", "run", "resume", "export", "simulate"])
def test_the_command_line_loads_no_qt(command: str) -> None:
    """A command knows its own options without the window."""
    loaded = loaded_by(COMMAND, command, "--help")
    assert {"app", "typer"} <= loaded
    assert not loaded & WINDOW


def test_listing_loads_no_qt() -> None:
    """A command that reads the store, with an empty one, does so without the window."""
    loaded = loaded_by(COMMAND, "list")
    assert {"app", "apsw"} <= loaded
    assert not loaded & WINDOW
