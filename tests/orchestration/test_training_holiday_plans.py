"""Holiday plans from marts of a few lines: what is planned for which holiday, and what is left out."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest

from orchestration.settings import DataFolder
from orchestration.training import item_outlook
from orchestration.training.cards import Making
from orchestration.training.demand import train
from orchestration.training.holiday_plans import plan
from orchestration.training.plan_scores import score
from orchestration.training.tables import read_frame
from tests.orchestration.plan_marts import write_marts

TENANT, BARE, SISTER, TEA, POT, OLD, MAIN, SOUTH, CLOSED, HERS, PAST, COMING = (
    f"00000000-0000-0000-0000-{n:012d}" for n in (1, 2, 3, 31, 32, 33, 71, 72, 73, 74, 81, 82)
)
# Mid-Autumn of 2025 is on 6 October, within National Day's days off to the 8th, and Double 11 follows.
ORIGIN = date(2025, 8, 31)


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    folder = DataFolder(tmp_path)
    folder.create()
    generator = np.random.default_rng(1)
    days = [ORIGIN - timedelta(days=n) for n in range(120)]
    demand = [
        (tenant, item, day, int(generator.poisson(mean)), True)
        for tenant, item, mean in ((TENANT, TEA, 10), (TENANT, POT, 2), (TENANT, OLD, 3), (BARE, TEA, 4))
        for day in days
    ]
    rows = {
        "dim_tenant": [(TENANT, "acorn", "bank", False), (BARE, "bare", "bank", False)],
        "dim_item": [(TEA, "tea", "Tea", "Tea", 2), (POT, "pot", "Pot", "Ware", 5), (OLD, "old", "Old", "Tea", 1)],
        "dim_offer": [(TENANT, TEA, None), (TENANT, POT, None), (TENANT, OLD, "2025-08-20 00:00:00+00")],
        "dim_warehouse": [
            (TENANT, MAIN, "main", None, 100, True, True), (BARE, MAIN, "main", None, 100, True, True),
        ],
        "dim_supplier_terms": [
            (TENANT, TEA, "leaf", "active", 10, 14, 24, 12, 500, None, 1, "2025-01-01", None),
            (TENANT, TEA, "dear", "active", 2, 2, 1, 1, 900, None, 2, "2025-01-01", None),
            (TENANT, TEA, "gone", "suspended", 1, 1, 1, 1, 1, None, 0, "2025-01-01", None),
            (TENANT, POT, "leaf", "active", 20, 25, 1, 1, 9000, None, 1, "2025-01-01", None),
            (TENANT, OLD, "leaf", "active", 5, 5, 1, 1, 100, None, 1, "2025-01-01", None),
        ],
        "fct_warehouse_stock": [(TENANT, MAIN, TEA, 100, 200)],
        "fct_incoming_stock": [(TENANT, TEA, MAIN, "2025-09-05", 36)],
        "fct_item_demand_daily": demand,
    }  # fmt: skip
    write_marts(folder.warehouse, rows)
    return folder


def test_each_holiday_that_is_close_enough_is_planned_and_counts_on_the_one_before(
    folder: DataFolder,
) -> None:
    written = plan(folder, seed=1)
    lines = read_frame(folder.ml, "holiday_plan_lines", TENANT)
    assert written == {"holiday_plan_lines": len(lines)}
    # The slowest supplier needs 25 days, so holidays up to 53 days ahead are planned.
    days = dict(zip(lines["occasion_id"], lines["first_day"], strict=True))
    assert days["mid-autumn"] == date(2025, 10, 6)
    assert "double-11" not in days
    assert set(lines["item_id"]) == {TEA, POT}
    assert set(lines["warehouse_id"]) == {MAIN}
    reasons = [
        f"{name}_quantity"
        for name in ("too_late", "shelf_life", "minimum_order", "pack", "budget", "storage")
    ]
    assert (lines["wish_quantity"] + lines[reasons].sum(axis=1) == lines["quantity"]).all()
    first = lines.sort_values("last_day").drop_duplicates("item_id").set_index("item_id")
    tea = first.loc[TEA]
    # 100 lie there and 36 come: some 14 days' demand, with Mid-Autumn or National Day more than 30 days ahead.
    assert tea["order_up_to"] == 136 + tea["wish_quantity"]
    assert tea["quantity"] % 12 == 0
    assert tea["quantity"] >= 24
    assert tea["arrives_on"] == tea["order_by"] + timedelta(days=10)
    assert ORIGIN < tea["order_by"] < tea["need_date"]
    assert tea["risk_with"] < 0.15 < tea["risk_without"]
    pot = first.loc[POT]
    assert pot["is_too_late"]
    assert pot["order_by"] == ORIGIN + timedelta(days=1)
    assert pot["too_late_quantity"] < 0
    assert lines.groupby("item_id")["quantity"].sum()[TEA] < 2 * tea["quantity"]


def planned(folder: DataFolder, tenant: str = TENANT, **options: int) -> pd.DataFrame:
    """Plan, and return a tenant's lines of the plan of the first holiday."""
    plan(folder, seed=1, **options)
    lines = read_frame(folder.ml, "holiday_plan_lines", tenant)
    first = lines.sort_values(["last_day", "first_day"]).iloc[0]
    return lines[lines["occasion_id"] == first["occasion_id"]].reset_index(drop=True)


def test_a_plan_is_made_from_the_forecasts_of_the_night_if_they_reach(
    folder: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    change(
        folder,
        "alter table marts.dim_offer add column listed_from timestamptz default '2025-01-01'",
        "alter table marts.dim_item add column kind varchar default 'physical'",
        "alter table marts.dim_item add column class varchar default 'staple'",
        # A past that is long enough to learn days so far ahead, and to test it.
        "insert into marts.fct_item_demand_daily "
        "select tenant_id, item_id, date - 120, quantity, is_in_stock from marts.fct_item_demand_daily",
    )
    train(folder, 1, Making(datetime(2025, 9, 1, tzinfo=UTC), "test"))
    forecasts = read_frame(folder.ml, "demand_forecasts", TENANT)
    # National Day's last day off, in which Mid-Autumn lies; the tenant that nobody sells anything needs no more than 28 days.
    assert forecasts["date"].max() == date(2025, 10, 8)
    assert read_frame(folder.ml, "demand_forecasts", BARE)["date"].max() == ORIGIN + timedelta(days=28)

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("what was learned is not learned again")

    with monkeypatch.context() as patch:
        patch.setattr(item_outlook, "learn", refuse)
        lines = planned(folder).set_index("item_id")
    until = forecasts[(forecasts["level"] == "item") & (forecasts["date"] <= lines["last_day"].iloc[0])]
    expected = until.groupby("series_id")["mean"].sum()
    for item in (TEA, POT):
        assert lines.loc[item, "demand_mean"] == pytest.approx(expected[item], rel=0.1)
    # Forecasts of another day, or none, are not planned from.
    change(folder, f"delete from marts.fct_item_demand_daily where date = '{ORIGIN}'")
    learned = planned(folder)
    assert set(learned["origin_date"]) == {ORIGIN - timedelta(days=1)}
    assert set(learned["item_id"]) == {TEA, POT}


def change(folder: DataFolder, *statements: str) -> None:
    with duckdb.connect(str(folder.warehouse)) as db:
        for statement in statements:
            db.execute(statement)


def open_south(folder: DataFolder) -> None:
    """Let a second warehouse have shipped a quarter of all tea, and hold 40 of what was in the first."""
    change(
        folder,
        f"insert into marts.dim_warehouse values ('{TENANT}', '{SOUTH}', 'south', null, 200, true, false), "
        f"('{TENANT}', '{CLOSED}', 'closed', null, 1, false, false)",
        f"insert into marts.fct_warehouse_issues values ('{TENANT}', '{MAIN}', '{TEA}', '2025-08-01', 30000), "
        f"('{TENANT}', '{SOUTH}', '{TEA}', '2025-08-30', 10000), "
        f"('{TENANT}', '{CLOSED}', '{TEA}', '2025-08-30', 10000), "
        # The last quarter begins on 3 June.
        f"('{TENANT}', '{SOUTH}', '{TEA}', '2025-06-02', 90000)",
        "update marts.fct_warehouse_stock set quantity = 60, used_units = 120",
        f"insert into marts.fct_warehouse_stock values ('{TENANT}', '{SOUTH}', '{TEA}', 40, 80)",
        f"update marts.fct_incoming_stock set warehouse_id = '{CLOSED}'",
    )


def test_each_warehouse_is_planned_for_its_part_of_the_demand(folder: DataFolder) -> None:
    alone = planned(folder).set_index("item_id")
    open_south(folder)
    lines = planned(folder)
    assert set(zip(lines["item_id"], lines["warehouse_id"], strict=True)) == {
        (item, warehouse) for item in (TEA, POT) for warehouse in (MAIN, SOUTH)
    }
    for item in (TEA, POT):
        parts = lines[lines["item_id"] == item].set_index("warehouse_id")["demand_mean"]
        # A day whose paths ask for more than twice what is expected is not brought down all the way.
        assert parts.sum() == pytest.approx(alone.loc[item, "demand_mean"], rel=1e-3)
        # Of the pot, of which nobody knows where it left from, as much as of all.
        assert parts[MAIN] / parts.sum() == pytest.approx(0.75, abs=0.001)
    tea = lines[lines["item_id"] == TEA].set_index("warehouse_id")
    # What was to come to the warehouse that is closed comes to the default one.
    assert (tea["order_up_to"] - tea["wish_quantity"]).to_dict() == {MAIN: 96, SOUTH: 40}


def test_a_budget_is_for_all_tenants_together_and_a_test_tenant_has_its_own(folder: DataFolder) -> None:
    free = planned(folder)
    change(
        folder,
        f"insert into marts.dim_tenant values ('{SISTER}', 'sister', 'bank', false)",
        f"insert into marts.dim_warehouse values ('{SISTER}', '{HERS}', 'main', null, 100, true, true)",
        *(
            f"insert into marts.{table} select * replace ('{SISTER}'::uuid as tenant_id) from marts.{table} "
            f"where tenant_id = '{TENANT}'"
            for table in ("dim_offer", "dim_supplier_terms", "fct_item_demand_daily")
        ),
    )
    enough = 2 * int(free["purchase_fen"].sum()) + 1_000_000
    pd.testing.assert_frame_equal(planned(folder, budget_fen=enough), free)
    plan(folder, seed=1, budget_fen=200_000)
    lines = pd.concat([read_frame(folder.ml, "holiday_plan_lines", one) for one in (TENANT, SISTER)])
    assert (lines["budget_quantity"] < 0).any()
    spent = lines.groupby(["occasion_id", "first_day"])["purchase_fen"].sum()
    assert 100_000 < spent.max() <= 200_000
    change(folder, f"update marts.dim_tenant set is_test = true where tenant_id = '{SISTER}'")
    plan(folder, seed=1, budget_fen=200_000)
    both = [read_frame(folder.ml, "holiday_plan_lines", one) for one in (TENANT, SISTER)]
    each = [one.groupby(["occasion_id", "first_day"])["purchase_fen"].sum().max() for one in both]
    assert max(each) <= 200_000 < sum(each)


def test_room_is_each_warehouses_own(folder: DataFolder) -> None:
    open_south(folder)
    change(
        folder,
        f"update marts.dim_warehouse set capacity_units = 200 where warehouse_id = '{SOUTH}'",
        # Not planned, so in the way.
        f"insert into marts.fct_warehouse_stock values ('{TENANT}', '{SOUTH}', '{OLD}', 50, 50)",
    )
    lines = planned(folder)
    room = (lines["quantity"] * np.where(lines["item_id"] == TEA, 2, 5)).groupby(lines["warehouse_id"]).sum()
    assert room[SOUTH] <= 150
    assert (lines.loc[lines["storage_quantity"] < 0, "warehouse_id"] == SOUTH).all()
    assert (lines["storage_quantity"] < 0).any()


def test_what_expires_before_it_is_used_is_not_counted_on(folder: DataFolder) -> None:
    fresh = planned(folder).set_index("item_id").loc[TEA]
    change(
        folder,
        f"insert into marts.fct_expiring_stock values ('{TENANT}', '{MAIN}', '{TEA}', '2025-08-30', 30)",
    )
    tea = planned(folder).set_index("item_id").loc[TEA]
    assert (fresh["expiring_quantity"], tea["expiring_quantity"]) == (0, 30)
    assert tea["wish_quantity"] == pytest.approx(fresh["wish_quantity"] + 30, abs=1)


def test_without_terms_or_a_coming_holiday_nothing_is_planned(folder: DataFolder) -> None:
    plan(folder, seed=1)
    assert read_frame(folder.ml, "holiday_plan_lines", BARE).empty
    with duckdb.connect(str(folder.warehouse)) as db:
        db.execute("delete from marts.dim_supplier_terms")
    assert plan(folder, seed=1) == {"holiday_plan_lines": 0}


def approve(folder: DataFolder, *lines: tuple[object, ...], warehouse: str = MAIN) -> None:
    """Approve lines (plan, last day, item, quantity, day to order, pieces there were) of a plan as of 31 July."""
    with duckdb.connect(str(folder.warehouse)) as db:
        for plan_id, last_day, item, quantity, order_by, supply in lines:
            db.execute(
                "insert into marts.fct_approved_plan_lines values (?, ?, 'qixi', '2025-08-05', ?, '2025-07-31', ?, ?, ?, "
                "?, ?, 100, 60, 140)",
                [TENANT, plan_id, last_day, item, warehouse, quantity, order_by, supply],
            )


def taken(folder: DataFolder, item: str, quantity: int, *, until: date, is_in_stock: bool = True) -> None:
    """Let so many pieces be taken each day from 1 August on."""
    with duckdb.connect(str(folder.warehouse)) as db:
        db.execute(
            "update marts.fct_item_demand_daily set quantity = ?, is_in_stock = ? "
            "where item_id = ?::uuid and date between '2025-08-01' and ?",
            [quantity, is_in_stock, item, until],
        )


def test_an_approved_plan_is_scored_once_its_holiday_is_over(folder: DataFolder) -> None:
    approve(
        folder,
        (PAST, "2025-08-20", TEA, 96, "2025-08-01", 80),
        (PAST, "2025-08-20", POT, 0, None, 30),
        (COMING, "2025-09-20", TEA, 96, "2025-08-01", 80),
    )
    taken(folder, TEA, 8, until=date(2025, 8, 20))
    taken(folder, POT, 2, until=date(2025, 8, 20))
    assert score(folder) == {"holiday_plan_scores": 2}
    scores = read_frame(folder.ml, "holiday_plan_scores", TENANT).set_index("item_id")
    tea, pot = scores.loc[TEA], scores.loc[POT]
    assert (tea["plan_id"], tea["last_day"]) == (PAST, date(2025, 8, 20))
    # 80 pieces last ten days and the order comes on the eleventh: 160 are asked for, and 16 are left.
    assert (tea["demand"], tea["forecast"], bool(tea["is_inside"])) == (160, 100, False)
    assert (tea["lost_without"], tea["lost"], tea["left_over"], tea["hindsight_quantity"]) == (80, 0, 16, 80)
    # A piece that is left costs a tenth of its 500 fen, one that is missing nineteen times that.
    assert tea["cost_fen"] == pytest.approx(16 * 50)
    assert tea["cost_without_fen"] == pytest.approx(80 * 950)
    assert tea["cost_hindsight_fen"] == pytest.approx(0)
    # Without an order ten of 40 pots are missing, for which an order of the first day would have come too late.
    assert (pot["lost"], pot["lost_without"], pot["lost_hindsight"]) == (10, 10, 10)


def test_days_without_stock_count_what_was_likely_asked_for(folder: DataFolder) -> None:
    approve(folder, (PAST, "2025-08-10", TEA, 0, None, 200))
    taken(folder, TEA, 0, until=date(2025, 8, 4), is_in_stock=False)
    score(folder)
    (demand,) = read_frame(folder.ml, "holiday_plan_scores", TENANT)["demand"]
    assert 80 < demand < 130


def test_each_warehouses_line_is_scored_by_what_was_asked_of_it(folder: DataFolder) -> None:
    for warehouse, quantity in ((MAIN, 96), (SOUTH, 24)):
        approve(folder, (PAST, "2025-08-20", TEA, quantity, "2025-08-01", 40), warehouse=warehouse)
    approve(folder, (PAST, "2025-08-20", POT, 0, None, 30))
    taken(folder, TEA, 8, until=date(2025, 8, 20))
    change(
        folder,
        f"insert into marts.fct_warehouse_issues values ('{TENANT}', '{MAIN}', '{TEA}', '2025-08-02', 60000), "
        f"('{TENANT}', '{SOUTH}', '{TEA}', '2025-08-20', 20000), "
        # Before and after the days of the plan.
        f"('{TENANT}', '{SOUTH}', '{TEA}', '2025-07-31', 90000), ('{TENANT}', '{SOUTH}', '{TEA}', '2025-08-21', 90000)",
    )
    score(folder)
    scores = read_frame(folder.ml, "holiday_plan_scores", TENANT)
    tea = scores[scores["item_id"] == TEA].set_index("warehouse_id")["demand"]
    assert tea.to_dict() == pytest.approx({MAIN: 120, SOUTH: 40}, abs=0.1)
    assert tea.sum() == pytest.approx(160)
    # The pot has a line in one warehouse alone, and all of its demand there.
    (pot,) = scores.loc[scores["item_id"] == POT, "demand"]
    asked = 20 * 2
    assert asked * 0.5 < pot < asked * 1.5
