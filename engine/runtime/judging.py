"""Whether a whole reply is what was asked for, and whether its step is asked again when it is not.

An answer that does not fit its JSON schema is asked for once more with what is wrong with it, under any policy: whoever
reads a batch's table by program can do nothing with it. Under a policy that chooses, a reply that was cut by its length
is asked again, too, and both climb a tier with each try while there is a higher one that can be paid. What is not asked
again is accepted and flagged: it was paid, and its person may still have use for it. An empty reply and a refused one
are no replies at all: their provider says so, and `tries` decides.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from engine.domain.errors import ErrorCode
from engine.domain.plain_text import one_line
from engine.domain.step import Flag
from engine.domain.task import ResultRule
from engine.domain.usage import FinishReason
from engine.providers.port import ProviderError
from engine.runtime.fitting import Fit, Fitting, fitting

if TYPE_CHECKING:
    from engine.domain.task import Route
    from engine.providers.port import Finished
    from engine.runtime.attempt import Ending
    from engine.runtime.dialogue import Dialogue
    from engine.runtime.ports import RunnerPorts
    from engine.runtime.record import TaskRecord
    from engine.runtime.tries import Tries

FITS = Fitting(fit=Fit.FITS)


class Judging:
    """Of one runner."""

    def __init__(self, record: TaskRecord, ports: RunnerPorts, tries: Tries, dialogue: Dialogue) -> None:
        """Judge replies of `record`."""
        self._record = record
        self._ports = ports
        self._tries = tries
        self._dialogue = dialogue

    async def judged(self, ending: Ending, route: Route, held: int) -> Ending:
        """Return how an attempt ended: as it did, with flags, or as failed where its step is asked again."""
        finished = ending.finished
        if finished is None:
            return ending
        if finished.finish is FinishReason.LENGTH and self._tries.chooses:
            again = self._tries.worth(ErrorCode.SHORTENED, route, held)
            return _failed(ending, finished, ErrorCode.SHORTENED) if again else ending
        found = await self._fitting(ending.text)
        if found.fit is Fit.UNKNOWN:
            return replace(ending, flags=(Flag.UNCHECKED,))
        if found.fit is Fit.FITS:
            return ending
        if not self._tries.worth(ErrorCode.NOT_AS_ASKED, route, held):
            return replace(ending, flags=(Flag.NOT_AS_ASKED,))
        problem = one_line(self._ports.redact.known(found.problem))
        self._dialogue.correct(self._ports.redact.known(ending.text), problem)
        return _failed(ending, finished, ErrorCode.NOT_AS_ASKED, problem)

    async def _fitting(self, text: str) -> Fitting:
        """Return whether the answer that a reply makes is of the form; of what is no answer yet, nothing is asked."""
        spec = self._record.spec
        if not spec.output_schema or spec.result is not ResultRule.LAST:
            return FITS
        answer = self._dialogue.answer_with(text)
        if answer is None:
            return FITS
        return await self._ports.aside(lambda: fitting(answer, spec.output_schema))


def _failed(ending: Ending, finished: Finished, code: ErrorCode, problem: str = "") -> Ending:
    """Return a whole reply as one that is none: its bill and its text stay."""
    error = ProviderError(
        code,
        problem,
        retryable=True,
        maybe_billed=True,
        usage=finished.usage,
        cost=finished.reported_cost,
        raw=finished.raw,
    )
    return replace(ending, finished=None, error=error)
