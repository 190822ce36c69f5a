"""Who an enterprise's members were in a year, in groups large enough to be told: what the yearly marts say for one tenant."""

from datetime import date

import pandas as pd

from dashboards.marts import TenantMarts

TABLES = ("fct_member_groups_yearly", "fct_member_tastes_yearly", "fct_activity_hours_monthly")
# Fewer members are never told of; the marts leave them out.
FEWEST = 10

_YEARS = """
    select distinct year
    from marts.fct_member_groups_yearly
    where tenant_id = $tenant_id
    order by year
"""
_GROUPS = """
    select
        g.group_kind, g.member_group, g.as_of_date, g.member_count as members, g.redeemer_count as redeemers,
        g.redemption_count as redemptions, g.net_points as points, cast(b.member_count as double) as before,
        cast(b.redeemer_count as double) as redeemers_before, cast(b.redemption_count as double) as redemptions_before,
        cast(b.net_points as double) as points_before,
        s.name_zh as segment_zh, s.name_en as segment_en, t.name_zh as stage_zh, t.name_en as stage_en, t.stage_rank
    from marts.fct_member_groups_yearly g
    left join marts.fct_member_groups_yearly b
        on b.tenant_id = g.tenant_id and b.year = $before and b.group_kind = g.group_kind
        and b.member_group = g.member_group
    left join marts.dim_member_segment s on g.group_kind = 'segment' and s.segment = g.member_group
    left join marts.dim_lifecycle_stage t on g.group_kind = 'stage' and t.stage = g.member_group
    where g.tenant_id = $tenant_id and g.year = $year
    order by g.group_kind, t.stage_rank, g.member_count desc, g.member_group
"""
_TASTES = """
    select t.segment, t.taste_kind, t.taste, t.member_count as members, t.line_count as lines, t.points, t.share,
        s.name_zh, s.name_en
    from marts.fct_member_tastes_yearly t
    left join marts.dim_member_segment s on s.segment = t.segment
    where t.tenant_id = $tenant_id and t.year = $year
    order by t.taste_kind, t.segment, t.line_count desc, t.taste
"""
_HOURS = """
    select
        iso_weekday, hour, cast(sum(event_count) as bigint) as events,
        cast(sum(redemption_count) as bigint) as redemptions
    from marts.fct_activity_hours_monthly
    where tenant_id = $tenant_id and month >= $year and month < $after
    group by iso_weekday, hour
    order by iso_weekday, hour
"""
_MONTHS = """
    select month, cast(sum(event_count) as bigint) as events, cast(sum(redemption_count) as bigint) as redemptions
    from marts.fct_activity_hours_monthly
    where tenant_id = $tenant_id and month >= $before and month < $after
    group by month
    order by month
"""


def years(marts: TenantMarts) -> list[int]:
    """Return the years of which the members are known, oldest first."""
    return [year.year for year in marts.rows(_YEARS)["year"]]


def groups(marts: TenantMarts, year: int) -> pd.DataFrame:
    """Return one row per kind and group: members, shares (0-1) within the kind, and the same group a year before.

    Of the kind `all` there is one row; a group that was not told a year before has no figures of it. Members, redeemers,
    redemptions and points are as in `fct_member_groups_yearly`.
    """
    rows = marts.rows(_GROUPS, year=date(year, 1, 1), before=date(year - 1, 1, 1))
    by_kind = rows.groupby("group_kind")
    members_before = rows[rows["group_kind"] == "all"]["before"].sum()
    return rows.assign(
        share=rows["members"] / by_kind["members"].transform("sum"),
        share_of_points=rows["points"] / by_kind["points"].transform("sum").clip(lower=1),
        share_before=rows["before"] / (members_before or float("nan")),
        redeeming=rows["redeemers"] / rows["members"],
        redemptions_each=rows["redemptions"] / rows["members"],
    )


def tastes(marts: TenantMarts, year: int) -> pd.DataFrame:
    """Return one row per segment (`all` is everybody), kind of taste and taste, with its share (0-1) of the segment's lines."""
    return marts.rows(_TASTES, year=date(year, 1, 1))


def hours(marts: TenantMarts, year: int) -> pd.DataFrame:
    """Return the events and redemptions of a year by weekday (1 is Monday) and hour."""
    return marts.rows(_HOURS, year=date(year, 1, 1), after=date(year + 1, 1, 1))


def months(marts: TenantMarts, year: int) -> pd.DataFrame:
    """Return the events and redemptions of each month of a year and of the year before."""
    return marts.rows(_MONTHS, before=date(year - 1, 1, 1), after=date(year + 1, 1, 1))
