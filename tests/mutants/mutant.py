"""A fault put in on purpose, as a value: what it breaks, where it is put in, and which battery must find it.

It is an edit of the source of one function: a fragment that must be there exactly once, and what stands in its place.
So a mutant reads like a bad patch (`registry.toml`), and one that no longer fits the product is an error instead of a
fault that nothing can find.
"""

from __future__ import annotations

import inspect
import pkgutil
import textwrap
from collections.abc import Generator, Mapping
from contextlib import ExitStack, contextmanager
from types import CodeType, FunctionType

import msgspec


class DoesNotFitError(Exception):
    """The product has changed: the mutant must be written anew."""


class Edit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """In `function` ("module:Class.method"), `before` becomes `after`; further lines are indented like the first."""

    function: str
    before: str
    after: str

    @property
    def target(self) -> FunctionType:
        """Return the function; raises `DoesNotFitError`."""
        try:
            found: object = pkgutil.resolve_name(self.function)
        except (ImportError, AttributeError) as error:
            raise DoesNotFitError(f"{self.function}: {error}") from error
        found = inspect.unwrap(getattr(found, "__func__", found))  # type: ignore[arg-type]
        if not isinstance(found, FunctionType):
            raise DoesNotFitError(f"{self.function} is no function")
        return found

    def edited(self) -> CodeType:
        """Return the code of the function with the fault in it; raises `DoesNotFitError`."""
        target = self.target
        source = textwrap.dedent(inspect.getsource(target))
        if source.count(self.before) != 1:
            times = source.count(self.before)
            raise DoesNotFitError(f"{self.function} has {self.before!r} {times} times, and should have it once")
        code = compile(source.replace(self.before, self._indented(source)), inspect.getfile(target), "exec")
        return next(
            inner for inner in code.co_consts if isinstance(inner, CodeType) and inner.co_name == target.__name__
        )

    def _indented(self, source: str) -> str:
        line = source[: source.index(self.before)].rpartition("\n")[2]
        margin = " " * (len(line) - len(line.lstrip()))
        return self.after.replace("\n", f"\n{margin}")


class Mutant(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One fault."""

    breaks: str
    """The line of the contracts that it breaks."""
    caught_by: str
    """The battery that must find it: a name of `tests.mutants.batteries.BATTERIES`."""
    edits: tuple[Edit, ...]

    @contextmanager
    def put_in(self) -> Generator[None]:
        """Be in this process for the body, whoever has imported what; raises `DoesNotFitError`."""
        with ExitStack() as stack:
            for edit, code in [(edit, edit.edited()) for edit in self.edits]:
                target = edit.target
                stack.callback(setattr, target, "__code__", target.__code__)
                target.__code__ = code
            yield


def misfits(mutants: Mapping[str, Mutant]) -> list[str]:
    """Return why mutants do not fit the product."""
    found = list[str]()
    for name, mutant in mutants.items():
        try:
            with mutant.put_in():
                pass
        except DoesNotFitError as error:
            found.append(f"{name}: {error}")
    return found
