"""What the marts about points, redemptions and members say about the small landing, and which test finds them wrong."""

import shutil
from datetime import date
from pathlib import Path

import duckdb
import pytest

from tests.dbt_project.small_warehouse import Build

JANUARY, FEBRUARY = date(2025, 1, 1), date(2025, 2, 1)
SHORT_ID = "cast(right(cast({} as varchar), 2) as int)"


def test_outstanding_points_are_of_counted_members_and_the_rest_is_told_beside(built: Build) -> None:
    rows = built.rows(
        "select date, issued_points, redeemed_points, expired_points, exchanged_out_points, exchanged_in_points, "
        "adjusted_points, owed_points, fee_points, outstanding_points, left_out_points "
        "from marts.fct_points_daily where date in ('2025-01-05', '2025-01-06', '2025-02-02', '2025-02-04') "
        "order by date"
    )
    assert rows == [
        (date(2025, 1, 5), 1000, 0, 0, 0, 0, 0, 0, 0, 1000, 1000),
        (date(2025, 1, 6), 0, 0, 0, 0, 0, 0, 0, 0, 1000, 1000),
        (date(2025, 2, 2), 140, 100, 0, 0, 0, 0, 0, 0, 1540, 900),
        (date(2025, 2, 4), -95, -60, 50, 9, 8, 0, 20, 1, 883, 900),
    ]


def test_points_without_older_cohorts_are_all_expected_to_be_redeemed(built: Build) -> None:
    rows = built.rows(
        "select cohort_month, as_of_month, lot_count, issued_points, spent_points, expired_points, taken_back_points, "
        "remaining_points, expected_redemption_share, is_fallback, liability_fen "
        "from marts.fct_points_liability order by cohort_month, as_of_month"
    )
    assert rows == [
        (JANUARY, JANUARY, 2, 2000, 300, 0, 0, 1700, 1.0, True, 1700),
        (JANUARY, FEBRUARY, 2, 2000, 1100, 100, 0, 800, 1.0, True, 800),
        (FEBRUARY, FEBRUARY, 5, 188, 40, 0, 65, 83, 1.0, True, 83),
    ]


def test_the_liability_of_a_month_is_the_sum_of_its_cohorts(built: Build) -> None:
    summed = built.rows(
        "select tenant_id, as_of_month, sum(remaining_points)::bigint, sum(liability_fen)::bigint "
        "from marts.fct_points_liability group by all order by all"
    )
    assert summed
    assert (
        built.rows(
            "select tenant_id, month, remaining_points, liability_fen from marts.fct_points_liability_monthly order by all"
        )
        == summed
    )
    held = built.rows(
        "select l.tenant_id, l.month from marts.fct_points_liability_monthly l join marts.fct_points_daily d "
        "on d.tenant_id = l.tenant_id and d.date = l.as_of_date where l.remaining_points <> d.outstanding_points"
    )
    assert held == []


def test_points_that_are_held_expire_in_their_month_with_their_members(built: Build) -> None:
    rows = built.rows(
        "select expiry_month, as_of_date, first_expires_on, remaining_points, member_count, member_count_so_far "
        "from marts.fct_points_expiry"
    )
    # All lots of this landing end on the same day: what the liability is about.
    assert rows == [(date(2026, 1, 1), date(2025, 2, 4), date(2026, 1, 31), 883, 3, 3)]


def test_the_funnel_is_of_counted_members_within_the_tenants_time(built: Build) -> None:
    rows = built.rows(
        "select month, visitor_count, viewer_count, redeemer_count, repeater_count, unseen_redeemer_count "
        "from marts.fct_funnel_monthly order by month"
    )
    # The visit of 2001 is a wrong clock. Member 11 redeems in both months and views nothing; member 12 views and
    # redeems on three days of February.
    assert rows == [(JANUARY, 0, 0, 0, 0, 1), (FEBRUARY, 1, 1, 1, 1, 1)]


def test_the_groups_of_a_year_are_all_its_members_however_they_are_told_apart(built: Build) -> None:
    rows = built.rows(
        "select group_kind, min(as_of_date), sum(member_count), sum(redeemer_count), sum(redemption_count), sum(net_points), "
        "count(*) from marts.fct_member_groups_yearly where year = date '2025-01-01' group by 1 order by 1"
    )
    told = (date(2025, 2, 4), 3, 2, 5, 1130)
    assert rows == [
        ("all", *told, 1),
        ("joined", *told, 1),
        ("profile", *told, 2),
        ("segment", *told, 3),
        ("stage", *told, 2),
    ]


def test_hours_of_the_week_are_those_of_shanghai(built: Build) -> None:
    rows = built.rows(
        "select month, sum(event_count), sum(redemption_count) from marts.fct_activity_hours_monthly group by 1 order by 1"
    )
    kept = built.rows("select count(*) from marts.fct_redemptions where is_kept")
    assert sum(row[2] for row in rows) == kept[0][0]
    assert {month for month, *_ in rows} == {JANUARY, FEBRUARY}


def test_redemptions_say_where_they_count(built: Build) -> None:
    rows = built.rows(
        f"select {SHORT_ID.format('redemption_id')}, net_points, is_demand, is_kept, is_completed, is_valid_request, "
        "is_successful, is_deducted_once from marts.fct_redemptions order by 1"
    )
    assert rows == [
        (61, 300, True, True, True, True, True, True),
        (62, 150, True, True, False, True, True, True),
        (64, 640, True, True, True, True, True, True),
        (65, 0, True, False, False, True, True, True),
        (66, 0, False, False, False, False, False, True),
        (67, 0, True, False, False, True, False, True),
        (68, 30, True, True, True, True, True, True),
        (69, 10, True, True, False, True, True, True),
    ]


def test_members_are_in_a_segment_and_a_stage_at_each_month_end(built: Build) -> None:
    rows = built.rows(
        f"select {SHORT_ID.format('member_id')}, as_of_date, recency_days, frequency_count, monetary_points, "
        "recency_score, frequency_score, monetary_score, segment, lifecycle_stage from marts.fct_member_segments "
        "order by 1, 2"
    )
    assert rows == [
        (11, date(2025, 1, 31), 0, 1, 300, 1, 1, 1, "occasional", "new"),
        (11, date(2025, 2, 4), 1, 2, 940, 1, 1, 5, "win_back", "active"),
        (12, date(2025, 1, 31), None, 0, 0, 0, 0, 0, "no_redemption", "new"),
        (12, date(2025, 2, 4), 0, 3, 190, 5, 5, 1, "frequent", "new"),
        (13, date(2025, 2, 4), None, 0, 0, 0, 0, 0, "no_redemption", "new"),
    ]


def test_cohorts_end_with_the_month_of_the_last_fact(built: Build) -> None:
    rows = built.rows(
        "select cohort_kind, cohort_month, months_since, cohort_size, active_count, is_whole_month "
        "from marts.fct_cohort_retention order by all"
    )
    assert rows == [
        ("first_redemption", JANUARY, 0, 1, 1, True),
        ("first_redemption", JANUARY, 1, 1, 1, False),
        ("first_redemption", FEBRUARY, 0, 1, 1, False),
        ("registration", JANUARY, 0, 2, 1, True),
        ("registration", JANUARY, 1, 2, 2, False),
        ("registration", FEBRUARY, 0, 1, 1, False),
    ]


def test_the_platform_is_all_tenants_but_those_for_testing(built: Build) -> None:
    query = (
        "select month, metric, numerator, denominator, value, low, high from marts.{} order by month, metric"
    )
    assert built.rows(query.format("fct_platform_kpis_monthly")) == built.rows(
        query.format("fct_kpis_monthly")
    )


@pytest.mark.parametrize(
    ("test", "fault"),
    [
        ("points_daily_hold_the_ledger", "update {}.fct_points_daily set outstanding_points = outstanding_points + 1"),
        ("points_daily_hold_the_ledger", "update {}.fct_points_daily set left_out_points = left_out_points + 1"),
        ("points_daily_hold_the_ledger", "delete from {}.fct_points_daily where date = '2025-01-20'"),
        ("points_daily_hold_the_ledger", "delete from {}.fct_points_daily where date <= '2025-01-05'"),
        ("points_outstanding_follow_from_the_flows", "update {}.fct_points_daily set fee_points = fee_points + 1"),
        (
            "lot_cohorts_hold_the_points_outstanding",
            "update {}.fct_points_liability set remaining_points = remaining_points + 1",
        ),
        (
            "platform_kpis_are_the_sum_of_live_tenants",
            "update {}.dim_tenant set is_test = true where code = 'lakeside'",
        ),
        (
            "platform_kpis_are_the_sum_of_live_tenants",
            "update {}.fct_platform_kpis_monthly set numerator = numerator + 1, value = (numerator + 1.0) / denominator where metric = 'activity_rate'",
        ),
        ("member_segments_cover_every_member_and_month", "delete from {}.fct_member_segments where recency_days = 1"),
        (
            "scores_and_days_have_one_segment_and_one_stage",
            "update {}.dim_member_segment set monetary_until = 4 where segment = 'champion'",
        ),
        (
            "scores_and_days_have_one_segment_and_one_stage",
            "update {}.dim_lifecycle_stage set idle_days_until = 91 where stage = 'at_risk'",
        ),
        ("member_groups_hold_every_member", "update {}.fct_member_groups_yearly set member_count = member_count + 1"),
        (
            "member_tastes_are_what_was_taken",
            "insert into {}.fct_member_tastes_yearly select tenant_id, date '2025-01-01', 'all', 'category', 'tea', 10, 10, 10, 1.0 from marts.dim_tenant",
        ),
        ("activity_hours_hold_every_act", "update {}.fct_activity_hours_monthly set event_count = event_count + 1"),
        ("kpis_drill_down_to_their_rows", "delete from {}.fct_entries where transfer_kind = 'earn'"),
        ("kpis_drill_down_to_their_rows", "update {}.fct_feedback set score = 1 where score = 4"),
        ("kpis_drill_down_to_their_rows", "update {}.fct_redemptions set is_successful = is_valid_request"),
        ("kpis_drill_down_to_their_rows", "update {}.fct_points_daily set redeemed_points = redeemed_points + 1"),
        ("metrics_name_the_rows_behind_both_parts", "delete from {}.dim_metric_drilldown where part = 'denominator'"),
        (
            "monthly_kpis_agree_with_daily_kpis",
            "update {}.fct_kpis_monthly set numerator = numerator + 1 where metric = 'repurchase_rate'",
        ),
        (
            "monthly_kpis_agree_with_daily_kpis",
            "update {}.fct_kpis_monthly set numerator = 1, value = 1.0 / denominator where metric = 'member_redemption_rate_cumulative'",
        ),
    ],
)  # fmt: skip
def test_a_fault_in_a_mart_fails_its_test(
    test: str, fault: str, built: Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(built.warehouse.parent, tmp_path / "copy")
    monkeypatch.chdir(tmp_path / "copy")  # the landing's views name their files from here
    with duckdb.connect("warehouse.duckdb") as warehouse:
        warehouse.execute("set TimeZone = 'UTC'")
        assert warehouse.execute(built.compiled(test)).fetchall() == []
        warehouse.execute(fault.format("marts"))
        assert warehouse.execute(built.compiled(test)).fetchall() != []
