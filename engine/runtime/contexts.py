"""How much of a model's context a prompt fills, as expected: by the ratio learned of the model, never for a hold.

A context is what a provider says of it, else what genai-prices knows; where neither does, what is usual. What certainly
passes one that is known is refused before it is paid: some servers cut a prompt that is too long in silence.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.domain.errors import DroverError, ErrorCode
from engine.providers.port import ProviderError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from engine.cost.models import ModelBook
    from engine.domain.message import Message
    from engine.domain.task import Route
    from engine.providers.port import ProviderDirectory
    from engine.runtime.learned import Learned

DOUBT = 0.9
"""A prompt is expected to be at least so much of what is expected of it: learned ratios of one model vary less."""
AROUND = 16
"""Tokens that a chat template adds to a message, as providers bound it."""


class Contexts:
    """Of all models."""

    def __init__(self, providers: ProviderDirectory, models: ModelBook, learned: Learned) -> None:
        """Ask providers first, then what is known of models; `learned` makes tokens of bytes."""
        self._providers = providers
        self._models = models
        self._learned = learned

    def limit(self, route: Route) -> int:
        """Return the tokens that a model holds, prompt and reply together."""
        return self.known(route) or self._models.facts(route.provider, route.model).context

    def tokens(self, route: Route, size: int) -> int:
        """Return how many tokens so many bytes are expected to be."""
        return self._learned.input((route.provider, route.model), size)

    def prompt(self, route: Route, messages: Iterable[Message]) -> int:
        """Return how many tokens a prompt is expected to be."""
        return self.tokens(route, size_of(messages))

    def check(self, route: Route, messages: Iterable[Message]) -> None:
        """Refuse a prompt that does not fit; raises `ProviderError(CONTEXT_OVERFLOW)`."""
        known, expected = self.known(route), self.prompt(route, messages)
        if known is not None and expected * DOUBT > known:
            detail = f"about {expected} tokens, {known} of context"
            raise ProviderError(ErrorCode.CONTEXT_OVERFLOW, detail, retryable=False, maybe_billed=False)

    def known(self, route: Route) -> int | None:
        """Return the tokens that a model is stated to hold; None where nobody states it."""
        try:
            said = self._providers.get(route.provider).capabilities.context
        except DroverError:  # not set up any more: its call says so
            said = None
        facts = self._models.facts(route.provider, route.model)
        return said or (facts.context if facts.sure else None)


def size_of(messages: Iterable[Message]) -> int:
    """Return the bytes of a prompt, with what templates add counted as bytes."""
    return AROUND + sum(len(message.content.encode("utf-8", "replace")) + AROUND for message in messages)
