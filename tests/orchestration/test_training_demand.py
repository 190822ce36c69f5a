"""Demand trainings that follow each other on one data folder: what they tell, and what they keep."""

from datetime import UTC, date, datetime, timedelta

import duckdb
import numpy as np
import pytest

from orchestration.settings import DataFolder
from orchestration.training.cards import Making
from orchestration.training.demand import ACCURACY, WHAT_IF, train
from orchestration.training.tables import read_frame

TENANT, TEA, POT, CUP, BUD = (f"00000000-0000-0000-0000-{n:012d}" for n in (1, 31, 32, 33, 34))
FIRST = date(2025, 1, 1)
MAKING = Making(datetime(2025, 12, 1, tzinfo=UTC), "test")


def trade(folder: DataFolder, last: date) -> dict[str, int]:
    """Sell tea from the first day, pots since February, without stock in May; then train."""
    generator = np.random.default_rng(1)
    days = [FIRST + timedelta(days=n) for n in range((last - FIRST).days + 1)]
    rows = [(TENANT, TEA, day, int(generator.poisson(9 + 4 * (day.weekday() > 4))), True) for day in days]
    for day in days[31:]:
        is_in_stock = day.month != 5
        rows.append((TENANT, POT, day, int(generator.poisson(4)) if is_in_stock else 0, is_in_stock))
    folder.warehouse.unlink(missing_ok=True)
    with duckdb.connect(str(folder.warehouse)) as db:
        db.execute(
            f"create schema marts; create table marts.dim_tenant as select '{TENANT}'::uuid as tenant_id; "
            "create table marts.dim_item (item_id uuid, category varchar, kind varchar, class varchar); "
            "create table marts.dim_offer (tenant_id uuid, item_id uuid, listed_from timestamptz); "
            "create table marts.dim_supplier_terms (tenant_id uuid); "
            "create table marts.fct_campaign_effect (tenant_id uuid, item_id uuid, first_date date, last_date date, "
            "  announced_at timestamptz); "
            "create table marts.fct_item_demand_daily (tenant_id uuid, item_id uuid, date date, quantity bigint, "
            "  is_in_stock boolean)"
        )
        for item, category in ((TEA, "tea"), (POT, "ware"), (CUP, "ware"), (BUD, "tea")):
            db.execute("insert into marts.dim_item values (?, ?, 'physical', 'staple')", [item, category])
        # Midnight of the third day ahead in Shanghai, and of one that is too far ahead.
        soon, late = (
            datetime(last.year, last.month, last.day, 16, tzinfo=UTC) + timedelta(days=n) for n in (2, 40)
        )
        offers = [(TEA, FIRST), (POT, FIRST + timedelta(days=31)), (CUP, soon), (BUD, late)]
        db.executemany("insert into marts.dim_offer values (?, ?, ?)", [(TENANT, *offer) for offer in offers])
        db.executemany("insert into marts.fct_item_demand_daily values (?, ?, ?, ?, ?)", rows)
    return train(folder, 1, MAKING)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> DataFolder:
    folder = DataFolder(tmp_path_factory.mktemp("mall"))
    folder.create()
    return folder


def holidays(folder: DataFolder) -> set[tuple[str, str, str]]:
    rows = read_frame(folder.ml, ACCURACY, TENANT)
    return set(zip(rows["level"], rows["occasion_id"], rows["holiday_date"].astype(str), strict=True))


def test_all_levels_are_forecast_and_past_holidays_are_kept(folder: DataFolder) -> None:
    written = trade(folder, date(2025, 6, 29))
    assert set(written) == {"demand_forecasts", "demand_scores", ACCURACY, WHAT_IF, "demand_cards"}
    forecasts = read_frame(folder.ml, "demand_forecasts", TENANT)
    # The cup is listed on 2 July; what is listed in August is not forecast yet.
    assert set(forecasts.loc[forecasts["level"] == "item", "series_id"]) == {TEA, POT, CUP}
    cup = forecasts[forecasts["series_id"] == CUP].set_index("date")["mean"]
    assert (cup[cup.index < date(2025, 7, 2)] == 0).all()
    assert (cup[cup.index >= date(2025, 7, 2)] > 0).all()
    sums = forecasts.groupby(["level", "date"])["mean"].sum().unstack("level")
    np.testing.assert_allclose(sums["item"], sums["tenant"])
    np.testing.assert_allclose(sums["category"], sums["tenant"])
    first = {
        (level, *day)
        for level in ("item", "category", "tenant")
        for day in (("dragon-boat", "2025-05-31"), ("618", "2025-06-18"))
    }
    assert holidays(folder) == first

    trade(folder, date(2025, 11, 30))
    second = {(level, "double-11", "2025-11-11") for level in ("item", "category", "tenant")}
    assert holidays(folder) == first | second
