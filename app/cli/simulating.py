"""`drover simulate`: the simulator by hand."""

from __future__ import annotations

import asyncio
import math
import signal

from app.cli.report import Exit, Output, say, wrong
from engine.simulator.config import Fault, FaultKind, SimulatorConfig
from engine.simulator.server import Simulator


async def serve(config: SimulatorConfig, output: Output) -> Exit:
    """Serve until the person ends it; raises `CommandError`."""
    if not 0 <= config.port < 65_536:
        raise wrong("bad_port", port=config.port)
    if not 0 < config.speed < math.inf:
        raise wrong("bad_speed")
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for each in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(each, ended.set)
    try:
        async with Simulator(config) as simulator:
            models = [model.id for model in config.models]
            told = say("serving", url=simulator.base_url, models=", ".join(models))
            output.emit("serving", told, {"url": simulator.base_url, "models": models})
            await ended.wait()
    except OSError as error:
        raise wrong("port", port=config.port, problem=error.strerror) from error
    return Exit.COMPLETED


def read_faults(text: str) -> tuple[Fault, ...]:
    """Return the faults of "kind=probability,…"; raises `CommandError`."""
    found: list[Fault] = []
    for part in filter(None, (each.strip() for each in text.split(","))):
        kind, _, probability = part.partition("=")
        try:
            fault = Fault(kind=FaultKind(kind), probability=float(probability or 1))
        except ValueError:
            raise wrong("bad_faults", kinds=", ".join(FaultKind)) from None
        if not 0 <= fault.probability <= 1:
            raise wrong("bad_faults", kinds=", ".join(FaultKind))
        found.append(fault)
    return tuple(found)
