"""Reads the list of models that a server offers: OpenAI's shape, and where others put the size of the context."""

from __future__ import annotations

import msgspec

from engine.domain.errors import ErrorCode
from engine.domain.plain_text import one_line
from engine.providers.port import ModelInfo, ProviderError
from engine.providers.usage import UNREADABLE

MAX_MODELS = 10_000
MAX_ID = 200
"""Characters of a model's id."""


class _Meta(msgspec.Struct):
    n_ctx_train: int | None = None
    """llama.cpp"""


class _Model(msgspec.Struct):
    id: str
    context_length: int | None = None
    """OpenRouter"""
    context_window: int | None = None
    """Groq"""
    max_model_len: int | None = None
    """vLLM"""
    meta: _Meta | None = None

    def context(self) -> int | None:
        trained = self.meta.n_ctx_train if self.meta is not None else None
        found = self.context_length or self.context_window or self.max_model_len or trained
        return found if found is not None and 0 < found <= 10**9 else None


class _ModelId(msgspec.Struct):
    id: str


class _Models(msgspec.Struct):
    data: list[msgspec.Raw] | None = None


def read_models(raw: bytes) -> tuple[ModelInfo, ...]:
    """Return the models of a list, each once, by their ids; raises `ProviderError(GARBAGE)` for what is no list."""
    try:
        listed = msgspec.json.decode(raw, type=_Models).data or []
        models = {model.id: model for model in map(_read_model, listed[:MAX_MODELS])}
    except UNREADABLE as error:
        raise ProviderError(ErrorCode.GARBAGE, "no list of models", retryable=True, maybe_billed=False) from error
    return tuple(models[name] for name in sorted(models) if 0 < len(name) <= MAX_ID and name == one_line(name))


def _read_model(raw: msgspec.Raw) -> ModelInfo:
    try:
        model = msgspec.json.decode(raw, type=_Model)
    except msgspec.ValidationError:  # figures of another shape: the id is what counts
        return ModelInfo(id=msgspec.json.decode(raw, type=_ModelId).id)
    return ModelInfo(id=model.id, context=model.context())
