"""The engine of the machine with all it touches: a disk, a provider that is also the witness, virtual time."""

from __future__ import annotations

import random
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize

from engine.cost.ledger import MemoryLedger
from engine.cost.port import Level
from engine.domain.clock import UlidIds
from engine.domain.errors import ErrorCode
from engine.domain.ids import TaskId
from engine.domain.states import Action, allowed
from engine.domain.step import AttemptRecord, Intent, Record
from engine.providers.scripted import Script, ScriptedProvider, Sent, failure, reply
from engine.recipes import recipe
from engine.results.port import NoResults
from engine.runtime.parts import EngineParts
from engine.runtime.supervisor import Supervisor
from engine.store.reading import history_of, replies_of
from tests.property.machine.disks import Disk, MemoryDisk
from tests.virtual_time import LoopClock, VirtualLoop
from tests.workbench import CENT, FixedPrices, OneProvider, spec

T = TypeVar("T")

SCRIPTS: tuple[Script, ...] = (
    reply("short"),
    reply("another"),
    reply("one more"),
    reply("a reply that takes its time", pause_s=2.0),
    failure(ErrorCode.RATE_LIMITED, retry_after_s=1.0),
    failure(ErrorCode.SERVER_ERROR, maybe_billed=True),
    failure(ErrorCode.WRONG_KEY, retryable=False),
    failure(ErrorCode.CUT, maybe_billed=True, after=reply("half of", pause_s=1.0)[:3]),
    (*reply("silence follows")[:2],),
)
DAY_LIMIT = 50 * CENT


class World(RuleBasedStateMachine):
    """What rules act on and checks look at."""

    def __init__(self) -> None:
        """Begin with no engine: `open` makes it."""
        super().__init__()
        self.shown: dict[TaskId, int] = {}
        """Steps that were shown as saved."""
        self.attempts: Mapping[TaskId, Sequence[AttemptRecord]] = {}
        """All attempts of which something is durable, as the checks found them."""
        self.replies: Mapping[TaskId, int] = {}
        """How many replies each task has, with those that a fork began with."""
        self.gone: list[TaskId] = []
        """Deleted tasks."""
        self.stopped: set[TaskId] = set()
        """Tasks that nobody has let run since they were paused or cancelled, or since the program ended."""
        self.asked: set[TaskId] = set()
        """Those of them that a person paused or cancelled in this life."""
        self.unasked: list[TaskId] = []
        """Tasks in doubt that went on without a person's word."""
        self.early: list[str] = []
        """Requests that left before their time, and why it was not."""
        self.crashes = 0
        self.failing = False

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run something on the machine's own loop and time."""
        return self.loop.run_until_complete(work)

    def within(self, look: Callable[[], T]) -> T:
        """Look at the engine from within its loop."""

        async def looked() -> T:
            return look()

        return self.run(looked())

    def new_disk(self) -> Disk:
        """Return an empty disk."""
        return MemoryDisk()

    @initialize(scripts=st.lists(st.sampled_from(SCRIPTS), min_size=1, max_size=12))
    def open(self, scripts: list[Script]) -> None:
        """Open an engine with two tasks, whose provider plays these scripts in turn, over and over."""
        self.scripts: Sequence[Script] = scripts
        self.loop = VirtualLoop()
        self.disk = self.new_disk()
        self.provider = ScriptedProvider(playbook=self._play)
        self.run(self.start())
        self.run(
            self.engine.submit([spec(max_steps=2, checkpoint_interval=1), spec(max_steps=6, checkpoint_interval=2)])
        )

    async def start(self) -> None:
        """Start the program on what the disk holds."""
        self.provider.closed = False
        self.engine = await Supervisor.open(await self._parts())

    async def _parts(self) -> EngineParts:
        clock, chance = LoopClock(), random.Random(self.crashes)
        self.store = await self.disk.start()
        return EngineParts(
            store=self.store,
            ledger=MemoryLedger(),
            prices=FixedPrices(),
            providers=OneProvider(self.provider),
            recipe=recipe,
            results=NoResults(),
            ids=UlidIds(clock, chance),
            rng=chance,
            clock=clock,
            running_limit=2,
            limits={Level.DAY: DAY_LIMIT},
        )

    def script(self, sent: Sent) -> Script:
        """Return what the provider did with a request."""
        return self.scripts[sent.number % len(self.scripts)]

    def _play(self, sent: Sent) -> Script:
        """Be the provider: look, at the moment a request comes, whether it may."""
        for task, records in self.disk.records().items():
            if any(isinstance(r, Intent) and r.attempt == sent.client_request_id for r in records):
                self._judge(sent, task, records)
                break
        else:
            self.early.append(f"{sent.client_request_id} before its intent was durable")
        return self.script(sent)

    def _judge(self, sent: Sent, task: TaskId, records: Sequence[Record]) -> None:
        if sum(message.role == "assistant" for message in sent.messages) > len(replies_of(records)):
            self.early.append(f"{sent.client_request_id} with a reply that was not durable")
        told = history_of(records)
        asked = self.engine.snapshot(task).spec
        if sent.messages != recipe(asked.recipe).prompt(asked, told.replies, told.told, told.summary):
            self.early.append(f"{sent.client_request_id} with another prompt than the records make")
        if task in self.stopped:
            self.early.append(f"{sent.client_request_id} though nobody let its task run")

    def that(self, action: Action) -> list[TaskId]:
        """Return the tasks on which an act is possible."""
        return self.within(
            lambda: [s.id for s in self.engine.snapshots() if action in allowed(s.state, s.standing.reason)]
        )
