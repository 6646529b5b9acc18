"""Tasks whose fallback is another provider, while the first one is away or taken away, through the whole engine."""

from __future__ import annotations

import asyncio
from collections.abc import Generator
from contextlib import contextmanager
from unittest.mock import patch

from engine.domain.errors import DroverError, ErrorCode
from engine.domain.states import State
from engine.domain.task import Route
from engine.providers.port import Capabilities
from engine.providers.scripted import ScriptedProvider, failure, in_turn, reply
from tests.virtual_time import run
from tests.workbench import OneProvider, bench

SLOW = reply("fine", pause_s=0.5)


@contextmanager
def two_of(first: ScriptedProvider, second: ScriptedProvider) -> Generator[set[str]]:
    """Let the directory have both, but those whose names are put into the set."""
    gone = set[str]()

    def get(_self: OneProvider, name: str) -> ScriptedProvider:
        if name in gone:
            raise DroverError(ErrorCode.UNKNOWN_PROVIDER, name)
        return first if name == first.name else second

    with patch.object(OneProvider, "get", get):
        yield gone


def second_one() -> tuple[ScriptedProvider, Route]:
    """Return a provider that always answers, and its route."""
    return ScriptedProvider(playbook=in_turn(SLOW), name="second"), Route(provider="second", model="other")


def test_a_provider_that_was_away_is_asked_again_though_every_task_went_elsewhere() -> None:
    """Nobody waits for it, so whoever chooses it next finds out."""

    async def main() -> None:
        away = asyncio.Event()
        away.set()
        first = ScriptedProvider(playbook=lambda _: failure(ErrorCode.SERVER_ERROR) if away.is_set() else SLOW)
        second, route = second_one()
        with two_of(first, second):
            async with bench(provider=first) as b:
                for _ in range(4):
                    task = await b.submit(max_steps=1, fallbacks=(route,))
                    assert (await b.until(task)).state is State.COMPLETED
                assert b.engine.totals().providers[0].away == "server_error"
                away.clear()
                await asyncio.sleep(60.0)
                for _ in range(2):
                    before = len(second.sent)
                    task = await b.submit(max_steps=1, fallbacks=(route,))
                    assert (await b.until(task)).state is State.COMPLETED
                    assert len(second.sent) == before
                assert b.engine.totals().providers[0].away == ""

    run(main())


def test_a_provider_taken_away_while_a_task_waits_in_its_line_is_left() -> None:
    """For its fallback; it does not fail."""

    async def main() -> None:
        first = ScriptedProvider(playbook=in_turn(SLOW), capabilities=Capabilities(concurrency=1))
        second, route = second_one()
        with two_of(first, second) as gone:
            async with bench(provider=first) as b:
                busy = await b.submit(max_steps=1)
                waiting = await b.submit(max_steps=1, fallbacks=(route,))
                await asyncio.sleep(0.2)
                gone.add("scripted")
                assert (await b.until(waiting)).state is State.COMPLETED
                assert (await b.until(busy)).state is State.COMPLETED
                assert (len(first.sent), len(second.sent)) == (1, 1)

    run(main())
