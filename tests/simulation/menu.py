"""All that servers do, well and badly, and how often: in clear weather and in each kind of bad."""

from __future__ import annotations

import itertools
import random
from collections.abc import Mapping
from itertools import accumulate

from engine.domain.usage import Usage
from tests.simulation.scripts import (
    DONE,
    FINISH,
    Call,
    Piece,
    Plan,
    Script,
    broken,
    event,
    refused,
    reply,
    said,
    usage_of,
    whole,
)
from tests.wire import delta


def unsent(call: Call) -> Plan:
    """Refuse the connection."""
    return Plan(kind="refused connection", unsent=True, head_s=call.chance.uniform(0.0, 1.0), billed=False)


def no_connection(call: Call) -> Plan:
    """Never let the connection come about."""
    del call
    return Plan(kind="no connection", unsent=True, head_s=None, billed=False)


def no_head(call: Call) -> Plan:
    """Take the request and say nothing."""
    del call
    return Plan(kind="no head", head_s=None)


def cut_before_head(call: Call) -> Plan:
    """Take the request and close."""
    return Plan(kind="cut before head", head_s=call.chance.uniform(0.0, 5.0), cut_before_head=True)


def slow_tail(call: Call) -> Plan:
    """Say the usage long after the text, perhaps too long."""
    pieces = said(call)
    usage = Usage(input=call.input, output=len(pieces))
    late_s = call.chance.uniform(0.1, 4.9)
    tail = [Piece(0.01, FINISH, finish=True), Piece(late_s, usage_of(usage) + DONE)]
    return whole("slow tail", call, [*pieces, *tail], usage)


def no_usage(call: Call) -> Plan:
    """Leave out what was used, and never close."""
    finish = Piece(0.01, FINISH + DONE, finish=True)
    plan = whole("no usage", call, [*said(call), finish], None)
    return Plan(kind=plan.kind, head_s=plan.head_s, pieces=plan.pieces, end="silence", good=True, text=plan.text)


def absurd_usage(call: Call) -> Plan:
    """Say that nothing was used."""
    usage = Usage(input=0, output=0)
    return whole("absurd usage", call, [*said(call), Piece(0.01, FINISH + usage_of(usage) + DONE, finish=True)], None)


def garbage_after(call: Call) -> Plan:
    """Send rubbish behind a whole reply, then cut."""
    pieces = [*said(call), Piece(0.01, FINISH, finish=True), Piece(0.5, event(b"{rubb"))]
    plan = whole("garbage after", call, pieces, None)
    return Plan(kind=plan.kind, head_s=plan.head_s, pieces=plan.pieces, end="cut", good=True, text=plan.text)


def just_in_time(call: Call) -> Plan:
    """Be as slow as may be: almost a minute to the first token, almost half of one to the next."""
    pieces = said(call, 0.06)[:2]
    pieces = [piece._replace(after_s=58.8 if n == 0 else 29.99) for n, piece in enumerate(pieces)]
    return Plan(kind="just in time", pieces=iter(pieces), end="cut")


def no_text(call: Call) -> Plan:
    """Finish without a word."""
    usage = usage_of(Usage(input=call.input, output=0))
    return Plan(kind="no text", head_s=call.chance.uniform(0.1, 2.0), pieces=iter([Piece(0.1, FINISH + usage + DONE)]))


def web_page(call: Call) -> Plan:
    """Be another server."""
    page = Piece(0.0, b"<html>" + bytes(call.chance.randrange(256) for _ in range(40)))
    return Plan(kind="web page", headers={"content-type": "text/html"}, pieces=iter([page]))


def bytes_of_any_kind(call: Call) -> Plan:
    """Send what is no event stream in the middle of one."""
    rubbish = bytes(call.chance.randrange(256) for _ in range(60))
    pieces = itertools.chain(said(call)[:2], [Piece(0.1, b"data: " + rubbish + b"\r\n\r\ndata: {\n\n")])
    return Plan(kind="garbage", pieces=pieces)


GOOD: Mapping[Script, float] = {reply: 90.0, slow_tail: 5.0, no_usage: 0.7, absurd_usage: 0.3, garbage_after: 0.5}

PING = Piece(5.0, b": ping\n\n")
BAD: Mapping[Script, float] = {
    unsent: 0.3,
    no_connection: 0.1,
    no_head: 0.2,
    cut_before_head: 0.4,
    just_in_time: 0.1,
    no_text: 0.2,
    web_page: 0.05,
    bytes_of_any_kind: 0.4,
    refused(429, "seconds"): 0.3,
    refused(429): 0.3,
    refused(500, billed=True): 0.5,
    refused(503, "seconds", billed=True): 0.2,
    refused(400): 0.02,
    refused(401): 0.02,
    refused(302): 0.02,
    broken("cut", "cut"): 0.7,
    broken("end", "close"): 0.5,
    broken("silence", "silence"): 0.3,
    broken("heartbeats", "silence", PING): 0.1,
    broken("endless", "silence", Piece(3.0, event(delta(" and")), 1)): 0.08,
    broken("error in the stream", "close", Piece(0.5, event(b'{"error":{"message":"out of memory"}}'))): 0.2,
}

CROWD = dict.fromkeys(map(refused, [429] * 5, ["", "seconds", "milliseconds", "date", "body"]), 15.0)

WEATHER: Mapping[str, Mapping[Script, float]] = {
    "clear": GOOD | BAD,
    "slow": GOOD | BAD,
    "crowd": {reply: 40.0, **CROWD},
    "crowd without a word": {reply: 40.0, refused(429): 60.0},
    "outage": {
        reply: 20.0,
        unsent: 30.0,
        cut_before_head: 10.0,
        refused(502, billed=True): 25.0,
        refused(503, billed=True): 15.0,
    },
    "silence": {reply: 50.0, no_head: 20.0, broken("silence", "silence"): 30.0},
}
MENUS = {name: (tuple(menu), tuple(accumulate(menu.values()))) for name, menu in WEATHER.items()}


def choose(chance: random.Random, weather: str) -> Script:
    """Draw what a server does now."""
    scripts, weights = MENUS[weather]
    return chance.choices(scripts, cum_weights=weights)[0]
