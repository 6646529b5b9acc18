"""One message of a chat, as recipes write it and providers send it."""

from typing import Literal

import msgspec


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """Who says what."""

    role: Literal["system", "user", "assistant"]
    content: str
