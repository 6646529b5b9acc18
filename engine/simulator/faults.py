"""The simulator's faults over HTTP: what refuses a request before any reply, and what breaks one in its middle."""

from __future__ import annotations

import asyncio

import msgspec
from aiohttp import web

from engine.simulator import wire
from engine.simulator.config import Fault, FaultKind
from engine.simulator.script import Script

REFUSALS: dict[FaultKind, tuple[int, str]] = {
    FaultKind.RATE_LIMIT: (429, "rate_limit_exceeded"),
    FaultKind.SERVER_ERROR: (500, "server_error"),
    FaultKind.UNAVAILABLE: (503, "overloaded"),
    FaultKind.WRONG_KEY: (401, "invalid_api_key"),
    FaultKind.NO_CREDIT: (402, "insufficient_quota"),
    FaultKind.CONTEXT_OVERFLOW: (400, "context_length_exceeded"),
}

RETRY_LATER = (429, 503)

BROKEN: dict[FaultKind, tuple[int, bytes]] = {
    FaultKind.GARBAGE: (1, b'data: {"choices": [{"delta": {"content": \n\n'),
    FaultKind.NOT_UTF8: (1, b'data: {"choices": [{"index": 0, "delta": {"content": "\xff\xfe"}}]}\n\n'),
    FaultKind.NULL_CONTENT: (1, b'data: {"choices": [{"index": 0, "delta": {"content": null}}]}\n\n'),
    FaultKind.ENDLESS_LINE: (64, b"data: " + b"x" * 1_000_000),
}
"""Bytes that no good server sends, and how many times."""

STALL_S = 3600.0
HEARTBEAT_S = 0.5


def refusal(script: Script, request: web.Request) -> web.Response | None:
    """Return the answer to a request that is refused before any reply, or None."""
    if script.usage.input + 1 > script.model.context:
        return refuse(400, "context_length_exceeded", "The prompt is longer than the context.")
    fault = script.fault
    if fault is None:
        return None
    if fault.kind is FaultKind.RESET:
        abort(request)
        return web.Response()
    if fault.kind is FaultKind.HTML:
        return web.Response(text="<html><body>Welcome to the hotel network</body></html>", content_type="text/html")
    if fault.kind is FaultKind.REDIRECT:
        return web.Response(status=307, headers={"Location": "http://127.0.0.1:9/v1/chat/completions"})
    return _by_status(fault) if fault.kind in REFUSALS else None


def _by_status(fault: Fault) -> web.Response:
    status, code = REFUSALS[fault.kind]
    refused = refuse(status, code, f"simulated {fault.kind}")
    if fault.retry_after and status in RETRY_LATER:
        refused.headers["Retry-After"] = fault.retry_after
    return refused


async def break_off(request: web.Request, response: web.StreamResponse, fault: Fault) -> bool:
    """Do what a fault does in the middle of a reply; True when the reply ends there."""
    if fault.kind in BROKEN:
        times, piece = BROKEN[fault.kind]
        for _ in range(times):
            await response.write(piece)
        return fault.kind is not FaultKind.NULL_CONTENT
    match fault.kind:
        case FaultKind.CUT:
            abort(request)
        case FaultKind.TRUNCATE:
            await response.write_eof()
        case FaultKind.STALL:
            await asyncio.sleep(STALL_S)
        case FaultKind.HEARTBEAT:
            for _ in range(round(STALL_S / HEARTBEAT_S)):
                await response.write(b": ping\n\n")
                await asyncio.sleep(HEARTBEAT_S)
        case _:
            return False
    return True


def abort(request: web.Request) -> None:
    """End a connection without a farewell."""
    if request.transport is not None:
        request.transport.abort()


def in_json(body: object, status: int = 200) -> web.Response:
    """Return an answer in JSON."""
    return web.Response(body=msgspec.json.encode(body), status=status, content_type="application/json")


def refuse(status: int, code: str, message: str) -> web.Response:
    """Return an error as OpenAI has it."""
    return in_json(wire.error(message, code), status)
