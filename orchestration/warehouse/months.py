"""Which months of the dated marts a build has changed, kept in the warehouse: a release leaves the others as they are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from secrets import token_hex
from typing import Any

import duckdb

from orchestration.sql import business_date
from orchestration.warehouse.changes import Changes

_TABLE = "built.dated_month"


@dataclass(frozen=True)
class DatedMart:
    """A mart that an incremental build changes by days.

    Attributes:
        name: with its schema.
        day: the SQL expression of a row's Asia/Shanghai day.
        views: the kinds of news that decide on it.
        is_followed: whether all days from the first changed one on change, and not the changed ones only.
        days_back: how many days before a changed one change with it.
    """

    name: str
    day: str
    views: tuple[str, ...]
    is_followed: bool = False
    days_back: int = 0

    @property
    def month(self) -> str:
        """Return the SQL expression of the first day of a row's month."""
        return month_of(self.day)

    def has_changed(self, month: date, changes: Changes) -> bool:
        """Return whether a build has changed rows of a month, given by its first day."""
        if changes.spans is None:
            return True
        back = timedelta(days=self.days_back)
        spans = [
            (first - back, date.max if self.is_followed else last)
            for view in self.views
            for first, last in changes.spans.get(view, [])
        ]
        following = (month + timedelta(days=31)).replace(day=1)
        return any(first < following and last >= month for first, last in spans)


def month_of(day: str) -> str:
    """Return the SQL expression of the first day of the month of a day, given by its own expression."""
    return f"cast(date_trunc('month', {day}) as date)"


def dated_marts(manifest: dict[str, Any]) -> list[DatedMart]:
    """Return the dated marts of a dbt manifest, by what their models say in `meta`."""
    found = []
    for node in manifest["nodes"].values():
        meta = node["config"].get("meta", {})
        # A year has too few rows to be kept by its months.
        if node["schema"] != "marts" or not meta.get("changed_views") or meta.get("changed_year_from"):
            continue
        time = meta.get("changed_time")
        day = business_date(time) if time else None
        followed = meta.get("changed_from") or meta.get("changed_month_from")
        column = day or followed or meta.get("changed_date") or meta.get("changed_month")
        name = f"{node['schema']}.{node['name']}"
        found.append(
            DatedMart(
                name, str(column), tuple(meta["changed_views"]), bool(followed), meta.get("changed_days_back", 0)
            )
        )  # fmt: skip
    return found


def note_months(warehouse: Path, marts: Sequence[DatedMart], changes: Changes) -> None:
    """Give each month of each dated mart that a build has changed a new token; others keep theirs.

    Raises:
        duckdb.Error: the warehouse cannot be read or written.
    """
    token = token_hex(8)
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("create schema if not exists built")
        connection.execute(
            f"create table if not exists {_TABLE} (mart varchar, day varchar, month date, token varchar)"
        )
        known = {
            (mart, month): former
            for mart, month, former in connection.execute(
                f"select mart, month, token from {_TABLE}"
            ).fetchall()
        }
        rows = []
        for mart in marts:
            for (month,) in connection.execute(f"select distinct {mart.month} from {mart.name}").fetchall():
                former = None if mart.has_changed(month, changes) else known.get((mart.name, month))
                rows.append((mart.name, mart.day, month, former or token))
        connection.execute(f"delete from {_TABLE}")
        if rows:
            connection.executemany(f"insert into {_TABLE} values (?, ?, ?, ?)", rows)
