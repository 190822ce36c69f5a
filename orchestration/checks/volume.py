"""Whether as many rows came of each view for a day as usually come on its weekday."""

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pandas as pd

from orchestration.checks.usual import Bounds, usual
from orchestration.landing.contract import Contract, ViewContract
from orchestration.sql import business_date, quoted

_WEEKS = 8
# Fewer weeks are no history.
_FEWEST_WEEKS = 4
_DEVIATIONS = 5.0


@dataclass(frozen=True)
class UnusualVolume:
    """A view's rows of a day (Asia/Shanghai), and between what was usual on that weekday."""

    view: str
    day: date
    rows: int
    bounds: Bounds

    def sentence(self) -> str:
        """Return the finding in words."""
        return (
            f"{self.rows:,} rows of {self.view} are of {self.day}, where on that weekday "
            f"{max(0, self.bounds.low):,.0f} to {self.bounds.high:,.0f} are usual"
        )


def unusual_volumes(rows: pd.DataFrame, day: date) -> list[UnusualVolume]:
    """Compare each view's rows of a day with those of the same weekday in the eight weeks before.

    Args:
        rows: view, day (a date) and rows, a day without rows may be left out. A view is judged once its rows
            reach back four weeks.
    """
    found = []
    for view, of_view in rows.groupby("view", sort=True):
        by_day = dict(zip(of_view["day"], of_view["rows"], strict=True))
        first = min(by_day)
        weeks = [day - timedelta(weeks=week) for week in range(1, _WEEKS + 1)]
        history = [int(by_day.get(past, 0)) for past in weeks if past >= first]
        if len(history) < _FEWEST_WEEKS:
            continue
        count, bounds = int(by_day.get(day, 0)), usual(history, _DEVIATIONS)
        if not bounds.holds(count):
            found.append(UnusualVolume(str(view), day, count, bounds))
    return found


def landed_volumes(landing: Path, contract: Contract, day: date) -> pd.DataFrame:
    """Return view, day and rows of the landed views that have a business time, up to a day and nine weeks back."""
    frames = [_volumes(landing, view, day) for view in contract.views.values()]
    return pd.concat([frame for frame in frames if frame is not None], ignore_index=True)


def _volumes(landing: Path, view: ViewContract, day: date) -> pd.DataFrame | None:
    times = [column.name for column in view.columns if column.is_business_time and column.is_required]
    if not times:
        return None
    key, after, first = ", ".join(view.key), day + timedelta(days=1), day - timedelta(weeks=_WEEKS + 1)
    with duckdb.connect() as connection:
        return connection.execute(
            f"""
            select '{view.view}' as "view", {business_date(times[0])} as "day",
                count(distinct ({key})) as "rows"
            from read_parquet('{quoted(landing / view.view)}/*.parquet', union_by_name = true)
            where {times[0]} >= timestamptz '{first} 00:00:00+08' and {times[0]} < timestamptz '{after} 00:00:00+08'
            group by all
            """
        ).df().assign(day=lambda frame: pd.to_datetime(frame["day"]).dt.date)  # fmt: skip
