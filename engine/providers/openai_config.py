"""What an endpoint that speaks OpenAI's protocol is asked to be; what speaks to it loads much more."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from engine.providers import chat
from engine.providers.port import Capabilities

TransportKind = Literal["paced", "aiohttp"]
"""Our own, which carries ten thousand streams; or aiohttp's, which any of its users knows."""
DEFAULT: TransportKind = "aiohttp"


def no_key() -> str | None:
    """Return that there is none."""
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenAIConfig:
    """One endpoint."""

    name: str
    base_url: str
    key: Callable[[], str | None] = no_key
    """Returns the key that was read before; never reads a keyring itself."""
    key_required: bool = False
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    dialect: chat.ChatDialect = chat.ChatDialect()
    cost_header: str = ""
    """Header in which the provider says what it billed, in US dollars."""
    cost_path: str = ""
    """Path below the address where it says what a request was billed ("generation"); empty where it cannot."""
    contexts: Mapping[str, int] = field(default_factory=dict[str, int])
    """Tokens of context by model, where it is known."""
    capabilities: Capabilities = Capabilities()
    reuse: bool = True
    """Whether a connection serves more than one request; not where the server closes it unannounced."""
    transport: TransportKind = DEFAULT
    """What carries its requests."""
    list_timeout_s: float = 10.0
    """Seconds that listing the models, or asking what was billed, may take."""
