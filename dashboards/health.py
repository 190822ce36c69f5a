"""Whether what the screens show is complete and fresh: the releases on the shelf, and one tenant's facts by day."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pandas as pd

from dashboards.house_style import ACCENT, QUIET, SECOND, WARNING
from dashboards.marts import TenantMarts
from dashboards.release import Release

TABLES = ("fct_events", "fct_points_daily", "fct_redemptions", "fct_feedback", "fct_quarantined_rows")
SOURCES = ("events", "transfers", "redemptions", "answers")
SHOWN_DAYS = 60
COLOURS = dict(zip(SOURCES, (QUIET, ACCENT, SECOND, WARNING), strict=True))

_FACTS = """
    select 'events' as source, occurred_date as date, count(*) as facts
    from marts.fct_events
    where tenant_id = $tenant_id and occurred_date > $after and occurred_date <= $last
    group by occurred_date
    union all
    select 'transfers', date, transfer_count
    from marts.fct_points_daily
    where tenant_id = $tenant_id and date > $after and date <= $last
    union all
    select 'redemptions', effective_date, count(*)
    from marts.fct_redemptions
    where tenant_id = $tenant_id and effective_date > $after and effective_date <= $last
    group by effective_date
    union all
    select 'answers', answered_date, count(*)
    from marts.fct_feedback
    where tenant_id = $tenant_id and answered_date > $after and answered_date <= $last
    group by answered_date
"""
_SPAN = """
    select first_fact_date as first, last_fact_date as last
    from marts.dim_tenant
    where tenant_id = $tenant_id and last_fact_date is not null
"""
_QUARANTINED = """
    select view_name, rule, row_count
    from marts.fct_quarantined_rows
    where tenant_id = $tenant_id
    order by row_count desc, view_name, rule
"""


@dataclass(frozen=True)
class ShelvedRelease:
    """What the manifest of one release tells everybody; nothing of it is about one tenant. Times are UTC."""

    release_id: str
    created_at: datetime
    landed_at: datetime
    code_version: str
    passed: int
    failed: int
    warned: int
    is_current: bool
    is_held: bool


def releases(current: Release) -> list[ShelvedRelease]:
    """Return the releases on the shelf, newest first; what cannot be read is left out."""
    shelf = current.file.parent.parent
    found = [
        _shelved(path, current) for path in shelf.glob("*/manifest.json") if path.parent.name != "current"
    ]
    return sorted((release for release in found if release), key=lambda r: r.created_at, reverse=True)


@dataclass(frozen=True)
class Facts:
    """The facts of the last days up to the last one known: one row per source and day that has any."""

    rows: pd.DataFrame
    days: int

    @property
    def quiet_days(self) -> int:
        """Return the days without any fact."""
        return self.days - int(self.rows[self.rows["facts"] > 0]["date"].nunique())


def facts(marts: TenantMarts) -> Facts:
    """Return the facts of the last days, fewer where the tenant is younger."""
    span = marts.rows(_SPAN)
    if span.empty:
        return Facts(pd.DataFrame({"source": [], "date": [], "facts": []}), 0)
    first, last = span["first"].iloc[0].date(), span["last"].iloc[0].date()
    days = min(SHOWN_DAYS, (last - first).days + 1)
    return Facts(marts.rows(_FACTS, after=last - timedelta(days=days), last=last), days)


def quarantined(marts: TenantMarts) -> pd.DataFrame:
    """Return which rules rows of the tenant broke, which therefore count nowhere."""
    return marts.rows(_QUARANTINED)


def _shelved(path: Path, current: Release) -> ShelvedRelease | None:
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
        checks = manifest["checks"]
        release_id = str(manifest["release_id"])
        return ShelvedRelease(
            release_id,
            datetime.fromisoformat(manifest["created_at"]),
            datetime.fromisoformat(manifest["landing"]["landed_at"]),
            str(manifest["code_version"]),
            int(checks.get("passed", 0)),
            int(checks.get("failed", 0)),
            int(checks.get("warned", 0)),
            release_id == current.release_id,
            release_id == current.release_id and current.is_held,
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
