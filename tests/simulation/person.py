"""The person of the simulated world: pauses, cancels, changes their mind, pays, looks after what stopped."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence

from msgspec.structs import replace

from engine.cost.port import Level, Scope
from engine.domain.errors import DroverError, ErrorCode
from engine.domain.ids import TaskId
from engine.domain.states import PauseReason, State
from engine.runtime.accounts import EVERYTHING
from engine.runtime.supervisor import Supervisor
from tests.simulation.scale import Scale
from tests.simulation.trace import Trace
from tests.simulation.wishes import wished
from tests.simulation.witness import Witness

CHUNK = 500
"""Tasks asked for at once."""


class Person:
    """Lives through every life of the program."""

    def __init__(self, scale: Scale, witness: Witness, trace: Trace) -> None:
        """Act by the world's seed."""
        self._chance = random.Random(f"{scale.seed} person")
        self._scale = scale
        self._witness = witness
        self._trace = trace
        self.acts = 0
        self._asked = 0
        self._acts: tuple[tuple[float, Callable[[Supervisor], Awaitable[None]]], ...] = (
            (10.0, self._pause),
            (6.0, self._pause_now),
            (6.0, self._change_mind),
            (2.0, self._cancel),
            (6.0, self._resume_some),
            (4.0, self._prefer),
            (4.0, self._edit),
            (3.0, self._limit_running),
            (0.4, self._stop_everything),
            (12.0, self._tend),
        )

    @property
    def done(self) -> bool:
        """Whether everything that was asked for has come to its end."""
        witness = self._witness
        return self._asked >= self._scale.tasks and not witness.live and not witness.resting

    async def live(self, engine: Supervisor) -> None:
        """Use the program until all is done, or enough is wrong."""
        await self._greet(engine)
        while not (self.done or self._trace.hopeless):
            await asyncio.sleep(self._chance.expovariate(1 / self._scale.act_s))
            (act,) = self._chance.choices([act for _, act in self._acts], [weight for weight, _ in self._acts])
            self.acts += 1
            await act(engine)

    async def _greet(self, engine: Supervisor) -> None:
        """Set limits, ask for what was not asked for yet, and go on with what was interrupted."""
        self._limit(engine, Scope(Level.DAY, ""), 10**15)
        self._limit(engine, EVERYTHING, 10**18)
        while self._asked < self._scale.tasks:
            number = min(CHUNK, self._scale.tasks - self._asked)
            await self._ask_for(engine, number)
            self._asked += number
        await asyncio.sleep(self._chance.uniform(0.0, 20.0))
        self._heard("resume interrupted", engine.resume_interrupted(), stops=False)

    async def _ask_for(self, engine: Supervisor, number: int) -> None:
        await engine.submit([wished(self._chance, self._scale) for _ in range(number)])

    def _limit(self, engine: Supervisor, scope: Scope, limit: int) -> None:
        known = self._witness.takings.limits.setdefault(scope, limit) or limit
        target = Scope(Level.DAY, engine.totals().day) if scope.level is Level.DAY else scope
        engine.set_budget(target, known)

    def _heard(self, act: str, tasks: Sequence[TaskId], *, stops: bool) -> None:
        self._trace.add(self._witness.now, "act", f"{act} {' '.join(tasks)}")
        self._witness.heard(tasks, stops=stops)

    def _some(self, tasks: Sequence[TaskId], most: int = 5) -> list[TaskId]:
        most = min(most, 1 + self._scale.tasks // 20, len(tasks))
        return self._chance.sample(tasks, self._chance.randint(min(1, most), most))

    # --- acts

    async def _pause(self, engine: Supervisor) -> None:
        self._heard("pause", engine.pause(self._some(list(self._witness.live))), stops=True)

    async def _pause_now(self, engine: Supervisor) -> None:
        self._heard("pause now", engine.pause(self._some(list(self._witness.live)), now=True), stops=True)

    async def _change_mind(self, engine: Supervisor) -> None:
        """Pause, and take it back a moment later."""
        tasks = engine.pause(self._some(list(self._witness.live)), now=self._chance.random() < 0.3)
        self._heard("pause for a moment", tasks, stops=True)
        await asyncio.sleep(self._chance.choice((0.0, 0.001, 0.5)))
        self._heard("take back", engine.resume(tasks), stops=False)

    async def _cancel(self, engine: Supervisor) -> None:
        """Cancel one, and ask for another in its place."""
        tasks = engine.cancel(self._some([*self._witness.live, *self._witness.resting], 1))
        self._heard("cancel", tasks, stops=True)
        await self._ask_for(engine, len(tasks))

    async def _resume_some(self, engine: Supervisor) -> None:
        self._heard("resume", engine.resume(self._some(list(self._witness.resting), 20)), stops=False)

    async def _prefer(self, engine: Supervisor) -> None:
        self._heard("start", engine.start(self._some(list(self._witness.live), 3)), stops=False)

    async def _edit(self, engine: Supervisor) -> None:
        """Change what a task may spend, up or down, and how soon it goes."""
        for task in self._some(list(self._witness.resting), 3):
            book = self._witness.books[task]
            budget = round(book.standing.spent * self._chance.uniform(0.5, 3.0)) if book.spec.budget else None
            await self._change(engine, task, budget=budget, priority=self._chance.randrange(-2, 3))

    async def _change(self, engine: Supervisor, task: TaskId, **changes: object) -> None:
        try:
            await engine.edit(task, replace(engine.snapshot(task).spec, **changes))
        except DroverError as error:  # it goes on already
            if error.code is not ErrorCode.NOT_POSSIBLE:
                raise

    async def _limit_running(self, engine: Supervisor) -> None:
        engine.set_running_limit(round(self._scale.running * self._chance.uniform(0.5, 1.2)))

    async def _stop_everything(self, engine: Supervisor) -> None:
        """Pause everything, and let it go on after a while."""
        self._heard("pause all", engine.pause_all(now=self._chance.random() < 0.3), stops=True)
        await asyncio.sleep(self._chance.uniform(0.1, 90.0))
        self._heard("resume all", engine.resume_all(), stops=False)

    async def _tend(self, engine: Supervisor) -> None:
        """Let everything go on that stopped, with more money where that was the reason."""
        for fence in engine.fences():
            await engine.lift_fence(fence.provider, fence.model)
        for task in list(self._witness.resting):
            book = self._witness.books[task]
            if book.standing.state is State.PAUSED and book.standing.reason == PauseReason.BUDGET:
                await self._pay(engine, task, Level(book.standing.detail))
        self._heard("tend", engine.resume(list(self._witness.resting)), stops=False)
        self._heard("go on", engine.resume_interrupted(), stops=False)

    async def _pay(self, engine: Supervisor, task: TaskId, level: Level) -> None:
        standing = self._witness.books[task].standing
        if level is Level.TASK:
            await self._change(engine, task, budget=standing.spent + 20 * max(1, standing.needed))
            return
        scope = EVERYTHING if level is Level.EVERYTHING else Scope(level, "")
        self._witness.takings.limits[scope] = (self._witness.takings.limits.get(scope) or 0) + 1000 * standing.needed
        self._limit(engine, scope, 0)
