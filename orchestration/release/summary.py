"""The figures of a release a person wants to see first."""

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import duckdb

from orchestration.release.manifest import MARTS
from orchestration.release.shelf import Shelf
from orchestration.sql import quoted


@dataclass(frozen=True)
class Kpi:
    """A tenant's latest monthly value of a metric beside its target, both in its unit: `rate` or `days`."""

    tenant: str
    metric: str
    month: date
    value: float
    target: float | None
    n: int
    unit: str


@dataclass(frozen=True)
class ReleaseSummary:
    """What a release holds: its id, its rows over all tables, and each tenant's latest KPIs."""

    release_id: str
    created_at: datetime
    rows: int
    kpis: list[Kpi]


_LATEST = """
select tenant.name, metric.name_en, kpi.month, kpi.value, kpi.target, kpi.n, metric.unit
from release.marts.fct_kpis_monthly kpi
join release.marts.dim_tenant tenant using (tenant_id)
join release.marts.dim_metric metric using (metric)
where kpi.value is not null
qualify row_number() over (partition by kpi.tenant_id, kpi.metric order by kpi.month desc) = 1
order by tenant.name, kpi.metric
"""


def summarise(releases: Path) -> ReleaseSummary:
    """Return what the current release holds.

    Raises:
        UnknownRelease, BrokenRelease: there is none, or it cannot be read.
    """
    shelf = Shelf(releases)
    manifest = shelf.manifest(shelf.current_id() or "current")
    rows = sum(content.rows for content in manifest.tables.values())
    kpis = latest_kpis(releases / manifest.release_id)
    return ReleaseSummary(manifest.release_id, manifest.created_at, rows, kpis)


def latest_kpis(release: Path) -> list[Kpi]:
    """Return the latest month with a value of each tenant and metric."""
    with duckdb.connect() as connection:
        connection.execute(f"attach '{quoted(release / MARTS)}' as release (read_only)")
        return [Kpi(*row) for row in connection.execute(_LATEST).fetchall()]
