"""One request, from its first byte to its ending. Decides nothing: says how it ended, and the runner goes on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.domain.errors import ErrorCode
from engine.domain.ids import AttemptId
from engine.domain.states import Phase, TimeLevel
from engine.domain.step import Flag
from engine.providers.port import Delta, Finished, Garbled, Opened, PreparedRequest, Provider, ProviderError, Whole
from engine.runtime import points
from engine.runtime.deadlines import Cause, CutError, Deadlines

if TYPE_CHECKING:
    from engine.runtime.limits.gate import Permit
    from engine.runtime.ports import RunnerPorts
    from engine.runtime.record import Stream, TaskRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How a request ended: `finished`, or an `error`, or a `cause` for which it was cut."""

    finished: Finished | None = None
    error: ProviderError | None = None
    cause: Cause | None = None
    sent: bool = True
    """False where certainly no byte left."""
    text: str = ""
    provider_request_id: str = ""
    first_token_s: float | None = None
    duration_s: float = 0.0
    streamed_tokens: int = 0
    retry_in_s: float | None = None
    """Seconds to wait before another attempt; None when there is none to make."""
    flags: tuple[Flag, ...] = ()
    """What a check of the reply found that is not asked for again."""
    excused: bool = False
    """Whether it is no failure of the step's, which waits and tries again when it is its turn: its provider is away, or
    refuses for its limits."""


class Attempt:
    """A request in flight."""

    def __init__(self, record: TaskRecord, ports: RunnerPorts, stream: Stream, provider: str, permit: Permit) -> None:
        """Stream into `stream`, which the record shows, from the provider of this name; tell `permit` what it does."""
        self._record = record
        self._ports = ports
        self._stream = stream
        self._permit = permit
        self._gauge = ports.gauges.provider(provider)
        self._hider = ports.redact.stream()
        self._id = AttemptId("")
        self._request_id = ""
        self._began = 0.0
        self._garbled = False

    async def perform(
        self, provider: Provider, prepared: PreparedRequest, attempt: AttemptId, deadlines: Deadlines
    ) -> Ending:
        """Send the request and take its reply in; never raises but when cancelled."""
        self._id = attempt
        self._began = self._ports.clock.monotonic()
        self._gauge.streams += 1
        self._permit.left()
        try:
            async with deadlines:
                finished = await self._receive(provider, prepared, attempt, deadlines)
            return self._ending(finished=finished)
        except CutError as cut:
            return self._cut(cut.cause)
        except ProviderError as error:
            self._permit.heard(error.report)
            return self._ending(error=error)
        finally:
            self._gauge.streams -= 1

    async def _receive(
        self, provider: Provider, prepared: PreparedRequest, attempt: AttemptId, deadlines: Deadlines
    ) -> Finished:
        async with provider.send(prepared, client_request_id=attempt) as events:
            async for event in events:
                match event:
                    case Delta():
                        self._progress(event, deadlines)
                    case Opened():
                        deadlines.read_by(event.reading.now)
                        self._opened(event)
                    case Garbled():
                        self._garbled = True
                    case Whole():
                        deadlines.settle()
                    case Finished():
                        self._ports.reach(points.REPLY_WHOLE)
                        return event
        raise ProviderError(ErrorCode.TRUNCATED, retryable=True, maybe_billed=True)

    def _cut(self, cause: Cause) -> Ending:
        """Return how it ended that was cut: silence behind what could not be read is no stall, there was no reply."""
        if not (self._garbled and is_stall(cause)):
            return self._ending(cause=cause)
        return self._ending(error=ProviderError(ErrorCode.GARBAGE, str(cause), retryable=True, maybe_billed=True))

    def _opened(self, event: Opened) -> None:
        self._request_id = event.provider_request_id
        self._stream.reading = event.reading
        self._permit.heard(event.report)
        self._gauge.latency.append(self._ports.clock.monotonic() - self._began)
        self._show(Phase.WAITING_FIRST_TOKEN)
        self._ports.reach(points.REQUEST_OPENED)

    def _progress(self, event: Delta, deadlines: Deadlines) -> None:
        now = self._ports.clock.monotonic()
        first = self._stream.first_token_at is None
        deadlines.progress()
        self._stream.add(self._hider.feed(event.text), event.tokens, now)
        if not self._stream.marked:
            self._ports.spooling.mark(self._id, self._stream)
        self._ports.gauges.output.add(event.tokens, now)
        if first:
            self._permit.first()
            self._show(Phase.STREAMING)
            self._ports.reach(points.FIRST_TOKEN)
        else:
            self._ports.changed(self._record.id)

    def _show(self, phase: Phase) -> None:
        self._record.phase = phase
        self._ports.changed(self._record.id)

    def _ending(
        self,
        *,
        finished: Finished | None = None,
        error: ProviderError | None = None,
        cause: Cause | None = None,
    ) -> Ending:
        first = self._stream.first_token_at
        if rest := self._hider.end():
            self._stream.add(rest, 0, self._stream.last_at)
        return Ending(
            finished=finished,
            error=error,
            cause=cause,
            text=self._stream.text,
            provider_request_id=self._request_id,
            first_token_s=None if first is None else first - self._began,
            duration_s=self._ports.clock.monotonic() - self._began,
            streamed_tokens=self._stream.tokens,
        )


def is_stall(cause: Cause | None) -> bool:
    """Whether a request was cut because nothing came: worth another try, unlike a limit that is used up."""
    return cause in (TimeLevel.FIRST_TOKEN, TimeLevel.SILENCE, TimeLevel.ATTEMPT)
