"""The tasks that a battery runs on a disk it harms, and the model that answers them: the same for the same seed."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from engine.domain.errors import ErrorCode
from engine.domain.task import TaskSpec
from engine.domain.usage import Usage
from engine.providers.scripted import Playbook, Script, Sent, failure, reply
from engine.simulator.text import count
from engine.simulator.text import reply as words

STEPS = 3
PROVIDER = "scripted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """How much."""

    tasks: int = 20
    steps: int = STEPS
    seed: int = 1

    def specs(self) -> list[TaskSpec]:
        """Return the tasks."""
        return [
            TaskSpec(
                goal=f"Task {place}: write of sheep, their wool, and of the {place + 2} dogs that mind them.",
                provider=PROVIDER,
                model="scripted-model",
                max_steps=self.steps,
                max_output=200,
                checkpoint_interval=2,
                batch="herd" if place % 2 else "",
            )
            for place in range(self.tasks)
        ]

    def playbook(self, sent: Callable[[Sent], None]) -> Playbook:
        """Return what the model does; `sent` hears of each request as it leaves."""

        def play(request: Sent) -> Script:
            sent(request)
            chance = random.Random(f"{self.seed} {request.messages} {request.number}")
            if chance.random() < 0.1:
                return failure(ErrorCode.SERVER_ERROR, retryable=True, maybe_billed=True)
            text = "".join(words(chance, request.messages[-1].content, chance.randrange(5, 60)))
            usage = Usage(input=20, output=count(text))
            return reply(text, usage=usage, pause_s=chance.uniform(0.05, 0.5))

        return play
