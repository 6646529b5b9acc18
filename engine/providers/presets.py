"""What is known of some providers before anyone has set them up. Prices are not here: they have a catalogue."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from engine.providers.chat import ChatDialect
from engine.providers.openai_config import OpenAIConfig, no_key
from engine.providers.port import Capabilities


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """A provider as it is offered to the person, who may change all of it."""

    name: str
    base_url: str
    key_env: str = ""
    """Environment variable that may hold the key; empty where none is needed."""
    dialect: ChatDialect = ChatDialect()
    capabilities: Capabilities = Capabilities()
    cost_path: str = ""
    """See `OpenAIConfig`."""
    reuse: bool = True
    """See `OpenAIConfig`."""

    @property
    def free(self) -> bool:
        """Whether it costs nothing: it runs on this computer."""
        return self.capabilities.local

    @property
    def key_required(self) -> bool:
        """Whether nothing works without a key."""
        return bool(self.key_env)

    def config(self, *, key: Callable[[], str | None] = no_key, base_url: str = "") -> OpenAIConfig:
        """Return the configuration of a provider by this preset."""
        return OpenAIConfig(
            name=self.name,
            base_url=base_url or self.base_url,
            key=key,
            key_required=self.key_required,
            dialect=self.dialect,
            cost_path=self.cost_path,
            capabilities=self.capabilities,
            reuse=self.reuse,
        )


def _local(requests: int) -> Capabilities:
    return Capabilities(concurrency=requests, local=True)


HOLYSHEEP = Preset(
    name="holysheep",
    base_url="https://api.holysheep.ai/v1",
    key_env="HOLYSHEEP_API_KEY",
    capabilities=Capabilities(cache=True),
)
OPENAI = Preset(
    name="openai",
    base_url="https://api.openai.com/v1",
    key_env="OPENAI_API_KEY",
    dialect=ChatDialect(max_tokens_field="max_completion_tokens"),
    capabilities=Capabilities(cache=True),
)
# Its replies say what they were billed, and it can be asked later, by the id in its header x-generation-id.
OPENROUTER = Preset(
    name="openrouter",
    base_url="https://openrouter.ai/api/v1",
    key_env="OPENROUTER_API_KEY",
    dialect=ChatDialect(usage_cost=True),
    capabilities=Capabilities(cache=True, reports_cost=True, tells_cost=True),
    cost_path="generation",
)
# What each of these answers at the same time when nobody has configured it; more would wait in its queue, unseen.
OLLAMA = Preset(name="ollama", base_url="http://127.0.0.1:11434/v1", capabilities=_local(2))
LM_STUDIO = Preset(name="lmstudio", base_url="http://127.0.0.1:1234/v1", capabilities=_local(1))
# It closes its connections after a streamed reply without a word.
LLAMA_CPP = Preset(name="llamacpp", base_url="http://127.0.0.1:8080/v1", capabilities=_local(4), reuse=False)

PRESETS = (HOLYSHEEP, OPENAI, OPENROUTER, OLLAMA, LM_STUDIO, LLAMA_CPP)
LOCAL_SERVERS = (OLLAMA, LM_STUDIO, LLAMA_CPP)
