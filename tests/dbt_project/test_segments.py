"""The figures of segments, recomputed in plain SQL from the marts about members, acts and redemptions."""

from tests.dbt_project.small_warehouse import Build

GROUPED = (
    "select tenant_id, member_id, month, 'segment' as group_kind, segment as member_group from marts.fct_member_segments "
    "union all select tenant_id, member_id, month, 'stage', lifecycle_stage from marts.fct_member_segments"
)


def agree(built: Build, told: str, recomputed: str) -> None:
    """Make sure two queries return the same rows, and some."""
    rows = built.rows(f"{told} order by all")
    assert rows == built.rows(f"{recomputed} order by all")
    assert len(rows) > 3


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


def test_consumption_satisfaction_and_completions_of_segments_add_up_to_those_of_all(built: Build) -> None:
    for kind in ("segment", "stage"):
        agree(
            built,
            "select month, metric, sum(numerator), sum(denominator) from marts.fct_kpis_by_segment_monthly "
            f"where group_kind = '{kind}' group by month, metric",
            "select month, metric, numerator, denominator from marts.fct_kpis_monthly where metric in "
            "('activity_rate', 'consumption_rate', 'satisfaction_rate', 'member_redemption_rate')",
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
