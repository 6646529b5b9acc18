"""Words by code. Every sentence a person reads is in resources/text; the engine and the widgets know only codes."""

from __future__ import annotations

from collections.abc import Mapping

import resources
from engine.face import DroverError, InvalidSpecError

SECTIONS = ("window", "states", "errors", "dialogs", "inspector")


class Words:
    """Call it with a code and the figures that its words name."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        """Use these words."""
        self._texts = texts

    def __call__(self, code: str, /, **figures: object) -> str:
        """Return the words of a code; the code itself, last part, where there are none, so that nothing is blank."""
        found = self._texts.get(code)
        if found is None:
            return code.rsplit(".", 1)[-1].replace("_", " ")
        return found.format(**figures) if figures else found

    def counted(self, code: str, number: int, /, **figures: object) -> str:
        """Return the words of a code for so many, which they may name as `count`; one has words of its own."""
        return self(resources.counted(code, number), count=f"{number:,}", **figures)

    def __contains__(self, code: str) -> bool:
        """Whether there are words for a code."""
        return code in self._texts

    def error(self, error: DroverError) -> str:
        """Return what to tell a person about an error."""
        if isinstance(error, InvalidSpecError):
            return " ".join(dict.fromkeys(self(f"error.{problem.code}") for problem in error.problems))
        return self(f"error.{error.code}")


def load_words() -> Words:
    """Return the words of the window."""
    texts: dict[str, str] = {}
    for section in SECTIONS:
        prefix = "error." if section == "errors" else ""
        texts |= {prefix + code: words for code, words in resources.text(section).items()}
    return Words(texts)
