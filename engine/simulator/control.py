"""What a test says to a simulator that runs, under /_sim: faults, whether it is there, its key; and what it saw."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import msgspec
from aiohttp import web

from engine.simulator.config import Fault
from engine.simulator.faults import in_json, refuse
from engine.simulator.witness import Witness


class Controlled(Protocol):
    """A server as far as it is controlled."""

    witness: Witness
    key: str
    down: bool

    def set_faults(self, faults: Sequence[Fault]) -> None:
        """Do these wrong from now on."""
        ...


class State(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What can be set; what is not said stays."""

    down: bool | None = None
    key: str | None = None


class Controls:
    """Of one server."""

    def __init__(self, server: Controlled) -> None:
        """Control `server`."""
        self._server = server

    async def requests(self, request: web.Request) -> web.Response:
        """List what came, but for the first `after`."""
        after = request.query.get("after", "0")
        return in_json(list(self._server.witness)[int(after) if after.isdecimal() else 0 :])

    async def set_faults(self, request: web.Request) -> web.Response:
        """Take a list of faults."""
        try:
            faults = msgspec.json.decode(await request.read(), type=list[Fault])
        except msgspec.DecodeError as problem:
            return refuse(400, "invalid_request_error", str(problem))
        self._server.set_faults(faults)
        return in_json({"faults": len(faults)})

    async def set_state(self, request: web.Request) -> web.Response:
        """Be there or not, and ask for another key: none, where it is empty."""
        try:
            said = msgspec.json.decode(await request.read(), type=State)
        except msgspec.DecodeError as problem:
            return refuse(400, "invalid_request_error", str(problem))
        if said.down is not None:
            self._server.down = said.down
        if said.key is not None:
            self._server.key = said.key
        return in_json({"down": self._server.down, "key": bool(self._server.key)})


def add_controls(app: web.Application, server: Controlled) -> None:
    """Let `server` be controlled through `app`."""
    controls = Controls(server)
    app.router.add_get("/_sim/requests", controls.requests)
    app.router.add_post("/_sim/faults", controls.set_faults)
    app.router.add_post("/_sim/state", controls.set_state)
