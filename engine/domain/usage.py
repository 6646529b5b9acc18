"""What an attempt used, and how its reply ended: as the provider reported it."""

from enum import StrEnum

import msgspec

MAX_TOKENS = 10**8
"""A count above this is absurd, whatever a server says: no context of today holds a hundredth of it."""


class FinishReason(StrEnum):
    """Why a reply ended (OpenAI's chat completions `finish_reason`)."""

    STOP = "stop"
    LENGTH = "length"
    CONTENT_FILTER = "content_filter"
    TOOL_CALLS = "tool_calls"
    FUNCTION_CALL = "function_call"


class Usage(msgspec.Struct, frozen=True, kw_only=True):
    """Tokens of one attempt. `cached` and `written` are parts of `input`, `reasoning` is part of `output`."""

    input: int = 0
    cached: int = 0
    output: int = 0
    reasoning: int = 0
    written: int = 0
    """Of the input, what the provider put into its cache."""

    def absurd(self) -> bool:
        """Whether the counts contradict themselves or what is possible."""
        counts = (self.input, self.cached, self.written, self.output, self.reasoning)
        if min(counts) < 0 or max(counts) > MAX_TOKENS:
            return True
        return self.cached + self.written > self.input or self.reasoning > self.output
