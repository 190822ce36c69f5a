"""What the marts say about a landing small enough to compute by hand."""

import shutil
from datetime import date
from pathlib import Path

import duckdb
import pytest

from tests.dbt_project.item_metrics import SCORES, TESTED_APART
from tests.dbt_project.small_warehouse import Build

JANUARY, FEBRUARY = date(2025, 1, 1), date(2025, 2, 1)


def test_every_model_builds_and_every_test_passes(built: Build) -> None:
    unwanted = ("error", "fail", "warn", "skipped")
    assert {status: names for status in unwanted if (names := built.names(status))} == {}
    assert built.result.success


def test_monthly_kpis_are_those_computed_by_hand(built: Build) -> None:
    rows = built.rows(
        "select month, metric, numerator, denominator, round(value, 6), n, low, high, target "
        f"from marts.fct_kpis_monthly where metric not in {TESTED_APART} order by month, metric"
    )
    assert rows == [
        (JANUARY, "activity_rate", 1, 2, 0.5, 2, None, None, 0.3),
        (JANUARY, "consumption_rate", 300, 2000, 0.15, 2000, None, None, 0.5),
        (JANUARY, "consumption_rate_cumulative", 300, 2000, 0.15, 2000, None, None, 0.5),
        (JANUARY, "ledger_breaks", 0, 4, 0.0, 4, None, None, 0.0),
        (JANUARY, "member_redemption_rate", 1, 2, 0.5, 2, None, None, None),
        (JANUARY, "member_redemption_rate_cumulative", 1, 2, 0.5, 2, None, None, None),
        (JANUARY, "order_success_rate", 1, 1, 1.0, 1, None, None, 0.999),
        (JANUARY, "repurchase_rate", 0, 0, None, 0, None, None, None),
        (JANUARY, "satisfaction_rate", 0, 0, None, 0, None, None, 0.85),
        (FEBRUARY, "activity_rate", 3, 3, 1.0, 3, None, None, 0.3),
        (FEBRUARY, "consumption_rate", 830, 45, 18.444444, 45, None, None, 0.5),
        (FEBRUARY, "consumption_rate_cumulative", 1130, 2045, 0.552567, 2045, None, None, 0.5),
        (FEBRUARY, "ledger_breaks", 0, 27, 0.0, 27, None, None, 0.0),
        (FEBRUARY, "member_redemption_rate", 2, 3, 0.666667, 3, None, None, None),
        (FEBRUARY, "member_redemption_rate_cumulative", 2, 3, 0.666667, 3, None, None, None),
        (FEBRUARY, "order_success_rate", 5, 6, 0.833333, 6, None, None, 0.999),
        (FEBRUARY, "repurchase_rate", 0, 0, None, 0, None, None, None),
        (FEBRUARY, "satisfaction_rate", 2, 3, 0.666667, 3, 0.20766, 0.938508, 0.85),
    ]


def test_daily_kpis_take_the_shanghai_day_as_their_period(built: Build) -> None:
    rows = built.rows(
        "select date, metric, numerator, denominator from marts.fct_kpis_daily "
        f"where date between '2025-01-31' and '2025-02-01' and metric not in {TESTED_APART} "
        "order by date, metric"
    )
    assert rows == [
        (date(2025, 1, 31), "activity_rate", 1, 2),
        (date(2025, 1, 31), "consumption_rate", 300, 0),
        (date(2025, 1, 31), "consumption_rate_cumulative", 300, 2000),
        (date(2025, 1, 31), "ledger_breaks", 0, 2),
        (date(2025, 1, 31), "member_redemption_rate", 1, 2),
        (date(2025, 1, 31), "member_redemption_rate_cumulative", 1, 2),
        (date(2025, 1, 31), "order_success_rate", 1, 1),
        (date(2025, 1, 31), "repurchase_rate", 0, 0),
        (date(2025, 1, 31), "satisfaction_rate", 0, 0),
        (date(2025, 2, 1), "activity_rate", 1, 3),
        (date(2025, 2, 1), "consumption_rate", 200, 0),
        (date(2025, 2, 1), "consumption_rate_cumulative", 500, 2000),
        (date(2025, 2, 1), "ledger_breaks", 0, 2),
        (date(2025, 2, 1), "member_redemption_rate", 0, 3),
        (date(2025, 2, 1), "member_redemption_rate_cumulative", 1, 3),
        (date(2025, 2, 1), "order_success_rate", 1, 1),
        (date(2025, 2, 1), "repurchase_rate", 0, 0),
        (date(2025, 2, 1), "satisfaction_rate", 0, 0),
    ]


def test_demand_is_dense_and_stock_counts_every_member(built: Build) -> None:
    rows = built.rows(
        "select code, date, quantity, redemption_count, on_hand_quantity, is_in_stock "
        "from marts.fct_item_demand_daily join marts.dim_item using (item_id) order by code, date"
    )
    assert rows == [
        ("film", date(2025, 2, 2), 0, 0, 1, True),
        ("film", date(2025, 2, 3), 1, 1, 0, False),
        ("film", date(2025, 2, 4), 0, 0, 0, False),
        ("rice", date(2025, 1, 31), 3, 1, 17, True),
        ("rice", date(2025, 2, 1), 2, 1, 15, True),
        ("rice", date(2025, 2, 2), 1, 1, 13, True),
        ("rice", date(2025, 2, 3), 6, 1, 7, True),
        ("rice", date(2025, 2, 4), 1, 1, 7, True),
    ]


def test_tenants_without_facts_are_listed_and_have_no_kpi(built: Build) -> None:
    assert built.rows(
        "select code, first_fact_date, last_fact_date, count(metric) from marts.dim_tenant "
        "left join marts.fct_kpis_monthly using (tenant_id) "
        f"where metric not in {TESTED_APART} or metric is null group by all order by code"
    ) == [
        ("lakeside", date(2025, 1, 5), date(2025, 2, 4), 18),
        ("quiet", None, None, 0),
    ]


def test_only_the_ledger_keeps_test_and_erased_members_and_lists_leave_out_who_refused_them(
    built: Build,
) -> None:
    tables = (
        "dim_member", "dim_lot", "fct_redemption_lines", "fct_events", "fct_feedback", "fct_member_items",
        "fct_member_recommendations", "fct_redemptions", "fct_member_segments", "fct_refusals",
        "fct_risk_assessments", "fct_impressions", "fct_entries",
    )  # fmt: skip
    members = {
        table: built.rows(
            "select list_sort(list(distinct cast(right(cast(member_id as varchar), 2) as int))) "
            f"from marts.{table} where member_id is not null"
        )[0][0]
        for table in tables
    }
    assert members == {
        "dim_member": [11, 12, 13, 21],
        "dim_lot": [11, 12, 13],
        "fct_redemption_lines": [11, 12],
        "fct_events": [12],
        "fct_feedback": [11, 12, 13],
        "fct_refusals": [11, 12],
        "fct_risk_assessments": [12],
        "fct_impressions": [11, 12],
        "fct_member_items": [11],
        "fct_member_recommendations": [11],
        "fct_redemptions": [11, 12],
        "fct_member_segments": [11, 12, 13],
        "fct_entries": [11, 12, 13, 14, 15],
    }


def test_impressions_are_told_apart_from_acts(built: Build) -> None:
    assert built.rows("select distinct kind from marts.fct_events order by kind") == [("view",), ("visit",)]
    assert built.rows(
        "select right(cast(event_id as varchar), 3), right(cast(request_id as varchar), 3), position, policy, "
        "propensity, date, is_clicked, is_redeemed from marts.fct_impressions order by event_id"
    ) == [
        ("401", "411", 1, "recipe", 0.5, date(2025, 1, 20), False, False),
        ("404", "414", 2, "recipe", 1.0, date(2025, 1, 31), False, True),
        ("405", "415", 1, "popularity", 0.2, date(2025, 2, 5), False, False),
    ]
    assert built.rows(
        "select context, stage, position, month, impression_count, click_count, redemption_count "
        "from marts.fct_recommendation_placements order by all"
    ) == [
        ("home", "personal", 1, date(2025, 1, 1), 1, 0, 0),
        ("home", "popular", 2, date(2025, 1, 1), 1, 0, 1),
        ("untold", "untold", 1, date(2025, 2, 1), 1, 0, 0),
    ]
    assert built.rows(
        "select policy, member_count, control_member_count, both_arms_count, waiting_count, is_decided "
        "from marts.fct_recommendation_experiment"
    ) == [("recipe", 0, 0, 1, 1, False)]


def test_lines_carry_the_newest_status_of_their_redemption(built: Build) -> None:
    assert built.rows(
        "select distinct right(cast(redemption_id as varchar), 2), mode, status, is_demand "
        "from marts.fct_redemption_lines order by all"
    ) == [
        ("61", "points", "completed", True),
        ("62", "points", "partially_refunded", True),
        ("64", "points", "completed", True),
        ("65", "points_cash", "created", True),
        ("66", "points", "cancelled", False),
        ("67", "points", "cancelled", True),
    ]
    assert built.rows(
        "select right(cast(redemption_id as varchar), 2), refunded_quantity "
        "from marts.fct_redemption_lines where refunded_quantity > 0"
    ) == [("62", 1)]


def test_the_warehouse_has_three_schemas(built: Build) -> None:
    assert built.rows("select distinct table_schema from information_schema.tables order by all") == [
        ("intermediate",), ("marts",), ("staging",)
    ]  # fmt: skip


def test_a_new_mall_builds_without_a_row(empty_build: Build) -> None:
    assert empty_build.names("error") | empty_build.names("fail") == set()
    assert empty_build.rows("select count(*) from marts.fct_kpis_daily") == [(0,)]
    assert empty_build.rows(
        "select count(*) from marts.dim_metric where metric not in " + str(TESTED_APART + SCORES)
    ) == [(9,)]


def test_each_broken_identity_fails_its_own_test(broken_build: Build) -> None:
    assert broken_build.names("fail") == {
        "captured_holds_are_deducted",
        "entries_of_a_transfer_sum_to_zero",
        "lots_hold_what_their_entries_leave",
        "outstanding_points_are_issued_less_spent",
        "redemption_points_are_the_sum_of_their_lines",
        "redemptions_have_exactly_one_deduction",
        "redemptions_hold_their_points_while_they_wait",
        "references_of_stg_feedback",
        "refunds_are_what_their_redemptions_say",
        "stock_is_movements_less_lines",
        "transfers_move_the_accounts_of_their_kind",
        "unique_combination_of_columns_fct_events_tenant_id__event_id",
    }


@pytest.mark.parametrize(
    "test", ["kpis_have_a_row_for_every_period", "cumulative_consumption_is_the_members_ledger"]
)
def test_a_last_day_lost_on_the_way_to_the_marts_is_missed(
    test: str, built: Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(built.warehouse.parent, tmp_path / "copy")
    monkeypatch.chdir(tmp_path / "copy")  # the landing's views name their files from here
    with duckdb.connect("warehouse.duckdb") as warehouse:
        warehouse.execute("set TimeZone = 'UTC'")
        assert warehouse.execute(built.compiled(test)).fetchall() == []
        warehouse.execute("update marts.dim_tenant set last_fact_date = last_fact_date - 1")
        warehouse.execute("delete from marts.fct_kpis_daily where date = '2025-02-04'")
        assert warehouse.execute(built.compiled(test)).fetchall() != []


def test_a_redemption_that_its_flash_sale_does_not_count_is_missed(
    built: Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(built.warehouse.parent, tmp_path / "copy")
    monkeypatch.chdir(tmp_path / "copy")  # the landing's views name their files from here
    with duckdb.connect("warehouse.duckdb") as warehouse:
        warehouse.execute("set TimeZone = 'UTC'")
        missed = built.compiled("flash_sales_lack_what_was_taken_from_them")
        assert warehouse.execute(missed).fetchall() == []
        for table in ("int_redemptions", "int_redemption_lines"):
            warehouse.execute(
                f"update intermediate.{table} set flash_sale_id = (select sale_id from staging.stg_flash_sales) "
                "where effective_date = '2025-02-01'"
            )
        assert len(warehouse.execute(missed).fetchall()) == 1


@pytest.mark.parametrize(
    "change",
    [
        "update marts.fct_demand_forecasts set mean = 3 where level = 'item'",
        "update marts.fct_demand_forecasts set mean = 3 where level = 'tenant'",
        "delete from marts.fct_demand_forecasts where level = 'category'",
    ],
)
def test_forecasts_that_do_not_add_up_are_found(
    change: str, built: Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(built.warehouse.parent, tmp_path / "copy")
    monkeypatch.chdir(tmp_path / "copy")  # the landing's views name their files from here
    with duckdb.connect("warehouse.duckdb") as warehouse:
        missed = built.compiled("forecasts_add_up")
        assert warehouse.execute(missed).fetchall() == []
        warehouse.execute(change)
        assert warehouse.execute(missed).fetchall() != []


def test_a_deduction_older_than_its_redemption_is_a_fault(
    built: Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(built.warehouse.parent, tmp_path / "copy")
    monkeypatch.chdir(tmp_path / "copy")  # the landing's views name their files from here
    with duckdb.connect("warehouse.duckdb") as warehouse:
        warehouse.execute("set TimeZone = 'UTC'")
        faults = built.compiled("redemptions_have_exactly_one_deduction")
        assert warehouse.execute(faults).fetchall() == []
        warehouse.execute(
            "create table staging.older as "
            "select * replace (effective_at - interval 1 second as effective_at) from staging.stg_entries"
        )
        assert warehouse.execute(faults.replace('"stg_entries"', '"older"')).fetchall() != []


def test_a_broken_identity_fails_the_build_before_any_kpi(broken_build: Build) -> None:
    assert not broken_build.result.success
    assert {"fct_entries", "fct_kpis_daily", "fct_kpis_monthly"} <= broken_build.names("skipped")
