"""The simulator's bytes: events of a stream and bodies, as OpenAI's chat completions have them. Pure."""

from __future__ import annotations

import msgspec

from engine.domain.money import plain
from engine.domain.usage import Usage
from engine.simulator.script import Script

DONE = b"data: [DONE]\n\n"


def event(body: object) -> bytes:
    """Return one server-sent event."""
    return b"data: " + msgspec.json.encode(body) + b"\n\n"


def chunk(script: Script, delta: dict[str, object], finish: str | None = None) -> bytes:
    """Return a chunk of the reply as an event."""
    return event(_head(script, "chat.completion.chunk") | {"choices": [_choice(delta=delta, finish=finish)]})


def usage_chunk(script: Script, usage: Usage) -> bytes:
    """Return the last chunk, which only has the usage."""
    nothing: list[object] = []
    return event(_head(script, "chat.completion.chunk") | {"choices": nothing, "usage": usage_body(usage)})


def whole(script: Script) -> dict[str, object]:
    """Return the reply to a request that asked for no stream."""
    message = {"role": "assistant", "content": "".join(script.pieces)}
    return _head(script, "chat.completion") | {
        "choices": [{"index": 0, "message": message, "finish_reason": script.finish}],
        "usage": usage_body(script.usage),
    }


def usage_body(usage: Usage) -> dict[str, object]:
    """Return a usage as its JSON."""
    return {
        "prompt_tokens": usage.input,
        "completion_tokens": usage.output,
        "total_tokens": usage.input + usage.output,
        "prompt_tokens_details": {"cached_tokens": usage.cached},
        "completion_tokens_details": {"reasoning_tokens": usage.reasoning},
    }


def generation(request_id: str, model: str, billed: int) -> dict[str, object]:
    """Return what a request was billed, in dollars, in OpenRouter's form."""
    cost = msgspec.Raw(plain(billed).encode())
    return {"data": {"id": request_id, "model": model, "total_cost": cost, "usage": cost}}


def error(message: str, code: str, **more: object) -> dict[str, object]:
    """Return an error's JSON."""
    return {"error": {"message": message, "type": "simulated", "param": None, "code": code, **more}}


def _choice(*, delta: dict[str, object], finish: str | None) -> dict[str, object]:
    return {"index": 0, "delta": delta, "finish_reason": finish}


def _head(script: Script, kind: str) -> dict[str, object]:
    return {"id": f"chatcmpl-{script.request_id}", "object": kind, "created": 1_795_500_000, "model": script.model.id}
