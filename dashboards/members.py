"""Who an enterprise's members are and who is leaving: what the member marts say for one tenant."""

from dataclasses import dataclass
from datetime import date

import pandas as pd

from dashboards.marts import TenantMarts
from dashboards.member_groups import MemberGroup

TABLES = ("fct_member_segments", "dim_member_segment", "dim_lifecycle_stage", "fct_cohort_retention")
TABLES_OF_GROUPS = ("fct_cohort_retention_by_segment",)
COHORT_KINDS = ("registration", "first_redemption")
# Stages of whoever still comes; the others are on their way out or gone.
PRESENT = ("new", "active")
# How many cohorts and months the triangle shows: what a phone has room for.
TRIANGLE_MONTHS = 12

_MONTHS = """
    select distinct month
    from marts.fct_member_segments
    where tenant_id = $tenant_id
    order by month
"""
_STAGES = """
    select s.month, d.stage, d.stage_rank, d.name_zh, d.name_en, d.definition_zh, d.definition_en, s.members, s.points
    from (
        select month, lifecycle_stage as stage, count(*) as members, cast(sum(monetary_points) as bigint) as points
        from marts.fct_member_segments
        where tenant_id = $tenant_id and month >= $first and month <= $last
        group by month, lifecycle_stage
    ) s
    join marts.dim_lifecycle_stage d on d.stage = s.stage
    order by s.month, d.stage_rank
"""
# Segments nobody is in in either month are left out.
_SEGMENTS = """
    select d.segment, d.name_zh, d.name_en, d.definition_zh, d.definition_en, s.members, s.points, s.before
    from (
        select
            segment, count(*) filter (where month = $month) as members,
            cast(coalesce(sum(monetary_points) filter (where month = $month), 0) as bigint) as points,
            count(*) filter (where month = $compared) as before
        from marts.fct_member_segments
        where tenant_id = $tenant_id and month in ($month, $compared)
        group by segment
    ) s
    join marts.dim_member_segment d on d.segment = s.segment
    order by s.members desc, d.segment
"""
# Who was no lost member a month before and is one now, and the other way round.
_MOVES = """
    select
        count(*) as known, count(*) filter (where b.lifecycle_stage <> 'lost') as kept_before,
        count(*) filter (where b.lifecycle_stage <> 'lost' and a.lifecycle_stage = 'lost') as left_now,
        count(*) filter (where b.lifecycle_stage not in ('new', 'active') and a.lifecycle_stage in ('new', 'active'))
            as won_back
    from marts.fct_member_segments a
    join marts.fct_member_segments b on b.tenant_id = a.tenant_id and b.member_id = a.member_id
    where a.tenant_id = $tenant_id and b.tenant_id = $tenant_id and a.month = $month and b.month = $before
"""
_COHORTS = """
    select cohort_month, months_since, month, is_whole_month, cohort_size, active_count, retention_rate, low, high
    from marts.fct_cohort_retention
    where
        tenant_id = $tenant_id and cohort_kind = $kind and cohort_month >= $first and month <= $last
        and months_since < $length
    order by cohort_month, months_since
"""
_COHORTS_OF_GROUP = """
    select cohort_month, months_since, month, is_whole_month, cohort_size, active_count, retention_rate, low, high
    from marts.fct_cohort_retention_by_segment
    where
        tenant_id = $tenant_id and as_of_month = $last and group_kind = $group_kind and member_group = $key
        and cohort_kind = $kind and cohort_month >= $first and months_since < $length
    order by cohort_month, months_since
"""


@dataclass(frozen=True)
class Moves:
    """Who left within a month: members that were not lost at its beginning, and of these those lost at its end.

    `won_back` were at risk, dormant or lost at its beginning and are active at its end.
    """

    kept_before: int
    left_now: int
    won_back: int

    @property
    def churn(self) -> float | None:
        """Return the share (0-1) that left; None where nobody could."""
        return self.left_now / self.kept_before if self.kept_before else None


def months(marts: TenantMarts) -> list[date]:
    """Return the months of which the members are known, oldest first."""
    return [month.date() for month in marts.rows(_MONTHS)["month"]]


def stages(marts: TenantMarts, first: date, last: date) -> pd.DataFrame:
    """Return one row per month and stage with its members and the points they redeemed in twelve months."""
    rows = marts.rows(_STAGES, first=first, last=last)
    return rows.assign(share=rows["members"] / rows.groupby("month")["members"].transform("sum"))


def segments(marts: TenantMarts, month: date, compared: date) -> pd.DataFrame:
    """Return one row per segment: members, their share and that of points (0-1), and members in the compared month."""
    rows = marts.rows(_SEGMENTS, month=month, compared=compared)
    return rows.assign(
        share=rows["members"] / max(1, int(rows["members"].sum())),
        share_of_points=rows["points"] / max(1, int(rows["points"].sum())),
        change=rows["members"] - rows["before"],
    )


def moves(marts: TenantMarts, month: date, before: date) -> Moves:
    """Return who left and who came back between the ends of two months."""
    row = marts.rows(_MOVES, month=month, before=before).iloc[0]
    return Moves(int(row["kept_before"]), int(row["left_now"]), int(row["won_back"]))


def cohorts(
    marts: TenantMarts, kind: str, first: date, last: date, group: MemberGroup | None = None
) -> pd.DataFrame:
    """Return one row per cohort from `first` on and month up to `last`; rates are 0-1 with their 95 % interval.

    Of a group, cohorts are of the members who are in it at the end of `last`.
    """
    asked = {"kind": kind, "first": first, "last": last, "length": TRIANGLE_MONTHS + 1}
    if group is None:
        return marts.rows(_COHORTS, **asked)
    return marts.rows(_COHORTS_OF_GROUP, **asked, group_kind=group.kind, key=group.key)


def share_of(rows: pd.DataFrame, month: date, names: tuple[str, ...]) -> float | None:
    """Return the share (0-1) of the members in these stages at the end of a month; None of an unknown month.

    `rows` is what `stages` returned.
    """
    of_month = rows[rows["month"] == pd.Timestamp(month)]
    return None if of_month.empty else float(of_month[of_month["stage"].isin(names)]["share"].sum())
