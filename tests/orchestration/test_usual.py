"""Volume and anomaly checks on literal frames: what is usual passes, what is not is told in a sentence."""

from datetime import date, timedelta
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from orchestration.checks.anomalies import anomalies, daily_kpis
from orchestration.checks.usual import usual
from orchestration.checks.volume import landed_volumes, unusual_volumes
from orchestration.landing.contract import contract

DAY = date(2026, 6, 15)  # a Monday


def test_one_odd_day_does_not_move_the_bounds() -> None:
    calm, odd = usual([100, 104, 96, 101, 99], 5), usual([100, 104, 96, 101, 9_000], 5)
    assert (calm.middle, odd.middle) == (100, 101)
    assert odd.high < 160
    assert calm.holds(149)
    assert not calm.holds(151)


def test_a_history_that_never_changed_still_allows_what_counts_vary_by() -> None:
    bounds = usual([400] * 8, 5)
    assert (bounds.low, bounds.high) == (300, 500)  # five times the root of 400
    assert usual([0] * 8, 5).holds(5)
    assert not usual([0] * 8, 5).holds(6)


def volumes(latest: int, weeks: int = 8, usual_rows: int = 1_000) -> pd.DataFrame:
    days = [DAY - timedelta(weeks=week) for week in range(1, weeks + 1)]
    rows = [("event", day, usual_rows + week) for week, day in enumerate(days)]
    # Tuesdays are quiet, and no business of a Monday.
    rows += [("event", day + timedelta(days=1), 3) for day in days]
    if latest:
        rows.append(("event", DAY, latest))
    return pd.DataFrame(rows, columns=["view", "day", "rows"])


@pytest.mark.parametrize("latest", [850, 1_000, 1_200])
def test_a_usual_volume_is_no_news(latest: int) -> None:
    assert unusual_volumes(volumes(latest), DAY) == []


@pytest.mark.parametrize("latest", [0, 500, 2_000])
def test_half_twice_or_none_of_the_usual_rows_is_told(latest: int) -> None:
    (found,) = unusual_volumes(volumes(latest), DAY)
    assert (found.view, found.rows) == ("event", latest)
    assert found.sentence() == (
        f"{latest:,} rows of event are of 2026-06-15, where on that weekday 753 to 1,254 are usual"
    )


def test_days_without_rows_are_part_of_the_history() -> None:
    """A view that has rows in one week of two is not surprised by a week without."""
    rows = pd.DataFrame(
        [("draw", DAY - timedelta(weeks=week), 40) for week in (1, 3, 5, 8)],
        columns=["view", "day", "rows"],
    )
    assert unusual_volumes(rows, DAY) == []


def test_three_weeks_are_no_history() -> None:
    assert unusual_volumes(volumes(0, weeks=3), DAY) == []
    assert len(unusual_volumes(volumes(0, weeks=4), DAY)) == 1


def test_volumes_are_counted_by_business_day_and_key(tmp_path: Path) -> None:
    event = contract().views["event"]
    only = type(contract())(contract().first_day, contract().last_day, {"event": event})
    (tmp_path / "event").mkdir()
    with duckdb.connect() as connection:
        connection.execute(
            "create table t as select 1 as tenant_id, i as event_id, "
            # 16:00 UTC is midnight in Shanghai: half of them are of the next day.
            "timestamptz '2026-06-14 15:30:00+00' + i * interval 10 minute as occurred_at from range(6) x(i)"
        )
        for batch in range(2):  # a second version of each row is no second row
            connection.execute(f"copy t to '{tmp_path}/event/{batch}.parquet' (format parquet)")
    found = landed_volumes(tmp_path, only, DAY)
    assert found.sort_values("day").values.tolist() == [
        ["event", date(2026, 6, 14), 3],
        ["event", DAY, 3],
    ]


def kpis(latest: float, days: int = 28, metric: str = "consumption_rate") -> pd.DataFrame:
    rows = [("t1", metric, DAY - timedelta(days=day), 500 + day % 5, 1_000) for day in range(1, days + 1)]
    rows.append(("t1", metric, DAY, latest, 1_000))
    return pd.DataFrame(rows, columns=["tenant_id", "metric", "date", "numerator", "denominator"])


def test_a_figure_far_from_its_own_history_is_told() -> None:
    (found,) = anomalies(kpis(5_000), DAY)
    assert found.sentence() == (
        "the numerator of consumption_rate of tenant t1 was 5,000 on 2026-06-15, where 351 to 653 were usual"
    )
    assert anomalies(kpis(600), DAY) == []


def test_what_only_grows_and_what_is_too_young_are_not_judged() -> None:
    assert anomalies(kpis(5_000, metric="consumption_rate_cumulative"), DAY) == []
    assert anomalies(kpis(5_000, days=13), DAY) == []
    assert len(anomalies(kpis(5_000, days=14), DAY)) == 1


def test_a_day_without_a_figure_and_figures_without_a_value_are_not_judged() -> None:
    assert anomalies(kpis(5_000), DAY + timedelta(days=1)) == []
    assert anomalies(kpis(float("nan")), DAY) == []


def test_the_kpis_of_four_weeks_are_read_from_a_warehouse(tmp_path: Path) -> None:
    file = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(file)) as connection:
        connection.execute("create schema marts")
        connection.execute(
            "create table marts.fct_kpis_daily as select uuid() as tenant_id, 'm' as metric, "
            "date '2026-06-20' - i::int as date, 1 as numerator, 2 as denominator from range(60) x(i)"
        )
    read = daily_kpis(file, DAY)
    assert (min(read["date"]), max(read["date"])) == (DAY - timedelta(days=28), DAY)
