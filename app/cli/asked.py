"""From the words of a command line to a `TaskSpec` and a provider: pure but for reading the pipeline file."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple, TypeVar
from urllib.parse import urlsplit

import msgspec

from app.cli.repeated import Repeated
from app.cli.report import say, wrong
from app.cli.times import limits_of
from app.settings import ModelSettings, ProviderSettings
from engine.domain.choice import Policy
from engine.domain.clock import SystemClock
from engine.domain.moments import deadline, moment
from engine.domain.money import parse, per_million
from engine.domain.prompt_list import prompts_of
from engine.domain.routes import read_routes
from engine.domain.task import Complexity, RecipeName, Route, TaskSpec
from engine.domain.validate import validate
from engine.providers.transport import check_url

OFF = "off"

E = TypeVar("E", bound=StrEnum)


class _Prompt(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A prompt of a pipeline in TOML that says more than its text."""

    prompt: str
    review: bool = False
    """Whether its reply waits for a yes."""


class Pipeline(NamedTuple):
    """What a file of prompts says."""

    prompts: tuple[str, ...] = ()
    reviews: tuple[int, ...] = ()
    """The steps whose reply waits for a yes, 1-based."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What `drover run` was given."""

    goal: str = ""
    pipeline: Path | None = None
    title: str = ""
    provider: str = ""
    base_url: str = ""
    key_variable: str = ""
    price_in: str = ""
    price_out: str = ""
    free: bool = False
    model: str = ""
    steps: int | None = None
    budget: str = ""
    temperature: float | None = None
    max_output: int | None = None
    system: str = ""
    context: Sequence[str] = ()
    batch: str = ""
    batch_budget: str = ""
    batch_deadline: str = ""
    start_at: str = ""
    priority: int | None = None
    schema: Path | None = None
    review_every: int | None = None
    loop: str = ""
    """Repeats running after which it pauses, or "off"."""
    times: Sequence[str] = ()
    """LEVEL=SECONDS."""
    fallbacks: Sequence[str] = ()
    policy: str = ""
    complexity: str = ""
    candidates: Sequence[str] = ()
    repeated: Repeated = field(default_factory=Repeated)

    def own_provider(self) -> ProviderSettings | None:
        """Return the provider that --base-url describes, or None; raises `CommandError`, `DroverError`."""
        if not self.base_url:
            return None
        try:
            address = urlsplit(self.base_url)
        except ValueError:  # a bracket without its other one
            raise wrong("bad_url", url=_shown(self.base_url)) from None
        if address.scheme not in ("http", "https") or not address.netloc:
            raise wrong("bad_url", url=_shown(self.base_url))
        if not self.free and not (self.price_in and self.price_out):
            raise wrong("bad_price")
        try:
            for price in filter(None, (self.price_in, self.price_out)):
                per_million(price)
        except ValueError:
            raise wrong("bad_price") from None
        check_url(self.base_url)  # here, since what is returned is remembered in the settings
        name = self.provider or re.sub(r"[^a-z0-9]+", "-", address.netloc.lower()).strip("-")
        model = ModelSettings(id=self.model, free=self.free, input=self.price_in, output=self.price_out)
        return ProviderSettings(
            name=name, base_url=self.base_url, key_variable=self.key_variable, free=self.free, models=(model,)
        )

    def whole_batch(self) -> int | None:
        """Return pico that the batch may spend, or None where nothing was said; raises `CommandError`."""
        if self.batch_budget and not self.batch:
            raise wrong("batch_missing")
        return _budget(self.batch_budget)

    def deadline(self) -> int | None:
        """Return when the batch shall be done, or None where nothing was said; raises `CommandError`."""
        if not self.batch_deadline:
            return None
        if not self.batch:
            raise wrong("batch_missing")
        try:
            return deadline(self.batch_deadline, SystemClock().wall_ms())
        except ValueError:
            raise wrong("bad_deadline", time=_shown(self.batch_deadline)) from None

    def spec(self, provider: str, model: str) -> TaskSpec:
        """Return the task; raises `CommandError`, `InvalidSpecError`."""
        if self.goal and self.pipeline:
            raise wrong("goal_twice")
        prompts, reviews = read_pipeline(self.pipeline) if self.pipeline else Pipeline()
        spec = TaskSpec(
            goal=self.goal,
            title=self.title,
            provider=provider,
            model=model,
            recipe=RecipeName.PIPELINE if prompts else RecipeName.ITERATE,
            prompts=prompts,
            review_after=reviews,
            system=self.system,
            context=_context(self.context),
            not_before_ms=_start(self.start_at),
            budget=_budget(self.budget),
            batch=self.batch,
            limits=limits_of(self.times),
            fallbacks=_routes(self.fallbacks, "bad_fallback"),
            candidates=_routes(self.candidates, "bad_candidate"),
            policy=_one_of(Policy, self.policy or Policy.FIXED, "bad_policy"),
            complexity=_one_of(Complexity, self.complexity or Complexity.SIMPLE, "bad_complexity"),
            output_schema=_schema(self.schema) if self.schema else "",
        )
        given = {"max_steps": self.steps, "temperature": self.temperature, "max_output": self.max_output}
        given |= {"priority": self.priority, "review_every": self.review_every, "loop_after": repeats(self.loop)}
        given |= self.repeated.given()
        changes = {name: value for name, value in given.items() if value is not None}
        return validate(msgspec.structs.replace(spec, **changes))


def read_pipeline(file: Path) -> Pipeline:
    """Return the prompts of a file: text with lines of --- or "--- review" between, or TOML with a list `prompts`.

    One in TOML is a text, or a table with the text as `prompt` and perhaps `review = true`.
    """
    try:
        text = file.read_text("utf-8")
        if file.suffix == ".toml":
            listed = msgspec.convert(tomllib.loads(text).get("prompts"), list[str | _Prompt])
            return _of_list([_Prompt(prompt=each) if isinstance(each, str) else each for each in listed])
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise wrong("pipeline_file", file=file, problem=_why(error)) from error
    return Pipeline(*prompts_of(text))


def _of_list(listed: Sequence[_Prompt]) -> Pipeline:
    reviews = tuple(step for step, each in enumerate(listed, 1) if each.review)
    return Pipeline(tuple(each.prompt for each in listed), reviews)


def repeats(text: str) -> int | None:
    """Return after how many repeats running a task pauses, 0 for never, None where nothing was said."""
    if text in ("", OFF):
        return 0 if text else None
    try:
        return int(text)
    except ValueError:
        raise wrong("bad_loop", text=text) from None


def _why(error: Exception) -> str:
    """Return in plain words why a file is no pipeline."""
    match error:
        case OSError():
            return error.strerror or type(error).__name__
        case tomllib.TOMLDecodeError():
            return say("pipeline_toml", problem=error)
        case UnicodeDecodeError():
            return say("pipeline_text")
        case _:
            return say("pipeline_prompts")


def origin(address: str) -> tuple[str, str, int | None]:
    """Return what a key belongs to: scheme, host and port of an address that is one, or of none."""
    found = urlsplit(address)
    usual = {"https": 443, "http": 80}
    return found.scheme, (found.hostname or "").lower(), found.port or usual.get(found.scheme)


def place(address: str) -> tuple[tuple[str, str, int | None], str]:
    """Return where a server is: tasks that were made for one path of a host are not for another."""
    return origin(address), urlsplit(address).path.rstrip("/")


def with_path(name: str, address: str) -> str:
    """Return the name of a provider with the path of its address in it."""
    path = re.sub(r"[^a-z0-9]+", "-", place(address)[1].lower()).strip("-")
    return f"{name}-{path or 'root'}"


def _shown(address: str) -> str:
    """Return an address that is none as it may be told: what stands before its host, or after it, may be a key."""
    return re.split(r"[?#]", address.rsplit("@", 1)[-1])[0]


def _schema(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise wrong("schema_file", file=file, problem=_why(error)) from error


def _context(given: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for each in given:
        name, sign, value = each.partition("=")
        if not sign or not name:
            raise wrong("bad_context")
        found[name] = value
    return found


def _routes(given: Sequence[str], problem: str) -> tuple[Route, ...]:
    try:
        return tuple(route for each in given for route in read_routes(each))
    except ValueError:
        raise wrong(problem) from None


def _one_of(choices: type[E], text: str, problem: str) -> E:
    try:
        return choices(text)
    except ValueError:
        raise wrong(problem, text=text, choices=", ".join(choices)) from None


def _start(text: str) -> int | None:
    try:
        return moment(text, SystemClock().wall_ms()) if text else None
    except ValueError:
        raise wrong("bad_start", time=_shown(text)) from None


def _budget(text: str) -> int | None:
    if not text:
        return None
    try:
        return parse(text)
    except ValueError:
        raise wrong("bad_amount", text=text) from None
