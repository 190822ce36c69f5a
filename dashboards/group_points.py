"""Where the points of one segment or stage are and what they will cost: as `points` tells it of all members."""

from datetime import date

import pandas as pd

from dashboards.marts import TenantMarts
from dashboards.member_groups import MemberGroup

TABLES = ("fct_points_by_segment_monthly", "fct_points_liability_by_segment", "fct_points_expiry_by_segment")

_FLOWS = """
    select
        month, issued_points as issued, redeemed_points as redeemed, expired_points as expired,
        exchanged_in_points - exchanged_out_points as exchanged,
        adjusted_points + owed_points - fee_points as adjusted, outstanding_points as held
    from marts.fct_points_by_segment_monthly
    where tenant_id = $tenant_id and group_kind = $kind and member_group = $key
    order by month
"""
_LIABILITY = """
    select
        as_of_month as month,
        cast(sum(liability_fen) as bigint) as liability_fen,
        cast(sum(round(remaining_points * point_cost_fen_per_100 / 100)) as bigint) as cost_fen,
        bool_or(is_fallback and remaining_points > 0) as is_fallback
    from marts.fct_points_liability_by_segment
    where tenant_id = $tenant_id and group_kind = $kind and member_group = $key
    group by as_of_month
    order by as_of_month
"""
_COHORTS = """
    select
        cohort_month as month, remaining_points, expected_redemption_share, estimate_cohort_count, liability_fen,
        cast(round(remaining_points * point_cost_fen_per_100 / 100) as bigint) as cost_fen
    from marts.fct_points_liability_by_segment
    where tenant_id = $tenant_id and group_kind = $kind and member_group = $key and as_of_month = $month
    order by cohort_month
"""
_EXPIRY = """
    select expiry_month as month, as_of_date, first_expires_on, remaining_points, member_count, member_count_so_far
    from marts.fct_points_expiry_by_segment
    where tenant_id = $tenant_id and group_kind = $kind and member_group = $key
    order by expiry_month
"""


def flows(marts: TenantMarts, group: MemberGroup) -> pd.DataFrame:
    """Return one row per month in which the group is told, as `points.flows` does.

    Members change their group, so what is held does not follow from what moved.
    """
    return marts.rows(_FLOWS, kind=group.kind, key=group.key)


def liability(marts: TenantMarts, group: MemberGroup) -> pd.DataFrame:
    """Return one row per month: what the group's points are expected to cost and would at most (fen)."""
    return marts.rows(_LIABILITY, kind=group.kind, key=group.key)


def cohorts(marts: TenantMarts, group: MemberGroup, month: date) -> pd.DataFrame:
    """Return one row per lot month of which the group holds something at a month's end; costs in fen and in yuan."""
    rows = marts.rows(_COHORTS, kind=group.kind, key=group.key, month=month)
    return rows.assign(liability=rows["liability_fen"] / 100, cost=rows["cost_fen"] / 100)


def expiry(marts: TenantMarts, group: MemberGroup) -> pd.DataFrame:
    """Return one row per coming month in which points expire that members hold who are in the group now."""
    return marts.rows(_EXPIRY, kind=group.kind, key=group.key)
