"""Data that Drover is made with, found the same way in a checkout, an installed package and a frozen build."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Mapping
from importlib.resources import as_file, files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import cast

ROOT: Traversable = files("resources")


@functools.cache
def text(section: str) -> Mapping[str, str]:
    """Return the words of a section (text/SECTION.toml) by code; tables are joined by dots."""
    return dict(_flat("", tomllib.loads(_read("text", f"{section}.toml"))))


def counted(code: str, number: int) -> str:
    """Return the code of the words for so many: one has words of its own."""
    return f"{code}_one" if number == 1 else code


@functools.cache
def theme(name: str) -> Mapping[str, str]:
    """Return a theme's colours by token."""
    return cast("Mapping[str, str]", tomllib.loads(_read("themes", f"{name}.toml")))


def icon(name: str) -> str:
    """Return an icon as SVG."""
    return _read("icons", f"{name}.svg")


def prices() -> str:
    """Return Drover's price list, as TOML."""
    return _read("prices.toml")


def tiers() -> str:
    """Return how good models are, as TOML."""
    return _read("tiers.toml")


def style_sheet() -> str:
    """Return the style sheet's template."""
    return _read("style.qss")


def font() -> bytes:
    """Return the interface's font."""
    return ROOT.joinpath("fonts", "InterVariable.ttf").read_bytes()


def file(*parts: str) -> Path:
    """Return a resource as a file on disk, for what only takes a path."""
    with as_file(ROOT.joinpath(*parts)) as path:
        return path


def _read(*parts: str) -> str:
    return ROOT.joinpath(*parts).read_text("utf-8")


def _flat(prefix: str, table: Mapping[str, object]) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for name, value in table.items():
        if isinstance(value, dict):
            found += _flat(f"{prefix}{name}.", cast("Mapping[str, object]", value))
        else:
            found.append((prefix + name, str(value)))
    return found
