"""How much of what was said a task's prompts repeat, in the words of a command line."""

from __future__ import annotations

from dataclasses import dataclass

from app.cli.report import wrong
from engine.domain.context_policy import ContextPolicy
from engine.domain.routes import read_route
from engine.domain.task import Route


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeated:
    """What of it was given."""

    policy: ContextPolicy | None = None
    window: int | None = None
    share: float | None = None
    model: str = ""

    def given(self) -> dict[str, object]:
        """Return the fields of a `TaskSpec`, None where nothing was said; raises `CommandError`."""
        return {
            "context_policy": self.policy,
            "window_steps": self.window,
            "summary_share": self.share,
            "summary_model": _route(self.model),
        }


def _route(text: str) -> Route | None:
    try:
        return read_route(text)
    except ValueError:
        raise wrong("bad_summary_model") from None
