"""A pipeline as text: prompts with lines of --- between, and of "--- review" where a person is asked. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

SEPARATOR = re.compile(r"^[ \t]*---[ \t]*(review)?[ \t]*$", re.MULTILINE)


def prompts_of(text: str) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """Return the prompts, and the steps (1-based) whose reply waits for a yes; such a line at the end is the last's."""
    first, *rest = SEPARATOR.split(text)
    prompts, reviews = [first.strip()], list[int]()
    for review, prompt in zip(rest[::2], rest[1::2], strict=True):
        if review:
            reviews.append(len(prompts))
        prompts.append(prompt.strip())
    if reviews and reviews[-1] == len(prompts) - 1 and not prompts[-1]:
        prompts.pop()
    return tuple(prompts), tuple(reviews)


def as_text(prompts: Sequence[str], reviews: Collection[int]) -> str:
    """Return prompts as text that `prompts_of` reads."""
    lines: list[str] = []
    for step, prompt in enumerate(prompts, 1):
        lines.append(prompt)
        if step in reviews or step < len(prompts):
            lines.append("--- review" if step in reviews else "---")
    return "\n".join(lines)
