"""Text that asks to be loaded, run and obeyed: by a view of rich text, a Markdown view, a terminal, a shell."""

from __future__ import annotations

from pathlib import Path

import msgspec

from tests.wire import STOP, USAGE, Exchange, delta, head

MODEL = "<img src=x>hostile"
REFUSED = "<b>refused</b>"
"""The model to which the server says no."""
TERMINAL = "\x1b]0;owned\x07\x1b[2J\x9b31m\x00\u202egnp.exe"


def asking_for(bait: Path, address: str) -> str:
    """Return text that names a file and an address in every way that a view of text might follow."""
    file = bait.as_uri()
    return (
        f'<img src="{file}"><img src="{bait}"><img src="{address}/img.png">'
        f'<a href="{address}/a">here</a> <style>@import url({address}/s.css); body {{background: url({file})}}</style>'
        f'<link rel="stylesheet" href="{address}/l.css"><iframe src="{file}"></iframe><object data="{file}"></object>'
        f"\n\n![picture]({file}) ![picture]({bait}) ![picture]({address}/m.png) ![again][ref] [link]({address}/link) "
        f"<{address}/auto>\n\n[ref]: {file}\n\n| ![cell]({file}) | [x]({file}) |\n|---|---|\n"
        f"| <img src='{file}'> | y |\n"
    )


class Hostile:
    """A server whose every word is such a text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.asked = 0

    async def answer(self, exchange: Exchange) -> None:
        """See `tests.wire.Answer`: the first request of three fails, the others are answered; but for one model."""
        if exchange.line.startswith("GET"):
            body = msgspec.json.encode({"data": [{"id": MODEL}, {"id": "plain"}]})
            await exchange.say(head(200, f"content-length: {len(body)}", kind="application/json"), body)
            return
        self.asked += 1
        if REFUSED.encode() in exchange.body:
            body = msgspec.json.encode({"error": {"message": self.text, "code": self.text[:40]}})
            await exchange.say(head(400, f"content-length: {len(body)}"), body)
        elif self.asked % 3 == 1:
            body = msgspec.json.encode({"error": {"message": self.text, "code": self.text[:40], "retry_after": 0.001}})
            await exchange.say(head(500, f"content-length: {len(body)}"), body)
        else:
            await exchange.stream(delta(self.text), delta(TERMINAL), STOP, USAGE)
