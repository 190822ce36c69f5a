"""Which months of the dated marts a build has changed, kept in the warehouse: a release leaves the others as they are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from secrets import token_hex
from typing import Any

import duckdb

from orchestration.warehouse.changes import Changes

_TABLE = "built.month"


@dataclass(frozen=True)
class DatedMart:
    """A mart that an incremental build changes by days.

    Attributes:
        name: with its schema.
        day: the SQL expression of a row's Asia/Shanghai day.
        views: the landed views whose facts decide on it.
        days_back: how far before the first changed day it changes, and then up to its end; None means that only the
            changed days change.
    """

    name: str
    day: str
    views: tuple[str, ...]
    days_back: int | None

    @property
    def month(self) -> str:
        """Return the SQL expression of the first day of a row's month."""
        return f"cast(date_trunc('month', {self.day}) as date)"

    def has_changed(self, month: date, changes: Changes) -> bool:
        """Return whether a build has changed rows of a month, given by its first day."""
        if changes.spans is None:
            return True
        spans = [span for view in self.views for span in changes.spans.get(view, [])]
        if not spans:
            return False
        following = (month + timedelta(days=31)).replace(day=1)
        if self.days_back is not None:
            return min(spans)[0] - timedelta(days=self.days_back) < following
        return any(first < following and last >= month for first, last in spans)


def dated_marts(manifest: dict[str, Any]) -> list[DatedMart]:
    """Return the dated marts of a dbt manifest, by what their models say in `meta`."""
    found = []
    for node in manifest["nodes"].values():
        meta = node["config"].get("meta", {})
        if node["schema"] != "marts" or not meta.get("changed_views"):
            continue
        time = meta.get("changed_time")
        day = f"cast(timezone('Asia/Shanghai', {time}) as date)" if time else None
        column = day or meta.get("changed_date") or meta.get("changed_from")
        days_back = meta.get("changed_days_back", 0) if meta.get("changed_from") else None
        name = f"{node['schema']}.{node['name']}"
        found.append(DatedMart(name, str(column), tuple(meta["changed_views"]), days_back))
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
            f"create table if not exists {_TABLE} (mart varchar, month_of varchar, month date, token varchar)"
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
                rows.append((mart.name, mart.month, month, former or token))
        connection.execute(f"delete from {_TABLE}")
        if rows:
            connection.executemany(f"insert into {_TABLE} values (?, ?, ?, ?)", rows)
