"""Dataclasses as JSON can say them - days as text, no number as nothing - and back."""

from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date
from math import isnan, nan
from types import NoneType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

T = TypeVar("T")


def plain(value: Any) -> Any:
    """Return what JSON can say of a dataclass, or of what one holds."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    if isinstance(value, date):
        return value.isoformat()
    return None if isinstance(value, float) and isnan(value) else value


def restored(kind: type[T], told: Any) -> T:
    """Return the dataclass that `plain` was given.

    Raises:
        ValueError: what was told is of another dataclass, as after an update.
    """
    try:
        found: T = _restored(kind, told)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"this does not tell of a {kind.__name__}: {error}") from error
    return found


def _restored(kind: Any, told: Any) -> Any:
    if is_dataclass(kind) and isinstance(kind, type):
        hints = get_type_hints(kind)
        if set(told) != set(hints):
            raise TypeError(f"the fields of {kind.__name__} are {', '.join(hints)}")
        return kind(**{name: _restored(hint, told[name]) for name, hint in hints.items()})
    arguments = get_args(kind)
    if get_origin(kind) is Mapping:
        return {key: _restored(arguments[1], part) for key, part in told.items()}
    if get_origin(kind) is Sequence:
        return [_restored(arguments[0], part) for part in told]
    if NoneType in arguments:
        others = [argument for argument in arguments if argument is not NoneType]
        return None if told is None else _restored(others[0], told) if len(others) == 1 else told
    if kind is date:
        return date.fromisoformat(told)
    return nan if kind is float and told is None else told
