"""`drover budget`: what was spent and may be spent at every level, and how a limit is set or a fence lifted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import msgspec

from app import settings as settings_file
from app.cli.looking import look, reader_of
from app.cli.report import Exit, Output, counted, say, wrong
from app.cli.running import data_dir_option, engine_of
from app.cli.shown import dollars, safe
from app.composition import Program, limits
from app.lock import is_held
from engine.cost.port import Balance, Level, Scope
from engine.domain.clock import SystemClock
from engine.domain.errors import DroverError, ErrorCode
from engine.domain.fence import Fence
from engine.domain.ids import TaskId
from engine.domain.money import parse, plain
from engine.domain.step import AttemptRecord
from engine.store.port import Spending

NONE = "none"
NAMED = 8
"""Tasks that are named in a line; JSON has them all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What is to be set: dollars as text, "none" for no limit, empty for what stays."""

    day: str = ""
    month: str = ""
    everything: str = ""
    batch: str = ""
    limit: str = ""
    """The budget of `batch`."""
    lift: str = ""
    """PROVIDER/MODEL that may be asked again."""

    def settings(self) -> dict[str, str]:
        """Return the changes of the settings; raises `CommandError` for what is no amount."""
        given = {"day_limit": self.day, "month_limit": self.month, "total_limit": self.everything}
        return {name: "" if text == NONE else _checked(text) for name, text in given.items() if text}

    def budget(self) -> tuple[Scope, int | None] | None:
        """Return a batch's new budget, or None; raises `CommandError`."""
        if not self.limit:
            return None
        if not self.batch:
            raise wrong("batch_missing")
        amount = None if self.limit == NONE else parse(_checked(self.limit))
        return Scope(Level.BATCH, self.batch), amount


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """What the store says of money."""

    spending: Spending
    held: Sequence[AttemptRecord]
    """What is in flight; what a program left open that runs no more is spent, as the next start will have it."""
    budgets: dict[tuple[str, str], int]
    fences: Sequence[Fence]
    batches: set[str]
    """Those that have tasks."""

    def accounts(self, program: Program, today: str) -> Iterator[tuple[Scope, Balance]]:
        """Go over the accounts of day, month, everything and every batch; open attempts are held, not spent."""
        set_, spent = limits(program.settings), self.spending
        month = sum(amount for day, amount in spent.days.items() if day.startswith(today[:7]))
        held = self._held()
        for scope, total in (
            (Scope(Level.DAY, today), spent.days.get(today, 0)),
            (Scope(Level.MONTH, today[:7]), month),
            (Scope(Level.EVERYTHING, ""), spent.total),
        ):
            yield scope, Balance(spent=total - held[scope], held=held[scope], limit=set_[scope.level])
        named = {key for level, key in self.budgets if level == Level.BATCH}
        for scope in (Scope(Level.BATCH, name) for name in sorted({*spent.batches, *named})):
            total, limit = spent.batches.get(scope.key, 0), self.budgets.get((Level.BATCH, scope.key))
            yield scope, Balance(spent=total - held[scope], held=held[scope], limit=limit)

    def _held(self) -> Counter[Scope]:
        held = Counter[Scope]()
        for intent in (attempt.intent for attempt in self.held):
            held[Scope(Level.EVERYTHING, "")] += intent.held
            held[Scope(Level.BATCH, intent.batch)] += intent.held
            held[Scope(Level.DAY, intent.day)] += intent.held
            held[Scope(Level.MONTH, intent.day[:7])] += intent.held
        return held


async def budget(program: Program, changes: Changes, output: Output) -> Exit:
    """Set what is to be set, then show all accounts; showing works beside a running window."""
    settings, batch = changes.settings(), changes.budget()
    if batch is not None:
        await _refuse_unknown(program, batch[0].key)
    changed = bool(settings or batch or changes.lift)
    offered = await _change(program, settings, batch, changes.lift) if changed else ()
    seen = await look(program.paths, output)
    books, today = await _books(program), SystemClock()
    day = today.local_day(today.wall_ms())
    for scope, balance in books.accounts(program, day):
        output.emit("account", _line(scope, balance), _fields(scope, balance))
    for fence in books.fences:
        told = say("fence", provider=safe(fence.provider), model=safe(fence.model))
        output.emit("fence", told, {"provider": fence.provider, "model": fence.model, "attempt": fence.attempt})
    if offered:
        _offer(program, offered, output)
    output.emit(
        "result", fields={"fences": len(books.fences), "offered": list(offered), "damage": msgspec.to_builtins(seen)}
    )
    return Exit.COMPLETED


def _offer(program: Program, offered: Sequence[TaskId], output: Output) -> None:
    """Say which tasks may go on now, and how: nothing that money stopped goes on by itself."""
    ids = ", ".join(offered[:NAMED]) + (", …" if len(offered) > NAMED else "")
    moved = data_dir_option(program)
    output.note(counted("offered", len(offered), ids=ids, id=offered[0], folder=moved))


async def _refuse_unknown(program: Program, batch: str) -> None:
    """Raise `CommandError` for a batch that no task is in and nothing is known of: its limit would guard nothing."""
    books = await _books(program)
    known = {*books.batches, *books.spending.batches, *(key for level, key in books.budgets if level == Level.BATCH)}
    if batch not in known:
        names = ", ".join(safe(name) for name in sorted(known))
        raise wrong("no_batch", name=safe(batch), names=names) if known else wrong("no_batches", name=safe(batch))


async def _change(
    program: Program, settings: dict[str, str], batch: tuple[Scope, int | None] | None, lift: str
) -> tuple[TaskId, ...]:
    """Change things while nobody else holds the folder: a window at work would not hear of it.

    Return the tasks that money had stopped and that would go on now.
    """
    async with engine_of(program) as engine:
        if settings:
            changed = msgspec.structs.replace(program.settings, **settings)
            settings_file.save(program.paths.settings_file, changed)
            program.apply(changed)
        if batch is not None:
            engine.set_budget(*batch)
        if lift:
            provider, _, model = lift.partition("/")
            if all((fence.provider, fence.model) != (provider, model) for fence in engine.fences()):
                raise wrong("no_fence", name=lift)
            await engine.lift_fence(provider, model)
        await engine.saved()
        return engine.offered()


async def _books(program: Program) -> Books:
    try:
        async with reader_of(program.paths) as reader:
            return Books(
                spending=await reader.spending(),
                held=await reader.open_attempts() if is_held(program.paths.lock_file) else (),
                budgets=dict(await reader.budgets()),
                fences=await reader.fences(),
                batches={task.spec.batch for task in await reader.scan() if task.spec.batch},
            )
    except DroverError as error:
        if error.code is not ErrorCode.NOT_A_STORE or program.paths.data.exists():
            raise
        return Books(spending=Spending(), held=(), budgets={}, fences=(), batches=set())


def _checked(text: str) -> str:
    try:
        parse(text)
    except ValueError:
        raise wrong("bad_amount", text=text) from None
    return text


def _line(scope: Scope, balance: Balance) -> str:
    free = _free(balance)
    limit = (
        say("no_limit") if balance.limit is None else say("limit", limit=plain(balance.limit), free=plain(free or 0))
    )
    held = say("held", amount=plain(balance.held)) if balance.held else ""
    name = f"{scope.level} {safe(scope.key)}".strip()
    return f"{name:<24} {dollars(balance.spent)} {limit} {held}".rstrip()


def _free(balance: Balance) -> int | None:
    return None if balance.limit is None else max(0, balance.limit - balance.spent - balance.held)


def _fields(scope: Scope, balance: Balance) -> dict[str, object]:
    free = _free(balance)
    return {
        "level": str(scope.level),
        "key": scope.key,
        "spent_usd": plain(balance.spent),
        "held_usd": plain(balance.held),
        "limit_usd": None if balance.limit is None else plain(balance.limit),
        "free_usd": None if free is None else plain(free),
    }
