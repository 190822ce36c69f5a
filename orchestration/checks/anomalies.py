"""Whether a day's figures are such as they have been: numerators and denominators of the daily KPIs."""

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pandas as pd

from orchestration.checks.usual import Bounds, usual

_DAYS = 28
_FEWEST_DAYS = 14
# Many figures are judged each day, and a weekend is no news.
_DEVIATIONS = 6.0


@dataclass(frozen=True)
class Anomaly:
    """A tenant's figure of a day that is far from those of the four weeks before."""

    tenant_id: str
    metric: str
    part: str
    day: date
    value: float
    bounds: Bounds

    def sentence(self) -> str:
        """Return the finding in words."""
        return (
            f"the {self.part} of {self.metric} of tenant {self.tenant_id} was {self.value:,.0f} on {self.day}, where "
            f"{self.bounds.low:,.0f} to {self.bounds.high:,.0f} were usual"
        )


def anomalies(kpis: pd.DataFrame, day: date) -> list[Anomaly]:
    """Compare the numerators and denominators of a day with those of the 28 days before.

    Args:
        kpis: tenant_id, metric, date (a date), numerator and denominator. Cumulative metrics only grow and are
            not judged; a metric is, once it has been measured on 14 of the days.
    """
    found = []
    dated = kpis[(kpis["date"] <= day) & (kpis["date"] >= day - timedelta(days=_DAYS))]
    for (tenant_id, metric), of_metric in dated.groupby(["tenant_id", "metric"], sort=True):
        if str(metric).endswith("_cumulative"):
            continue
        for part in ("numerator", "denominator"):
            measured = of_metric.dropna(subset=[part])
            present = measured.loc[measured["date"] == day, part]
            history = [float(value) for value in measured.loc[measured["date"] < day, part]]
            if present.empty or len(history) < _FEWEST_DAYS:
                continue
            value, bounds = float(present.iloc[0]), usual(history, _DEVIATIONS)
            if not bounds.holds(value):
                found.append(Anomaly(str(tenant_id), str(metric), part, day, value, bounds))
    return found


def daily_kpis(warehouse: Path, day: date) -> pd.DataFrame:
    """Return the KPIs of the days up to a day and four weeks back, from a built warehouse."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return connection.execute(
            "select tenant_id::varchar as tenant_id, metric, date, numerator, denominator from marts.fct_kpis_daily "
            "where date between $1 and $2",
            [day - timedelta(days=_DAYS), day],
        ).df().assign(date=lambda frame: pd.to_datetime(frame["date"]).dt.date)  # fmt: skip
