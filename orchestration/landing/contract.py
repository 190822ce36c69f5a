"""What landing expects of each export view: its columns with their types, and what a row must keep to.

`contract.toml` is the one place that says it. A view that differs is told before anything is landed, a row that
violates it is set aside.
"""

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any


@dataclass(frozen=True)
class Column:
    """A column of a view and the values it may have.

    Attributes:
        type: PostgreSQL's internal name, such as int8.
        is_required: whether null is a violation.
        values: the only values it may have; None allows all.
        low, high: the smallest and the largest value; None is no bound.
        above: what every value is larger than; None is no bound.
        is_business_time: whether its Asia/Shanghai day must be one of the calendar.
    """

    name: str
    type: str
    is_required: bool
    values: tuple[str | int, ...] | None
    low: int | None
    high: int | None
    above: int | None
    is_business_time: bool


@dataclass(frozen=True)
class ViewContract:
    """What is expected of a view.

    Attributes:
        key: the columns that identify a row.
        refers: views whose row it needs, with its columns that hold the key of it; one of them null needs none.
        belongs: groups whose rows stand or fall together, with its columns that hold the key of the group.
    """

    view: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    refers: tuple[tuple[str, tuple[str, ...]], ...]
    belongs: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True)
class Contract:
    """The views in order: a view comes after those it refers to. The calendar's days are both included."""

    first_day: date
    last_day: date
    views: dict[str, ViewContract]


@cache
def contract() -> Contract:
    """Return the contract."""
    text = (files("orchestration.landing") / "contract.toml").read_text(encoding="utf-8")
    fields = tomllib.loads(text)
    first_day, last_day = fields.pop("calendar")
    return Contract(first_day, last_day, {view: _view(view, told) for view, told in fields.items()})


def _view(view: str, told: dict[str, Any]) -> ViewContract:
    return ViewContract(
        view,
        tuple(told["key"]),
        tuple(_column(name, rule) for name, rule in told["columns"].items()),
        tuple((parent, tuple(columns)) for parent, columns in told.get("refers", [])),
        tuple((group, tuple(columns)) for group, columns in told.get("belongs", [])),
    )


def _column(name: str, rule: str | dict[str, Any]) -> Column:
    told: dict[str, Any] = {"type": rule} if isinstance(rule, str) else rule
    values = told.get("values")
    return Column(
        name=name,
        type=told["type"].removesuffix("?"),
        is_required=not told["type"].endswith("?"),
        values=None if values is None else tuple(values),
        low=told.get("low"),
        high=told.get("high"),
        above=told.get("above"),
        is_business_time=told.get("is_business_time", False),
    )
