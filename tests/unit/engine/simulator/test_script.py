"""What the simulator answers: the same for the same seed and request."""

from __future__ import annotations

import msgspec
import pytest

from engine.simulator.config import MODELS, Fault, FaultKind, SimulatorConfig
from engine.simulator.script import MARKER, Asked, AskedMessage, Script, prefixes, price_of, write_script

MODEL = MODELS[0]
CONFIG = SimulatorConfig(seed=7)


def asked(*texts: str, **more: object) -> Asked:
    """Return a request of user and assistant messages in turn."""
    roles = ("user", "assistant")
    messages = tuple(AskedMessage(role=roles[place % 2], content=text) for place, text in enumerate(texts))
    return msgspec.structs.replace(Asked(model=MODEL.id, messages=messages), **more)


def script(request: Asked, config: SimulatorConfig = CONFIG, cached: int = 0) -> Script:
    """Return the reply to a request."""
    return write_script(config, MODEL, request, cached=cached, number=1, fault=None)


def test_the_same_request_gets_the_same_reply() -> None:
    """And another seed, or another request, another one."""
    one = script(asked("Sheep?"))
    assert one == script(asked("Sheep?"))
    assert one.pieces != script(asked("Goats?")).pieces
    assert one.pieces != script(asked("Sheep?"), SimulatorConfig(seed=8)).pieces


def test_usage_is_what_was_asked_and_said() -> None:
    """Four bytes a token, four tokens around a message; what was cached is told."""
    reply = script(asked("x" * 40, "y" * 4), cached=1)
    assert (reply.usage.input, reply.usage.cached) == (14 + 5, 14)
    assert reply.usage.output == len(reply.pieces)
    assert reply.cost == MODEL.price.cost(reply.usage)


@pytest.mark.parametrize("field", ["max_tokens", "max_completion_tokens"])
def test_the_limit_of_a_reply_holds(field: str) -> None:
    """Either name of it, and the end says why."""
    reply = script(asked("Sheep?", **{field: 3}))
    assert (len(reply.pieces), reply.finish) == (3, "length")
    assert script(asked("Sheep?")).finish == "stop"


def test_it_says_that_it_is_done() -> None:
    """After as many replies as it was told to."""
    config = SimulatorConfig(seed=7, done_after=2)
    assert MARKER not in "".join(script(asked("q"), config).pieces)
    assert "".join(script(asked("q", "a", "q"), config).pieces).endswith(MARKER)


def test_speed_goes_with_the_factor() -> None:
    """Twice as fast in tokens, half as long to the first."""
    slow, fast = script(asked("q")), script(asked("q"), SimulatorConfig(seed=7, speed=2.0))
    assert fast.tokens_per_s == pytest.approx(2 * slow.tokens_per_s)
    assert fast.first_token_s == pytest.approx(slow.first_token_s / 2)


def test_prefixes_tell_a_longer_conversation_from_another() -> None:
    """Equal as far as the conversations are, and for one model only."""
    short, long = prefixes(asked("a", "b")), prefixes(asked("a", "b", "c"))
    assert long[:2] == short
    assert prefixes(asked("ab"))[0] != prefixes(asked("a"))[0]
    assert prefixes(asked("a", model="other"))[0] != short[0]


def test_prices_by_model() -> None:
    """None for a model it does not have."""
    assert price_of(CONFIG, MODEL.id) == MODEL.price
    assert price_of(CONFIG, "other") is None


def test_a_model_can_go_round_in_circles() -> None:
    """It says its last reply again, word for word; the first one it has to find."""
    fault = Fault(kind=FaultKind.REPEAT)
    first = write_script(CONFIG, MODEL, asked("q"), cached=0, number=1, fault=fault)
    again = write_script(CONFIG, MODEL, asked("q", "  One\n\ntwo. ", "q"), cached=0, number=2, fault=fault)
    assert first.pieces == script(asked("q")).pieces
    assert "".join(again.pieces) == "  One\n\ntwo. " and again.usage.output == len(again.pieces)
