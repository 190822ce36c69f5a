"""The figures of segments, recomputed in plain SQL from the marts about members, acts and redemptions."""

from tests.dbt_project.small_warehouse import Build

GROUPED = (
    "select tenant_id, member_id, month, 'segment' as group_kind, segment as member_group from marts.fct_member_segments "
    "union all select tenant_id, member_id, month, 'stage', lifecycle_stage from marts.fct_member_segments"
)


def agree(built: Build, told: str, recomputed: str) -> None:
    """Make sure two queries return the same rows, and more than one."""
    rows = built.rows(f"{told} order by all")
    assert rows == built.rows(f"{recomputed} order by all")
    assert len(rows) > 1


def test_activity_is_of_whoever_is_in_the_segment_at_the_end_of_the_month(built: Build) -> None:
    agree(
        built,
        "select month, group_kind, member_group, numerator, denominator from marts.fct_kpis_by_segment_monthly "
        "where metric = 'activity_rate'",
        f"""
        select g.month, group_kind, member_group, count(*) filter (exists (
            select 1 from marts.fct_events e where e.member_id = g.member_id and date_trunc('month', occurred_date) = g.month
        ) or exists (
            select 1 from marts.fct_redemptions r
            where r.member_id = g.member_id and date_trunc('month', effective_date) = g.month
        ) or exists (
            select 1 from marts.fct_entries e where e.member_id = g.member_id and transfer_kind = 'earn'
            and account_kind = 'member' and date_trunc('month', effective_date) = g.month
        )), count(*)
        from ({GROUPED}) g group by all
        """,
    )


def test_the_metrics_of_segments_add_up_to_those_of_all(built: Build) -> None:
    for kind in ("segment", "stage"):
        agree(
            built,
            "select month, metric, sum(numerator), sum(denominator) from marts.fct_kpis_by_segment_monthly "
            f"where group_kind = '{kind}' group by month, metric",
            "select month, metric, numerator, denominator from marts.fct_kpis_monthly "
            "where metric in (select metric from marts.fct_kpis_by_segment_monthly)",
        )


def test_answers_are_of_their_member(built: Build) -> None:
    agree(
        built,
        "select month, group_kind, member_group, numerator, denominator from marts.fct_kpis_by_segment_monthly "
        "where metric = 'satisfaction_rate' and denominator > 0",
        f"""
        select g.month, group_kind, member_group, count(*) filter (score >= 4), count(*)
        from marts.fct_feedback f join ({GROUPED}) g
            on g.member_id = f.member_id and g.month = date_trunc('month', answered_date)
        group by all
        """,
    )


def test_the_funnels_of_segments_add_up_to_the_one_of_all(built: Build) -> None:
    counts = ("visitor_count", "viewer_count", "redeemer_count", "repeater_count", "unseen_redeemer_count")
    for kind in ("segment", "stage"):
        summed = ", ".join(f"sum({count})" for count in counts)
        told = built.rows(
            f"select month, {summed} from marts.fct_funnel_by_segment_monthly where group_kind = '{kind}' "
            "group by month order by month"
        )
        assert told == built.rows(
            f"select month, {', '.join(counts)} from marts.fct_funnel_monthly order by month"
        )


def test_what_segments_redeem_is_what_their_members_asked_for(built: Build) -> None:
    agree(
        built,
        "select month, group_kind, member_group, item_group, redemption_count, points "
        "from marts.fct_redemptions_by_segment_monthly where item_kind = 'category'",
        f"""
        select g.month, group_kind, member_group, category, count(distinct (redemption_id, l.item_id)), sum(line_points)
        from marts.fct_redemption_lines l join marts.dim_item i using (item_id) join ({GROUPED}) g
            on g.member_id = l.member_id and g.month = date_trunc('month', effective_date)
        where is_demand group by all
        """,
    )
    shares = built.rows(
        "select distinct round(sum(share), 9) from marts.fct_redemptions_by_segment_monthly "
        "group by month, group_kind, member_group, item_kind"
    )
    assert shares == [(1.0,)]


def test_what_moved_of_the_points_of_groups_and_what_they_hold_adds_up_to_all(built: Build) -> None:
    flows = (
        "issued_points", "redeemed_points", "expired_points", "exchanged_out_points", "exchanged_in_points",
        "adjusted_points", "owed_points", "fee_points",
    )  # fmt: skip
    summed = ", ".join(f"sum({name})::bigint" for name in flows)
    for kind in ("segment", "stage"):
        agree(
            built,
            f"select tenant_id, month, {summed}, sum(outstanding_points)::bigint "
            f"from marts.fct_points_by_segment_monthly where group_kind = '{kind}' group by all",
            f"""
            select tenant_id, date_trunc('month', date)::date as month, {summed}, max_by(outstanding_points, date)
            from marts.fct_points_daily
            where (tenant_id, date_trunc('month', date)) in (select (tenant_id, month) from marts.fct_member_segments)
            group by all
            """,
        )


def test_what_groups_hold_of_a_cohort_is_what_their_members_entries_come_to(built: Build) -> None:
    agree(
        built,
        "select as_of_month, group_kind, member_group, cohort_month, member_count, remaining_points "
        "from marts.fct_points_liability_by_segment",
        f"""
        select month, group_kind, member_group, cohort_month, count(distinct member_id), sum(points)::bigint
        from (
            select g.month, group_kind, member_group, g.member_id, sum(amount_points) as points,
                date_trunc('month', (
                    select min(c.effective_date) from marts.fct_entries c
                    where c.tenant_id = e.tenant_id and c.transfer_id = e.lot_id
                ))::date as cohort_month
            from ({GROUPED}) g join marts.fct_entries e
                on e.tenant_id = g.tenant_id and e.member_id = g.member_id and account_kind = 'member'
                and date_trunc('month', e.effective_date) <= g.month
            group by all having points <> 0
        )
        group by all
        """,
    )


def test_the_waves_of_groups_add_up_to_the_one_of_all(built: Build) -> None:
    columns = "tenant_id, expiry_month, sum(remaining_points), sum(member_count), sum(member_count_so_far)"
    for kind in ("segment", "stage"):
        told = built.rows(
            f"select {columns} from marts.fct_points_expiry_by_segment where group_kind = '{kind}' "
            "group by all order by all"
        )
        # Whom a wave touches in a later month may be missing from an earlier one of its group, never from all.
        assert [row[:4] for row in told] == [
            row[:4]
            for row in built.rows(f"select {columns} from marts.fct_points_expiry group by all order by all")
        ]
        assert told


def test_items_are_viewed_redeemed_and_rated_by_groups_as_by_all(built: Build) -> None:
    counts = "view_count, redemption_count, quantity, points, answer_count"
    summed = ", ".join(f"sum({name})::bigint" for name in counts.split(", "))
    for kind in ("segment", "stage"):
        agree(
            built,
            f"select tenant_id, item_id, month, {summed}, sum(mean_score * answer_count) "
            f"from marts.fct_item_performance_by_segment_monthly where group_kind = '{kind}' group by all",
            f"select tenant_id, item_id, month, {counts}, mean_score * answer_count "
            "from marts.fct_item_performance_monthly where view_count + redemption_count + points + answer_count > 0",
        )


def test_the_cohorts_of_groups_add_up_to_those_of_all(built: Build) -> None:
    columns = "cohort_kind, cohort_month, months_since, month, is_whole_month"
    for kind in ("segment", "stage"):
        agree(
            built,
            f"select tenant_id, as_of_month, {columns}, sum(cohort_size)::bigint, sum(active_count)::bigint "
            f"from marts.fct_cohort_retention_by_segment where group_kind = '{kind}' group by all",
            f"""
            select r.tenant_id, m.month, {", ".join(f"r.{name}" for name in columns.split(", "))}, cohort_size, active_count
            from marts.fct_cohort_retention r
            join (select distinct tenant_id, month from marts.fct_member_segments) m
                on m.tenant_id = r.tenant_id and r.month <= m.month
                and r.cohort_month between m.month - interval 12 month and m.month
            """,
        )


def test_a_cohort_of_a_group_keeps_its_members_along_the_months(built: Build) -> None:
    keys = "tenant_id, as_of_month, group_kind, member_group, cohort_kind, cohort_month"
    assert (
        built.rows(
            f"select {keys} from marts.fct_cohort_retention_by_segment group by {keys} having count(distinct cohort_size) > 1"
        )
        == []
    )
