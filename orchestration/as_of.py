"""Figures as they were known at the end of a past business day: the warehouse, built from what had been landed by then.

Corrections, refunds and late facts that came afterwards are left out, so that a figure somebody saw then is found
again, and what has changed since can be told. Members who were erased meanwhile are left out of both.
"""

import os
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from shutil import rmtree

import duckdb

from orchestration.landing.batches import VIEWS, batches
from orchestration.landing.cursor import read_cursor, write_cursor
from orchestration.landing.days import read_days
from orchestration.refusal import Refusal
from orchestration.release.manifest import MARTS
from orchestration.settings import DataFolder
from orchestration.sql import parquet, quoted
from orchestration.training.tables import provide_missing
from orchestration.warehouse.build import build
from orchestration.warehouse.project import parse

# Each tenant's and metric's newest month that was whole by then, or else the newest; and what it is known as now.
_COMPARED = """
select tenant.name, metric.name_en, known.month, known.value, present.value, known.n, metric.unit
from known.marts.fct_kpis_monthly known
join known.marts.dim_tenant tenant using (tenant_id)
join known.marts.dim_metric metric using (metric)
left join present.marts.fct_kpis_monthly present using (tenant_id, metric, month)
where known.value is not null
qualify row_number() over (
    partition by known.tenant_id, known.metric order by last_day(known.month) <= $day desc, known.month desc
) = 1
order by tenant.name, known.metric
"""


class NotKnown(Refusal):
    """Nobody wrote down what was known then."""


@dataclass(frozen=True)
class Restated:
    """A tenant's monthly value of a metric as it was known then and as it is known now, in its unit: `rate` or `days`."""

    tenant: str
    metric: str
    month: date
    then: float
    now: float | None
    n: int
    unit: str


def build_as_of(folder: DataFolder, day: date) -> DataFolder:
    """Build the warehouse from what had been landed by the end of an Asia/Shanghai day, in a folder of its own.

    The folder of an earlier call for the same day is replaced. Models are not trained: the prediction tables are
    empty. What lies in quarantine is today's list.

    Raises:
        NotKnown: the landing began later, or before days were written down; or nothing has been published.
        Refusal, OSError, duckdb.Error: as a build; the data folder itself is left as it was.
    """
    if not folder.current_release.exists():
        raise NotKnown("there are no figures yet to compare with; run `pointmart pipeline run`")
    cursor = read_cursor(folder.cursor)
    days = [(known, batch) for known, batch in read_days(folder.landing).items() if known <= day]
    if cursor is None or not days:
        first = min(read_days(folder.landing), default=None)
        since = f"is known from the end of {first} on" if first else "is not known: nothing was landed yet"
        raise NotKnown(f"what the mall knew at the end of {day} cannot be told; it {since}")
    next_batch = days[-1][1]
    target = folder.as_of(day)
    rmtree(target.root, ignore_errors=True)
    target.create()
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        for view in VIEWS:
            _share(connection, folder, target, view, next_batch)
    _link(folder.landing, target.landing, "quarantine/*.parquet")
    write_cursor(target.cursor, replace(cursor, next_batch=next_batch))
    provide_missing(target.ml)
    project = parse(folder).over(target)
    outcome = build(project, project.nodes(), None)
    if outcome.refusal is not None:
        raise outcome.refusal
    return target


def compare(known: DataFolder, present: DataFolder, day: date) -> list[Restated]:
    """Return each tenant's newest whole month as it was known then beside how the current release reads.

    Raises:
        duckdb.Error: the warehouse or the release is not there or damaged.
    """
    release = present.current_release.resolve() / MARTS
    with duckdb.connect() as connection:
        connection.execute(f"attach '{quoted(known.warehouse)}' as known (read_only)")
        connection.execute(f"attach '{quoted(release)}' as present (read_only)")
        return [Restated(*row) for row in connection.execute(_COMPARED, {"day": day}).fetchall()]


def _share(
    connection: duckdb.DuckDBPyConnection, folder: DataFolder, target: DataFolder, view: str, next_batch: int
) -> None:  # fmt: skip
    """Give a view's rows of earlier batches to the folder: whole files as links, those merged across the end cut."""
    place = target.landing / view
    place.mkdir(exist_ok=True)
    paths = batches(folder.landing, view)
    if view == "member":
        _write(connection, _members(paths, next_batch), place / paths[0].name)
        return
    # A file is named by the last batch in it.
    for path in paths:
        if int(path.stem) < next_batch:
            os.link(path, place / path.name)
        elif _count(connection, path, next_batch):
            _write(connection, f"from {parquet([path])} where batch < {next_batch}", place / path.name)
    if not batches(target.landing, view):
        # Without a row, for the columns.
        _write(connection, f"from {parquet(paths[:1])} limit 0", place / paths[0].name)


def _members(paths: list[Path], next_batch: int) -> str:
    """Return a query of members as they were known, but erased if they are now."""
    return (
        "select known.* replace (known.is_erased or erased.member_id is not null as is_erased) "
        f"from (from {parquet(paths)} where coalesce(batch, -1) < {next_batch}) known left join "
        f"(select distinct tenant_id, member_id from {parquet(paths)} where is_erased) erased using (tenant_id, member_id)"
    )


def _count(connection: duckdb.DuckDBPyConnection, path: Path, next_batch: int) -> int:
    row = connection.execute(f"select count(*) from {parquet([path])} where batch < {next_batch}").fetchone()
    return int(row[0]) if row else 0


def _write(connection: duckdb.DuckDBPyConnection, query: str, path: Path) -> None:
    connection.execute(f"copy ({query}) to '{quoted(path)}' (format parquet, compression zstd)")


def _link(source: Path, target: Path, pattern: str) -> None:
    for path in source.glob(pattern):
        place = target / path.relative_to(source)
        place.parent.mkdir(parents=True, exist_ok=True)
        os.link(path, place)
