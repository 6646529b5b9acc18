"""What prompts are made of, and the context policy *full*: every message so far, unchanged.

With that, a provider's prompt cache can hold: the prefix of a step's prompt is byte for byte the prompt of the step
before and its reply. Nothing in here may depend on the number of the step, the time or anything else that changes
between steps.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import zip_longest

from engine.domain.history import Told
from engine.domain.message import Message

FORM = "Give the result as JSON alone, without any words around it, that fits this JSON schema:"
ADDED = "Instruction, from now on:"


def facts(context: Mapping[str, str]) -> str:
    """Return the free context of a task as text, by name, in the order of the names; empty for none."""
    return "\n".join(f"{name}: {context[name]}" for name in sorted(context))


def form(schema: str) -> str:
    """Return the words that ask for an answer of a form; they go to the model. Empty for any text."""
    return f"{FORM}\n{schema}" if schema else ""


def conversation(system: str, asked: Sequence[str], replies: Sequence[str]) -> tuple[Message, ...]:
    """Return system prompt, then each question with its reply, then the next question where there is one."""
    messages = [Message(role="system", content=system)] if system else []
    for question, reply in zip_longest(asked, replies):
        if question is not None:
            messages.append(Message(role="user", content=question))
        if reply is not None:
            messages.append(Message(role="assistant", content=reply))
    return tuple(messages)


def with_told(asked: Sequence[str], told: Told) -> tuple[str, ...]:
    """Return questions, each with what its person added to it; the words before the addition go to the model."""
    if not told:
        return tuple(asked)
    said = (instructions(told, step) for step in range(1, len(asked) + 1))
    return tuple("\n\n".join((question, *more)) for question, more in zip(asked, said, strict=True))


def instructions(told: Told, step: int) -> tuple[str, ...]:
    """Return what a step was told, as the model reads it."""
    return tuple(f"{ADDED} {text}" for text in told.get(step, ()))


def paragraphs(parts: Iterable[str]) -> str:
    """Join the parts that say something, with an empty line between."""
    return "\n\n".join(part.strip() for part in parts if part.strip())
