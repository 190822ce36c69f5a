"""What the marts of campaigns say of the small landing, worked out by hand."""

from tests.dbt_project.small_warehouse import Build


def test_a_campaign_is_told_once_it_was_approved(built: Build) -> None:
    rows = built.rows(
        "select right(campaign_id::varchar, 3), first_date::varchar, last_date::varchar, is_held, earn_factor, item_count "
        "from marts.dim_campaign order by 1"
    )
    assert rows == [
        ("291", "2025-02-01", "2025-02-03", True, 1.5, 1),
        ("293", "2025-02-01", "2025-02-01", False, 1.5, 0),
    ]


def test_a_campaign_is_told_by_its_budget_and_by_the_days_before(built: Build) -> None:
    (row,) = built.rows(
        "select right(campaign_id::varchar, 3), day_count, used_points, extra_points, discount_points, budget_use_rate, "
        "cost_fen, member_count, campaign_redemption_count, window_redemption_count, before_redemption_count, "
        "window_redeemed_points, before_redeemed_points, redemption_change_rate from marts.fct_campaign_results"
    )
    # Two members, whose one redemption was cancelled; on the three days 62, 64 and 67, before them 61.
    assert row == ("291", 3, 100, 40, 60, 0.25, 100, 2, 2, 3, 1, 940, 300, 2.0)
