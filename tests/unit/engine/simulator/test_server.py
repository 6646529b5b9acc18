"""The simulator's own rules over real sockets: what it is told, what it refuses, how its faults are dealt out."""

from __future__ import annotations

import socket
from collections.abc import AsyncGenerator, Sequence

import httpx
import pytest

from engine.providers.usage import read_billed
from engine.simulator.config import MODELS as OFFERED
from engine.simulator.config import Fault, FaultKind, SimulatedModel, SimulatorConfig
from engine.simulator.server import Simulator

ASK = {"model": "sim-fast", "messages": [{"role": "user", "content": "Name a sheep"}], "max_tokens": 3}
LIMITED = Fault(kind=FaultKind.RATE_LIMIT, times=2)


@pytest.fixture
async def client() -> AsyncGenerator[httpx.AsyncClient]:
    """Plain HTTP, no environment."""
    async with httpx.AsyncClient(trust_env=False, timeout=20) as made:
        yield made


def fast(*faults: Fault, models: tuple[SimulatedModel, ...] = OFFERED) -> Simulator:
    """Return a simulator that loses no time."""
    return Simulator(SimulatorConfig(seed=5, speed=500.0, faults=faults, models=models))


async def statuses(client: httpx.AsyncClient, simulator: Simulator, count: int) -> Sequence[int]:
    """Ask `count` times and return what each got."""
    url = f"{simulator.base_url}/chat/completions"
    return [(await client.post(url, json=ASK)).status_code for _ in range(count)]


async def test_a_fault_comes_as_often_as_it_was_told(client: httpx.AsyncClient) -> None:
    """Then the next one, then none."""
    async with fast(LIMITED, Fault(kind=FaultKind.SERVER_ERROR, times=1)) as simulator:
        assert await statuses(client, simulator, 5) == [429, 429, 500, 200, 200]
        assert [seen.refused for seen in simulator.witness][3:] == ["", ""]
        assert [seen.billed > 0 for seen in simulator.witness] == [False, False, False, True, True]


async def test_a_fault_of_some_probability_is_seeded(client: httpx.AsyncClient) -> None:
    """Two runs meet it at the same requests: neither never nor always."""
    runs: list[Sequence[int]] = []
    for _ in range(2):
        async with fast(Fault(kind=FaultKind.SERVER_ERROR, probability=0.5)) as simulator:
            runs.append(await statuses(client, simulator, 12))
    assert runs[0] == runs[1]
    assert set(runs[0]) == {200, 500}


async def test_faults_are_set_while_it_runs(client: httpx.AsyncClient) -> None:
    """With fresh counts each time; what is no list of faults changes nothing."""
    async with fast() as simulator:
        control = f"http://127.0.0.1:{simulator.port}/_sim/faults"
        for _ in range(2):
            asked = await client.post(control, json=[{"kind": "rate_limit", "times": 1}])
            assert asked.json() == {"faults": 1}
            assert await statuses(client, simulator, 2) == [429, 200]
        assert (await client.post(control, json=[{"kind": "flood"}])).status_code == 400
        assert await statuses(client, simulator, 1) == [200]


async def test_it_tells_what_it_saw(client: httpx.AsyncClient) -> None:
    """Each request with the client's own id for it, in order."""
    async with fast() as simulator:
        for number in range(2):
            headers = {"X-Client-Request-Id": f"mine-{number}"}
            await client.post(f"{simulator.base_url}/chat/completions", json=ASK, headers=headers)
        seen = (await client.get(f"http://127.0.0.1:{simulator.port}/_sim/requests")).json()
    assert [each["client_request_id"] for each in seen] == ["mine-0", "mine-1"]
    assert [(each["prompt"], each["output_tokens"], each["whole"]) for each in seen] == [("Name a sheep", 3, True)] * 2


@pytest.mark.parametrize("body", [b"", b"[]", b'{"model": 1}', b"\xff", b'{"model": "sim-fast", "messages": "x"}'])
async def test_what_is_no_request_is_refused(client: httpx.AsyncClient, body: bytes) -> None:
    """And is not counted as one."""
    async with fast() as simulator:
        answer = await client.post(f"{simulator.base_url}/chat/completions", content=body)
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid_request_error")
        assert len(simulator.witness) == 0


async def test_a_prompt_beyond_the_context_is_refused(client: httpx.AsyncClient) -> None:
    """Unbilled, with the code that clients know it by."""
    small = SimulatedModel(
        id="sim-fast", tokens_per_s=9, first_token_s=0, reply_tokens=9, price=OFFERED[0].price, context=7
    )
    async with fast(models=(small,)) as simulator:
        answer = await client.post(f"{simulator.base_url}/chat/completions", json=ASK)
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, "context_length_exceeded")
        assert simulator.witness.billed == 0


async def test_it_listens_on_loopback_alone() -> None:
    """Nobody else on the network can spend what it simulates, or read what it saw."""
    async with fast() as simulator:
        with socket.socket() as other:  # free only where the simulator did not take every address
            other.bind(("127.0.0.2", simulator.port))


async def test_it_says_what_a_request_was_billed(client: httpx.AsyncClient) -> None:
    """By its own id or the client's, also of one that was cut; what it does not know, or refused, is not found."""
    cut = Fault(kind=FaultKind.CUT, after_tokens=2, times=1)
    async with fast(cut) as simulator:
        url = f"{simulator.base_url}/chat/completions"
        with pytest.raises(httpx.HTTPError):
            await client.post(url, json=ASK | {"stream": True}, headers={"X-Client-Request-Id": "ours"})
        await client.post(url, json=ASK | {"model": "nothing"}, headers={"X-Client-Request-Id": "refused"})
        (seen, _) = simulator.witness
        for name in ("ours", seen.request_id):
            answer = await client.get(f"{simulator.base_url}/generation", params={"id": name})
            assert answer.status_code == 200
            assert read_billed(answer.content) == seen.billed > 0
        for name in ("nobody", ""):
            answer = await client.get(f"{simulator.base_url}/generation", params={"id": name})
            assert answer.status_code == 404
        answer = await client.get(f"{simulator.base_url}/generation", params={"id": "refused"})
        assert read_billed(answer.content) == 0


async def test_it_tells_nobody_without_its_key(client: httpx.AsyncClient) -> None:
    """What was billed is its account's own business."""
    async with Simulator(SimulatorConfig(key="sk-1")) as simulator:
        assert (await client.get(f"{simulator.base_url}/generation", params={"id": "x"})).status_code == 401


async def test_it_is_away_and_asks_for_another_key_when_it_is_told(client: httpx.AsyncClient) -> None:
    """Each by itself; what is no state changes nothing."""
    async with fast() as simulator:
        control = f"http://127.0.0.1:{simulator.port}/_sim/state"
        assert (await client.post(control, json={"key": "k"})).json() == {"down": False, "key": True}
        assert await statuses(client, simulator, 1) == [401]
        assert (await client.post(control, json={"key": "", "down": True})).json() == {"down": True, "key": False}
        with pytest.raises(httpx.RemoteProtocolError):
            await statuses(client, simulator, 1)
        assert (await client.post(control, json={"up": True})).status_code == 400
        await client.post(control, json={"down": False})
        assert await statuses(client, simulator, 1) == [200]
