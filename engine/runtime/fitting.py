"""Whether an answer is of the JSON schema that was asked for: by the library jsonschema, within bounds.

A schema may come from anywhere, and so may an answer: checking must end. Nothing is fetched for a reference, texts and
the number of looks are bounded, and a pattern is let be that could search for ever. What could not be checked is said
to be that, never that it fits or does not. It takes milliseconds: for a thread beside the loop.
"""

from __future__ import annotations

import importlib
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sized
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache, partial
from typing import Protocol, cast

import msgspec

from engine.runtime.patterns import found
from engine.runtime.ports import logger

LONGEST = 512 * 1024
"""Characters of an answer that is looked at."""
MOST_LOOKS = 20_000
"""Keywords of a schema held against values: a few hundred milliseconds."""
MOST_ITEMS = 2_000
"""Of a list whose items shall differ: each is held against each."""
MAX_PROBLEM = 300
"""Characters of what is wrong: an answer is quoted in it."""
KEPT = 64
"""Schemas that are kept ready; a batch has one."""

_one_at_a_time = threading.Lock()
"""A validator counts its looks for one check."""

Errors = Iterable[Exception] | None
Keyword = Callable[..., Errors]


class Problem(Protocol):
    """What a value fails in."""

    @property
    def json_path(self) -> str:
        """Where in it."""
        ...

    @property
    def message(self) -> str:
        """What, in the library's words and with the value's."""
        ...


class Checker(Protocol):
    """Holds values against a schema."""

    def iter_errors(self, instance: object, /) -> Iterator[Problem]:
        """Go over what a value fails in."""
        ...


class Fit(StrEnum):
    """What came of a check."""

    FITS = "fits"
    MISSES = "misses"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitting:
    """It, and the first thing that is wrong: hostile text."""

    fit: Fit
    problem: str = ""


class _TooMuchError(Exception):
    """More looks than are made."""


class Looks:
    """Counts them, for one check at a time in one thread."""

    def __init__(self) -> None:
        """Begin with none left."""
        self.left = 0

    def counted(self, keyword: Keyword) -> Keyword:
        """Return a keyword that counts."""

        def count(*arguments: object) -> Errors:
            self.left -= 1
            if self.left < 0:
                raise _TooMuchError
            return keyword(*arguments)

        return count


def fitting(answer: str, schema: str) -> Fitting:
    """Return whether an answer is JSON alone that fits a schema, which is one by `engine.domain.json_schema`."""
    if len(answer) > LONGEST:
        return Fitting(fit=Fit.UNKNOWN)
    try:
        value: object = msgspec.json.decode(answer)
    except (msgspec.DecodeError, UnicodeEncodeError) as error:
        return Fitting(fit=Fit.MISSES, problem=f"it is no JSON: {error}"[:MAX_PROBLEM])
    except RecursionError:
        return Fitting(fit=Fit.UNKNOWN)
    return _checked(value, schema)


def _checked(value: object, schema: str) -> Fitting:
    unresolvable = cast("type[Exception]", importlib.import_module("referencing.exceptions").Unresolvable)
    try:
        with _one_at_a_time:
            checker, looks = checker_of(schema)
            looks.left = MOST_LOOKS
            error = next(checker.iter_errors(value), None)
    except (_TooMuchError, RecursionError, OverflowError, unresolvable):
        return Fitting(fit=Fit.UNKNOWN)
    except Exception as error:  # noqa: BLE001 - a reference may name what is no schema; the reply is paid for
        logger.warning("a schema could not be held against an answer: %s", type(error).__name__)
        return Fitting(fit=Fit.UNKNOWN)
    if error is None:
        return Fitting(fit=Fit.FITS)
    return Fitting(fit=Fit.MISSES, problem=f"{error.json_path}: {error.message}"[:MAX_PROBLEM])


@lru_cache(maxsize=KEPT)
def checker_of(schema: str) -> tuple[Checker, Looks]:
    """Return what holds values against a schema, made once, and what counts its looks.

    The library is asked for by name: it takes 0.1 s, only tasks that ask for a form need it, and it has no types.
    """
    library = importlib.import_module("jsonschema")
    extend = cast("Callable[..., Callable[..., Checker]]", library.validators.extend)
    usual = cast("Mapping[str, Keyword]", library.Draft202012Validator.VALIDATORS)
    error = cast("Callable[[str], Exception]", library.ValidationError)
    ours: Mapping[str, Keyword] = {
        "pattern": partial(_pattern, error),
        "patternProperties": _let_be,
        "uniqueItems": partial(_unique, usual["uniqueItems"]),
    }
    looks = Looks()
    counted = {name: looks.counted(keyword) for name, keyword in {**usual, **ours}.items()}
    bounded = extend(library.Draft202012Validator, counted)
    registry = cast("object", importlib.import_module("referencing").Registry())
    return bounded(msgspec.json.decode(schema, type=dict[str, object]), registry=registry), looks


def _pattern(
    error: Callable[[str], Exception], _checker: object, pattern: str, instance: object, _schema: object
) -> Iterator[Exception]:
    if isinstance(instance, str) and found(pattern, instance) is False:
        yield error(f"{instance!r} does not match {pattern!r}")


def _let_be(*_: object) -> None:
    """Look at no names by patterns: each would be held against each."""


def _unique(usual: Keyword, checker: object, unique: object, instance: object, schema: object) -> Errors:
    """Hold items against each other, where they are not too many; an object or a text has none."""
    if isinstance(instance, Sized) and not isinstance(instance, (str, dict)) and len(instance) > MOST_ITEMS:
        raise _TooMuchError
    return usual(checker, unique, instance, schema)
