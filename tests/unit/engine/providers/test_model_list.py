"""Lists of models, in the shapes that servers give them."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.providers.model_list import read_models
from engine.providers.port import ModelInfo, ProviderError


@pytest.mark.parametrize(
    ("raw", "models"),
    [
        (b'{"data":[{"id":"b"},{"id":"a"},{"id":"b"}]}', (ModelInfo(id="a"), ModelInfo(id="b"))),
        (b'{"data":[{"id":"a","context_length":8}]}', (ModelInfo(id="a", context=8),)),
        (b'{"data":[{"id":"a","max_model_len":8}]}', (ModelInfo(id="a", context=8),)),
        (b'{"data":[{"id":"a","meta":{"n_ctx_train":8}}]}', (ModelInfo(id="a", context=8),)),
        (b'{"data":[{"id":"a","context_window":-1}]}', (ModelInfo(id="a"),)),
        (b'{"data":[{"id":"a","context_length":"8k"}]}', (ModelInfo(id="a"),)),
        (b'{"data":[{"id":""},{"id":"%s"}]}' % (b"x" * 300), ()),
        (b'{"object":"list","data":null}', ()),
        (b"{}", ()),
    ],
)
def test_lists(raw: bytes, models: tuple[ModelInfo, ...]) -> None:
    """Ids once and in order, contexts where they can be believed."""
    assert read_models(raw) == models


@given(st.binary(max_size=100))
def test_any_bytes_are_a_list_or_garbage(raw: bytes) -> None:
    """Nothing else is raised."""
    with suppress(ProviderError):
        read_models(raw)
