"""Whether a text is a JSON schema: what is asked of an answer is itself checked before anything is asked.

Of the keywords of draft 2020-12 those that shape a value are looked at; others are let be, as the draft says. Whether
a reply fits is not decided here. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec

TYPES = frozenset({"null", "boolean", "object", "array", "number", "integer", "string"})
DEEPEST = 64
LONGEST = 256 * 1024
"""Characters of a schema."""


def is_schema(text: str) -> bool:
    """Whether `text` is a JSON object that is a schema."""
    if len(text) > LONGEST:
        return False
    try:
        found: object = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError, UnicodeEncodeError):
        return False
    return not isinstance(found, bool) and _schema(found, DEEPEST)


def _schema(value: object, deep: int) -> bool:
    if isinstance(value, bool):
        return True
    if not isinstance(value, dict) or not deep:
        return False
    keywords = msgspec.convert(value, dict[str, object])
    return all(CHECKS[name](each, deep - 1) for name, each in keywords.items() if name in CHECKS)


def _type(value: object, _deep: int) -> bool:
    names = [value] if isinstance(value, str) else _items(value)
    return bool(names) and all(isinstance(name, str) and name in TYPES for name in names)


def _schemas(value: object, deep: int) -> bool:
    return bool(_items(value)) and all(_schema(each, deep) for each in _items(value))


def _by_name(value: object, deep: int) -> bool:
    if not isinstance(value, dict):
        return False
    return all(_schema(each, deep) for each in msgspec.convert(value, dict[str, object]).values())


def _names(value: object, _deep: int) -> bool:
    names = _items(value)
    return isinstance(value, list) and all(isinstance(name, str) for name in names)


def _count(value: object, _deep: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _number(value: object, _deep: int) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _factor(value: object, _deep: int) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and value > 0


def _some(value: object, _deep: int) -> bool:
    return bool(_items(value))


def _items(value: object) -> list[object]:
    """Return what a list has; nothing of anything else."""
    return msgspec.convert(value, list[object]) if isinstance(value, list) else []


CHECKS: Mapping[str, Callable[[object, int], bool]] = {
    "type": _type,
    "enum": _some,
    "required": _names,
    **dict.fromkeys(("properties", "patternProperties", "$defs", "definitions"), _by_name),
    **dict.fromkeys(
        ("items", "additionalProperties", "contains", "propertyNames", "not", "if", "then", "else"), _schema
    ),
    **dict.fromkeys(("allOf", "anyOf", "oneOf", "prefixItems"), _schemas),
    **dict.fromkeys(("minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"), _count),
    **dict.fromkeys(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"), _number),
    "multipleOf": _factor,
}
