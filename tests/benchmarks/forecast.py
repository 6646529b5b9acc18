"""Do four of five forecasts come true, and are they narrow enough to decide by? On tasks that they have not seen.

Three kinds of task, drawn anew for each seed. What is assumed of them stands in `KINDS` and is no measurement:
refinement (up to 50 steps, the context grows, the model may say that it is done), research (12 steps), rows (one step
each, known prompts, short answers). A task has a pace of its own and each of its steps another; that both are
lognormal is assumed too. From `PAST` finished tasks, the cost and the time of others are told before the start and at
later steps, for those that come so far.

Beside ours stands what is done by hand: the average of the others before the start, own pace times the usual number of
steps later, give or take 1.28 standard deviations.

A refinement that may end at any step from the tenth on is told too widely: its cost grows with the square of its steps.
The issue's aim for pricing a task anew under other terms is measured where that is built.

    python -m tests.benchmarks.forecast [--short] [--json] [--seed N]
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from statistics import fmean, median, pstdev

from engine.cost.forecast import COVERED, Course, forecast
from engine.cost.port import Price
from engine.domain.money import per_million
from engine.domain.usage import Usage
from tests.benchmarks.report import Aim, Figures, Row, finish

PRICE = Price(input=per_million("0.42"), cached_input=per_million("0.42"), output=per_million("0.42"))
"""DeepSeek V3.2 by resources/prices.toml."""
TOKENS_A_SECOND, FIRST_TOKEN_S = 60.0, 0.8
PAST = 60
QUANTILES = ((1 - COVERED) / 2, 0.5, (1 + COVERED) / 2)
Triple = tuple[float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What tasks of a kind are like."""

    name: str
    most: int
    prompt: int
    """Tokens of the goal or of the row, in the middle."""
    prompts: float
    """How far they vary: the standard deviation of the logarithm."""
    output: int
    tasks: float
    """How far the replies of one task are from those of another."""
    steps: float
    """How far a reply is from the others of its task."""
    done: float = 0.0
    """How likely each step from the tenth on is the last."""


KINDS = (
    Kind(name="refinement", most=50, prompt=300, prompts=0.3, output=600, tasks=0.25, steps=0.4, done=0.01),
    Kind(name="research", most=12, prompt=800, prompts=0.3, output=900, tasks=0.3, steps=0.5),
    Kind(name="rows", most=1, prompt=400, prompts=0.6, output=40, tasks=0.0, steps=0.5),
)


@dataclass(slots=True)
class Score:
    """How forecasts came out."""

    held: list[bool] = field(default_factory=list[bool])
    widths: list[float] = field(default_factory=list[float])
    losses: list[float] = field(default_factory=list[float])

    def add(self, told: Triple, truth: float) -> None:
        """Take in one."""
        self.held.append(told[0] <= truth <= told[2])
        self.widths.append((told[2] - told[0]) / told[1])
        losses = (max(q * (truth - t), (q - 1) * (truth - t)) for q, t in zip(QUANTILES, told, strict=True))
        self.losses.append(fmean(losses) / truth)

    def figures(self) -> Figures:
        """Return covered (percent), the median width by the middle, and the mean pinball loss by the truth."""
        return {
            "covered": round(100 * fmean(self.held), 1),
            "width": round(median(self.widths), 3),
            "loss": round(fmean(self.losses), 4),
        }


def task(kind: Kind, rng: random.Random) -> tuple[Course, Course]:
    """Return what a task costs and how long it takes, each with what its prompt told of it before."""
    prompt = kind.prompt * rng.lognormvariate(0, kind.prompts)
    pace = kind.output * rng.lognormvariate(0, kind.tasks)
    pico, seconds, context = list[float](), list[float](), prompt
    for step in range(kind.most):
        output = pace * rng.lognormvariate(0, kind.steps)
        pico.append(PRICE.cost(Usage(input=round(context), output=round(output))))
        seconds.append(FIRST_TOKEN_S + output / TOKENS_A_SECOND)
        context += output
        if step >= 10 and rng.random() < kind.done:
            break
    grown = kind.output * (kind.most - 1) / 2
    size = PRICE.cost(Usage(input=round(prompt + grown), output=kind.output))
    return Course(curve=tuple(pico), size=size), Course(curve=tuple(seconds))


def by_hand(own: Course, others: Sequence[Course]) -> Triple:
    """Return the average of the others, or own pace for as many steps as usual, with the others' spread."""
    totals = [sum(each.curve) for each in others]
    middle, done = fmean(totals), len(own.curve)
    if done:
        usual = max(done, fmean(len(each.curve) for each in others))
        middle = sum(own.curve) / done * usual
    apart = 1.28 * pstdev(totals) / fmean(totals) * middle
    return middle - apart, middle, middle + apart


def ours(own: Course, most: int, others: Sequence[Course]) -> Triple:
    """Return what the forecast says."""
    told = forecast(own, most, others)
    if told is None:
        raise ValueError(len(others))
    return told.low, told.middle, told.high


def moments(kind: Kind) -> Iterator[int]:
    """Yield how many steps are done when a forecast is asked for."""
    yield from sorted({0, kind.most // 8, kind.most // 4, kind.most // 2})


def measure(kind: Kind, which: int, seeds: Sequence[int], number: int) -> Row:
    """Forecast `number` unseen tasks a seed, of money (`which` 0) or time (1)."""
    mine, naive = Score(), Score()
    for seed in seeds:
        rng = random.Random(f"{kind.name} {seed}")
        past = [task(kind, rng)[which] for _ in range(PAST)]
        for unseen in (task(kind, rng)[which] for _ in range(number)):
            for done in (each for each in moments(kind) if each < len(unseen.curve)):
                own = Course(curve=unseen.curve[:done], size=unseen.size)
                mine.add(ours(own, kind.most, past), sum(unseen.curve))
                naive.add(by_hand(own, past), sum(unseen.curve))
    got, other = mine.figures(), naive.figures()
    case = f"{('cost', 'time')[which]} of {kind.name}"
    return Row(
        case=case, ours=got, baseline={"by hand": other}, ratio={"by hand": round(other["loss"] / got["loss"], 2)}
    )


def aims(rows: Sequence[Row]) -> list[Aim]:
    """What the issue asks for, of each kind."""
    return [aim for row in rows for aim in _of(row)]


def _of(row: Row) -> Iterator[Aim]:
    yield Aim(text=f"{row.case}: covered", value=row.ours["covered"], op=">=", bound=75, unit="%")
    yield Aim(text=f"{row.case}: covered", value=row.ours["covered"], op="<=", bound=85, unit="%")
    if row.case.startswith("cost"):
        yield Aim(text=f"{row.case}: median width", value=row.ours["width"], op="<=", bound=0.6, unit="of the middle")
    by_hand_loss = row.baseline["by hand"]["loss"]
    yield Aim(
        text=f"{row.case}: loss below by hand", value=row.ours["loss"], op="<", bound=by_hand_loss, unit="of the truth"
    )


def main(arguments: Sequence[str]) -> int:
    """Run over 40 histories, from `--seed` on, since a single one covers by chance; `--short` takes 12, in seconds."""
    first = int(arguments[arguments.index("--seed") + 1]) if "--seed" in arguments else 1
    short = "--short" in arguments
    seeds = range(first, first + (12 if short else 40))
    rows = [measure(kind, which, seeds, 30 if short else 60) for kind in KINDS for which in (0, 1)]
    return finish("forecast", rows, aims(rows), {"seeds": [*seeds], "past": PAST})


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
