"""The simulator by hand: what it is asked for, and a port that is taken."""

from __future__ import annotations

import asyncio
import os
import signal
import socket

import pytest

from app.cli.report import CommandError, Exit, Output
from app.cli.simulating import read_faults, serve
from engine.simulator.config import Fault, FaultKind, SimulatorConfig


def test_faults_as_they_are_written() -> None:
    """Kinds with a probability, which may be left out."""
    assert read_faults("") == ()
    assert read_faults(" cut=0.25, html ,") == (Fault(kind=FaultKind.CUT, probability=0.25), Fault(kind=FaultKind.HTML))


@pytest.mark.parametrize("text", ["no_such", "cut=often", "=1", "cut=2", "cut=-3", "cut=nan", "cut=inf"])
def test_faults_that_are_none(text: str) -> None:
    """All kinds are named."""
    with pytest.raises(CommandError, match="rate_limit") as raised:
        read_faults(text)
    assert raised.value.status == Exit.BAD_INPUT


@pytest.mark.parametrize(
    ("config", "code"),
    [
        (SimulatorConfig(port=99_999), "bad_port"),
        (SimulatorConfig(port=-1), "bad_port"),
        (SimulatorConfig(speed=0.0), "bad_speed"),
        (SimulatorConfig(speed=-1.0), "bad_speed"),
        (SimulatorConfig(speed=float("nan")), "bad_speed"),
        (SimulatorConfig(speed=float("inf")), "bad_speed"),
    ],
)
async def test_figures_that_cannot_be(config: SimulatorConfig, code: str) -> None:
    """One sentence, and nothing is served."""
    with pytest.raises(CommandError) as raised:
        await serve(config, Output(json=True))
    assert (raised.value.code, raised.value.status) == (code, Exit.BAD_INPUT)


async def test_a_port_that_is_taken() -> None:
    """Is named, with what to do."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(CommandError, match=f"Port {port} cannot be used.*--port"):
            await serve(SimulatorConfig(port=port), Output(json=True))


async def test_ctrl_c_ends_it(capsys: pytest.CaptureFixture[str]) -> None:
    """It says where it serves, and leaves with 0."""
    serving = asyncio.ensure_future(serve(SimulatorConfig(), Output(json=True)))
    said = ""
    async with asyncio.timeout(5):
        while not said:
            await asyncio.sleep(0.01)
            said = capsys.readouterr().out
    assert '"type":"serving"' in said
    os.kill(os.getpid(), signal.SIGINT)
    assert await serving == Exit.COMPLETED
