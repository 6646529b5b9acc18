"""Counts the places where the type checker is told to look away, and fails when there are too many.

Run as `python -m tests.ignores`, in the folder of the sources. It prints each place, so that the next one who needs an
ignore sees which could go instead. Lint exceptions are not counted: ruff itself refuses those that nothing needs.
"""

from __future__ import annotations

import subprocess
import sys
import tokenize
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

LIMIT = 20
MARKS = ("# type: ignore", "# pyright: ignore", "# pyright: basic", "# pyright: standard")


def tracked(folder: Path) -> Iterator[Path]:
    """Python files that git knows or would add."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--deduplicate", "*.py", "*.pyi"]
    names = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout.splitlines()
    return (folder / name for name in names if (folder / name).exists())


def ignores(files: Iterable[Path]) -> Iterator[str]:
    """`path:line: comment` of every comment that silences the type checker; text in strings does not count."""
    for path in files:
        with tokenize.open(path) as source:
            for token in tokenize.generate_tokens(source.readline):
                if token.type == tokenize.COMMENT and any(mark in token.string for mark in MARKS):
                    yield f"{path}:{token.start[0]}: {token.string}"


def main() -> int:
    """Print the places and their number; 1 when there are more than LIMIT."""
    found = list(ignores(tracked(Path())))
    for place in found:
        print(place)
    print(f"{len(found)} ignores of the type checker, at most {LIMIT}")
    return len(found) > LIMIT


if __name__ == "__main__":
    sys.exit(main())
