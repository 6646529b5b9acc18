"""The simulator's server: HTTP on loopback by aiohttp. What it says is decided in `script`, how it looks in `wire`."""

from __future__ import annotations

import asyncio
import gzip
import random
import time
from collections.abc import Sequence
from types import TracebackType
from typing import Self

import msgspec
from aiohttp import web

from engine.simulator import wire
from engine.simulator.config import Fault, FaultKind, SimulatedModel, SimulatorConfig
from engine.simulator.control import add_controls
from engine.simulator.faults import STALL_S, abort, break_off, in_json, refusal, refuse
from engine.simulator.limits import Limiter, Refusal
from engine.simulator.script import Asked, Script, prefixes, write_script
from engine.simulator.text import count
from engine.simulator.witness import Seen, Witness

ENDLESSLY = 10_000
"""Times that an endless reply says the same: hours."""

TICK_S = 0.04
"""Seconds between two writes of a stream that is faster than that."""


class Simulator:
    """`async with Simulator(config) as sim: sim.base_url`."""

    def __init__(self, config: SimulatorConfig | None = None) -> None:
        """Take a configuration; the default is a seeded server without faults."""
        self.config = config or SimulatorConfig()
        self.witness = Witness()
        self.key = self.config.key
        """As it is now: it may be revoked."""
        self.down = False
        """Whether it answers nobody: connections end before anything is said."""
        self._limiter = Limiter(self.config.limits)
        self.faults: list[Fault] = []
        self._left: dict[Fault, int | None] = {}
        self.set_faults(self.config.faults)
        self._cache: set[bytes] = set()
        self._chance = random.Random(self.config.seed)  # noqa: S311 - seeded on purpose
        self._models: dict[str, SimulatedModel] = {model.id: model for model in self.config.models}
        self._runner: web.AppRunner | None = None
        self.port = 0

    def set_faults(self, faults: Sequence[Fault]) -> None:
        """Do these wrong from now on, with fresh counts."""
        self.faults = list(faults)
        self._left = {fault: fault.times for fault in faults}

    @property
    def base_url(self) -> str:
        """The URL that OpenAI's clients take."""
        return f"http://127.0.0.1:{self.port}/v1"

    async def __aenter__(self) -> Self:
        """Begin to listen."""
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.router.add_post("/v1/chat/completions", self._completions)
        app.router.add_get("/v1/models", self._list_models)
        app.router.add_get("/v1/generation", self._generation)
        add_controls(app, self)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.config.port, backlog=1024)
        await site.start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Cut what still streams and stop."""
        if self._runner is not None:
            await self._runner.cleanup()

    # --- requests

    async def _completions(self, request: web.Request) -> web.StreamResponse:
        arrived = time.monotonic_ns()
        if self.down:
            abort(request)
            return web.Response()
        try:
            asked = msgspec.json.decode(await request.read(), type=Asked)
        except msgspec.DecodeError as problem:
            return refuse(400, "invalid_request_error", str(problem))
        seen = self._see(request, asked, arrived)
        model = self._models.get(asked.model)
        if model is None or not self._knows(request):
            return self._refuse_stranger(request, seen)
        too_many = self._limiter.arrive(_worst(asked, model), time.monotonic())
        if too_many is not None:
            return self._refuse_for_limits(too_many, seen)
        try:
            return await self._answer(request, asked, model, seen)
        finally:
            self._limiter.leave()

    def _refuse_for_limits(self, refusal: Refusal, seen: Seen) -> web.Response:
        seen.refused = "rate_limit_exceeded"
        refused = refuse(429, seen.refused, f"Rate limit reached: {refusal.what}.")
        refused.headers.update(self._limiter.headers(time.monotonic(), refusal))
        return refused

    async def _answer(
        self, request: web.Request, asked: Asked, model: SimulatedModel, seen: Seen
    ) -> web.StreamResponse:
        fault = self._fault()
        script = write_script(self.config, model, asked, cached=self._cached(asked), number=seen.number, fault=fault)
        refused = refusal(script, request)
        if refused is not None:
            seen.refused = refused.reason or "refused"
            return refused
        seen.prompt_tokens = script.usage.input
        seen.request_id = script.request_id
        if not asked.stream:
            return await self._whole(script, seen)
        try:
            return await self._stream(request, asked, script, seen)
        except ConnectionError:
            return web.Response()  # the client is gone: nobody reads it

    def _refuse_stranger(self, request: web.Request, seen: Seen) -> web.Response:
        if not self._knows(request):
            seen.refused = "invalid_api_key"
            return refuse(401, seen.refused, "Incorrect API key provided.")
        seen.refused = "model_not_found"
        return refuse(404, seen.refused, f"The model `{seen.model}` does not exist.")

    async def _whole(self, script: Script, seen: Seen) -> web.Response:
        await asyncio.sleep(script.first_token_s + len(script.pieces) / script.tokens_per_s)
        self._bill(script, seen, len(script.pieces))
        seen.whole = True
        return in_json(wire.whole(script))

    async def _stream(self, request: web.Request, asked: Asked, script: Script, seen: Seen) -> web.StreamResponse:
        kind = script.fault.kind if script.fault else None
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "x-request-id": script.request_id})
        response.headers.update(self._limiter.headers(time.monotonic()))
        if kind is FaultKind.GZIP:
            response.headers["Content-Encoding"] = "gzip"
        if kind is FaultKind.NO_HEAD:
            self._bill(script, seen, 0)
            await asyncio.sleep(STALL_S)
        await response.prepare(request)
        if kind is FaultKind.GZIP:
            await response.write(gzip.compress(b"\0" * 1_000_000))
            return response
        await asyncio.sleep(script.first_token_s * self._limiter.slowness)
        self._bill(script, seen, 0)
        await response.write(wire.chunk(script, {"role": "assistant", "content": ""}))
        if not await self._pieces(request, response, script, seen):
            return response
        await response.write(wire.chunk(script, {}, _finish(script)))
        if asked.stream_options is not None and asked.stream_options.include_usage and kind is not FaultKind.NO_USAGE:
            usage = script.usage
            if kind is FaultKind.ABSURD_USAGE:
                usage = msgspec.structs.replace(usage, output=-5)
            await response.write(wire.usage_chunk(script, usage))
        await response.write(wire.DONE)
        seen.whole = True
        await response.write_eof()
        return response

    async def _pieces(self, request: web.Request, response: web.StreamResponse, script: Script, seen: Seen) -> bool:
        """Write the reply's text at its speed; False when a fault ended it."""
        loop = asyncio.get_running_loop()
        began, sent, pieces = loop.time(), 0, _said(script)
        fault = script.fault
        while sent < len(pieces):
            if fault is not None and sent >= fault.after_tokens and await break_off(request, response, fault):
                return False
            due = min(len(pieces), 1 + int((loop.time() - began) * script.tokens_per_s))
            if fault is not None and sent < fault.after_tokens:
                due = min(due, fault.after_tokens)
            if due > sent:
                await response.write(b"".join(wire.chunk(script, {"content": piece}) for piece in pieces[sent:due]))
                sent = due
                self._bill(script, seen, sent)
            await asyncio.sleep(max(TICK_S, 1 / script.tokens_per_s) if sent < len(pieces) else 0)
        return not (fault is not None and await break_off(request, response, fault))

    def _bill(self, script: Script, seen: Seen, tokens: int) -> None:
        """Bill what was read and written so far: a provider does so also for a reply that was cut."""
        seen.output_tokens = tokens
        seen.billed = script.model.price.cost(msgspec.structs.replace(script.usage, output=tokens))

    # --- what is known of a request

    def _see(self, request: web.Request, asked: Asked, monotonic_ns: int) -> Seen:
        first = next((m.content or "" for m in asked.messages if m.role == "user"), "")
        return self.witness.add(
            Seen(
                number=len(self.witness) + 1,
                arrived_ns=time.time_ns(),
                monotonic_ns=monotonic_ns,
                client_request_id=request.headers.get("X-Client-Request-Id", ""),
                model=asked.model,
                prompt=first[:200],
                messages=len(asked.messages),
            )
        )

    def _knows(self, request: web.Request) -> bool:
        return not self.key or request.headers.get("Authorization") == f"Bearer {self.key}"

    def _cached(self, asked: Asked) -> int:
        """How many messages, from the first on, an earlier request had too; remembers this one."""
        digests = prefixes(asked)
        known = next((place for place, each in enumerate(digests) if each not in self._cache), len(digests))
        self._cache.update(digests)
        return known

    def _fault(self) -> Fault | None:
        for fault in self.faults:
            left = self._left.get(fault)
            if left is not None and left <= 0:
                continue
            if self._chance.random() < fault.probability:
                if left is not None:
                    self._left[fault] = left - 1
                return fault
        return None

    # --- the rest

    async def _list_models(self, request: web.Request) -> web.Response:
        if not self._knows(request):
            return refuse(401, "invalid_api_key", "Incorrect API key provided.")
        data = [{"id": m.id, "object": "model", "owned_by": "drover", "created": 0} for m in self.config.models]
        return in_json({"object": "list", "data": data})

    async def _generation(self, request: web.Request) -> web.Response:
        """Say what a request was billed, by its id or its client's own."""
        if not self._knows(request):
            return refuse(401, "invalid_api_key", "Incorrect API key provided.")
        seen = self.witness.find(request.query.get("id", ""))
        if seen is None:
            return refuse(404, "not_found", "There is no such generation.")
        return in_json(wire.generation(seen.request_id, seen.model, seen.billed))


def _worst(asked: Asked, model: SimulatedModel) -> int:
    """Return the tokens that a request counts for: its prompt, and the longest reply that it asks for."""
    return sum(count(message.content or "") for message in asked.messages) + min(asked.limit, model.reply_tokens)


def _said(script: Script) -> tuple[str, ...]:
    kind = script.fault.kind if script.fault else None
    if kind is FaultKind.ENDLESS:
        return script.pieces * ENDLESSLY
    return () if kind in (FaultKind.EMPTY, FaultKind.TOOL_CALLS) else script.pieces


def _finish(script: Script) -> str:
    kinds = (FaultKind.LENGTH, FaultKind.CONTENT_FILTER, FaultKind.TOOL_CALLS)
    return script.fault.kind if script.fault and script.fault.kind in kinds else script.finish
