"""The simulator's bytes, as OpenAI's chat completions have them."""

from __future__ import annotations

import json
from typing import cast

from engine.domain.usage import Usage
from engine.simulator import wire
from engine.simulator.config import MODELS, SimulatorConfig
from engine.simulator.script import Asked, AskedMessage, write_script

ASKED = Asked(model=MODELS[0].id, messages=(AskedMessage(role="user", content="Sheep?"),))
SCRIPT = write_script(SimulatorConfig(), MODELS[0], ASKED, cached=0, number=4, fault=None)


def body(event: bytes) -> dict[str, object]:
    """Return what one event carries."""
    assert event.startswith(b"data: ") and event.endswith(b"\n\n") and event.count(b"\n") == 2
    return cast("dict[str, object]", json.loads(event[6:]))


def test_a_chunk_is_one_event() -> None:
    """A line break in the text does not end it early."""
    chunk = body(wire.chunk(SCRIPT, {"content": "a\n\nb\u2028"}))
    assert chunk["choices"] == [{"index": 0, "delta": {"content": "a\n\nb\u2028"}, "finish_reason": None}]
    assert (chunk["id"], chunk["object"]) == ("chatcmpl-sim-1-4", "chat.completion.chunk")


def test_usage_comes_in_a_chunk_without_choices() -> None:
    """Parts beside their wholes, and the sum."""
    chunk = body(wire.usage_chunk(SCRIPT, Usage(input=10, cached=4, output=5, reasoning=2)))
    assert chunk["choices"] == []
    assert chunk["usage"] == {
        "prompt_tokens": 10,
        "completion_tokens": 5,
        "total_tokens": 15,
        "prompt_tokens_details": {"cached_tokens": 4},
        "completion_tokens_details": {"reasoning_tokens": 2},
    }


def test_a_whole_reply_is_the_joined_stream() -> None:
    """Text, end and usage in one body."""
    whole = wire.whole(SCRIPT)
    message = {"role": "assistant", "content": "".join(SCRIPT.pieces)}
    assert whole["choices"] == [{"index": 0, "message": message, "finish_reason": "stop"}]
    assert whole["usage"] == wire.usage_body(SCRIPT.usage)


def test_an_error_has_its_code_where_clients_look() -> None:
    """With whatever more a server says."""
    assert wire.error("No.", "invalid_api_key", hint="x") == {
        "error": {"message": "No.", "type": "simulated", "param": None, "code": "invalid_api_key", "hint": "x"}
    }
