"""What the marts say about items, stock, risk and sales on a landing small enough to compute by hand."""

import shutil
from datetime import date
from pathlib import Path

import duckdb
import pytest

from tests.dbt_project.item_metrics import ITEM_METRICS
from tests.dbt_project.small_warehouse import Build

JANUARY, FEBRUARY = date(2025, 1, 1), date(2025, 2, 1)


def test_monthly_item_kpis_are_those_computed_by_hand(built: Build) -> None:
    rows = built.rows(
        "select month, metric, numerator, denominator, round(value, 6), low, high, target "
        f"from marts.fct_kpis_monthly where metric in {ITEM_METRICS} order by month, metric"
    )
    assert rows == [
        (JANUARY, "abuse_block_rate", 0, 0, None, None, None, 0.9),
        (JANUARY, "brand_direct_rate", 1, 1, 1.0, None, None, None),
        (JANUARY, "catalogue_quality_share", 0, 1, 0.0, None, None, 0.3),
        (JANUARY, "catalogue_scarce_share", 0, 1, 0.0, None, None, 0.1),
        (JANUARY, "catalogue_staple_share", 1, 1, 1.0, None, None, 0.6),
        (JANUARY, "false_block_rate", 0, 0, None, None, None, 0.01),
        (JANUARY, "item_redemption_rate", 1, 0, None, None, None, None),
        (JANUARY, "lost_demand_rate", 0, 1, 0.0, None, None, None),
        (JANUARY, "sell_through_rate", 3, 21, 0.142857, None, None, 0.9),
        (JANUARY, "stock_out_rate", 0, 1, 0.0, None, None, 0.05),
        (JANUARY, "stock_turnover_days", 564, 3, 188.0, None, None, None),
        (JANUARY, "virtual_issue_rate", 0, 0, None, None, None, 0.999),
        (FEBRUARY, "abuse_block_rate", 0, 0, None, None, None, 0.9),
        (FEBRUARY, "brand_direct_rate", 1, 2, 0.5, None, None, None),
        (FEBRUARY, "catalogue_quality_share", 1, 2, 0.5, None, None, 0.3),
        (FEBRUARY, "catalogue_scarce_share", 0, 2, 0.0, None, None, 0.1),
        (FEBRUARY, "catalogue_staple_share", 1, 2, 0.5, None, None, 0.6),
        (FEBRUARY, "false_block_rate", 0, 1, 0.0, 0.0, 0.793451, 0.01),
        (FEBRUARY, "item_redemption_rate", 5, 1, 5.0, None, None, None),
        (FEBRUARY, "lost_demand_rate", 2, 7, 0.285714, None, None, None),
        (FEBRUARY, "sell_through_rate", 14, 21, 0.666667, None, None, 0.9),
        (FEBRUARY, "stock_out_rate", 2, 7, 0.285714, None, None, 0.05),
        (FEBRUARY, "stock_turnover_days", 44, 11, 4.0, None, None, None),
        (FEBRUARY, "virtual_issue_rate", 0, 0, None, None, None, 0.999),
    ]


def test_stock_is_told_through_the_day_and_without_what_is_set_aside(built: Build) -> None:
    rows = built.rows(
        "select code, date, opening_quantity, received_quantity, returned_quantity, issued_quantity, "
        "  closing_quantity, closing_sellable_quantity, lowest_sellable_quantity, is_stocked_out "
        "from marts.fct_item_stock_daily join marts.dim_item using (item_id) "
        "where date >= '2025-01-03' order by code, date"
    )
    assert rows == [
        ("film", date(2025, 1, 3), 0, 1, 0, 0, 1, 1, None, False),
        ("film", date(2025, 2, 2), 1, 0, 0, 0, 1, 1, 1, False),
        ("film", date(2025, 2, 3), 1, 0, 0, 1, 0, 0, 0, True),
        ("film", date(2025, 2, 4), 0, 0, 0, 0, 0, 0, 0, True),
        # One is reserved for a day.
        ("rice", date(2025, 1, 3), 0, 20, 0, 0, 20, 19, None, False),
        ("rice", date(2025, 1, 4), 20, 0, 0, 0, 20, 20, None, False),
        ("rice", date(2025, 1, 31), 20, 0, 0, 3, 17, 17, 17, False),
        ("rice", date(2025, 2, 1), 17, 0, 0, 2, 15, 15, 15, False),
        ("rice", date(2025, 2, 2), 15, 0, 0, 2, 13, 13, 13, False),
        ("rice", date(2025, 2, 3), 13, 0, 1, 7, 7, 5, 5, False),
        ("rice", date(2025, 2, 4), 7, 0, 1, 1, 7, 5, 4, False),
    ]


def test_lost_demand_counts_a_member_that_asks_again_once(built: Build) -> None:
    assert built.rows(
        "select date, refused_quantity, expected_quantity, estimated_lost_quantity, lost_basis "
        "from marts.fct_item_demand_daily join marts.dim_item using (item_id) where code = 'film' order by date"
    ) == [
        (date(2025, 2, 2), 0, None, 0.0, "none"),
        (date(2025, 2, 3), 2, None, 2.0, "refused"),
        (date(2025, 2, 4), 0, None, None, "unknown"),
    ]


def test_refusals_and_verdicts_of_counted_members_are_told(built: Build) -> None:
    assert built.rows("select reason, class, effective_date from marts.fct_refusals order by all") == [
        ("insufficient-points", "points", date(2025, 2, 4)),
        ("out-of-stock", "stock", date(2025, 2, 3)),
        ("out-of-stock", "stock", date(2025, 2, 3)),
    ]
    assert built.rows(
        "select date, rule_kind, verdict, assessment_count, reviewed_count, overturned_count, blocked_count "
        "from marts.fct_risk_daily order by all"
    ) == [
        (date(2025, 2, 1), "account_age", "review", 1, 1, 1, 0),
        (date(2025, 2, 1), "any", "review", 1, 1, 1, 0),
        (date(2025, 2, 1), "velocity", "review", 1, 1, 1, 0),
        (date(2025, 2, 4), "any", "deny", 1, 0, 0, 1),
        (date(2025, 2, 4), "velocity", "deny", 1, 0, 0, 1),
    ]


def test_a_sale_that_goes_on_is_measured_on_its_days_so_far(built: Build) -> None:
    assert built.rows(
        "select first_date, last_date, window_day_count, window_quantity, expected_quantity, uplift_quantity, "
        "  after_day_count, redeemer_count from marts.fct_campaign_effect"
    ) == [(date(2025, 2, 4), date(2025, 2, 10), 1, 1, 3.0, -2.0, 0, 0)]


@pytest.mark.parametrize(
    ("test", "loss"),
    [
        ("item_stock_ends_with_what_is_on_the_shelf", "delete from marts.fct_item_stock_daily where date = '2025-02-03'"),
        (
            "item_stock_ends_with_what_is_on_the_shelf",
            "update marts.fct_item_stock_daily set closing_sellable_quantity = closing_quantity",
        ),
        (
            "item_stock_ends_with_what_is_on_the_shelf",
            "update marts.fct_item_stock_daily set opening_quantity = 18, corrected_quantity = corrected_quantity - 1 where opening_quantity = 17",
        ),
        ("item_stock_holds_every_line_and_refusal", "update marts.fct_item_stock_daily set refusal_count = 0"),
        (
            "item_stock_holds_every_line_and_refusal",
            "update marts.fct_item_stock_daily set issued_quantity = 6, corrected_quantity = corrected_quantity - 1 where issued_quantity = 7",
        ),
        ("item_demand_agrees_with_item_stock", "update marts.fct_item_demand_daily set on_hand_quantity = 1"),
        ("item_demand_agrees_with_item_stock", "update marts.fct_item_demand_daily set quantity = 9 where quantity = 6"),
        ("item_figures_add_up_to_the_kpis", "delete from marts.fct_refusals"),
        ("item_figures_add_up_to_the_kpis", "update marts.fct_item_performance_monthly set stocked_out_days = 0"),
        ("item_figures_add_up_to_the_kpis", "update marts.fct_risk_assessments set is_blocked = true"),
        ("kpis_drill_down_to_their_rows", "update marts.fct_item_activity_daily set view_count = 0"),
        ("kpis_drill_down_to_their_rows", "update marts.fct_stock_totals_daily set available_30_days_quantity = 1"),
        ("kpis_drill_down_to_their_rows", "update marts.fct_catalogue_daily set staple_count = 2"),
        ("kpis_drill_down_to_their_rows", "delete from marts.fct_refusals where class = 'stock'"),
        ("risk_days_hold_every_assessment", "delete from marts.fct_risk_daily where verdict = 'deny'"),
    ],
)  # fmt: skip
def test_what_is_lost_on_the_way_to_the_item_marts_is_missed(
    test: str, loss: str, built: Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(built.warehouse.parent, tmp_path / "copy")
    monkeypatch.chdir(tmp_path / "copy")  # the landing's views name their files from here
    with duckdb.connect("warehouse.duckdb") as warehouse:
        warehouse.execute("set TimeZone = 'UTC'")
        assert warehouse.execute(built.compiled(test)).fetchall() == []
        warehouse.execute(loss)
        assert warehouse.execute(built.compiled(test)).fetchall() != []
