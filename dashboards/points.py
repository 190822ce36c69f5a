"""Where an enterprise's points are and what they will cost it: what the points marts say for one tenant."""

from dataclasses import dataclass
from datetime import date

import pandas as pd

from dashboards.marts import TenantMarts

TABLES = ("fct_points_daily", "fct_points_liability", "fct_points_expiry")
# How far the expiry wave is summed up in one figure, and drawn, in months.
NEAR_MONTHS, DRAWN_MONTHS = 3, 12

_FLOWS = """
    select
        cast(date_trunc('month', date) as date) as month,
        cast(sum(issued_points) as bigint) as issued,
        cast(sum(redeemed_points) as bigint) as redeemed,
        cast(sum(expired_points) as bigint) as expired,
        cast(sum(exchanged_in_points - exchanged_out_points) as bigint) as exchanged,
        cast(sum(adjusted_points + owed_points - fee_points) as bigint) as adjusted,
        max_by(outstanding_points, date) as held
    from marts.fct_points_daily
    where tenant_id = $tenant_id
    group by cast(date_trunc('month', date) as date)
    order by month
"""
_LIABILITY = """
    select
        as_of_month as month,
        cast(sum(liability_fen) as bigint) as liability_fen,
        cast(sum(round(remaining_points * point_cost_fen_per_100 / 100)) as bigint) as cost_fen,
        bool_or(is_fallback and remaining_points > 0) as is_fallback
    from marts.fct_points_liability
    where tenant_id = $tenant_id
    group by as_of_month
    order by as_of_month
"""
_COHORTS = """
    select
        cohort_month as month, issued_points, spent_points, expired_points, taken_back_points, remaining_points,
        expected_redemption_share, estimate_cohort_count, liability_fen,
        cast(round(remaining_points * point_cost_fen_per_100 / 100) as bigint) as cost_fen
    from marts.fct_points_liability
    where tenant_id = $tenant_id and as_of_month = $month and remaining_points > 0
    order by cohort_month
"""
_EXPIRY = """
    select expiry_month as month, as_of_date, first_expires_on, remaining_points, member_count, member_count_so_far
    from marts.fct_points_expiry
    where tenant_id = $tenant_id
    order by expiry_month
"""


@dataclass(frozen=True)
class Wave:
    """What expires in the coming months: points, the members who hold them, and until which month."""

    points: int
    members: int
    until: date


@dataclass(frozen=True)
class Standing:
    """How the points of an enterprise stand at the end of a month.

    `liability_fen` is what those held are expected to cost, `cost_fen` what they would at most; None if neither is
    known of the month. `is_fallback` tells that too few lots have run out to expect less than all. `wave` is of now,
    whatever the month; None if nothing is about to expire.
    """

    month: date
    held: int
    issued: int
    redeemed: int
    liability_fen: int | None
    cost_fen: int | None
    is_fallback: bool
    wave: Wave | None


def flows(marts: TenantMarts) -> pd.DataFrame:
    """Return one row per month, oldest first: points that came, went and are held at its end.

    Issued, exchanged (in less out) and adjusted add to what is held, redeemed and expired take from it.
    """
    return marts.rows(_FLOWS)


def liability(marts: TenantMarts) -> pd.DataFrame:
    """Return one row per month: what the held points are expected to cost and would at most (fen)."""
    return marts.rows(_LIABILITY)


def cohorts(marts: TenantMarts, month: date) -> pd.DataFrame:
    """Return one row per lot month of which something is left at the end of a month; costs in fen and in yuan."""
    rows = marts.rows(_COHORTS, month=month)
    return rows.assign(liability=rows["liability_fen"] / 100, cost=rows["cost_fen"] / 100)


def expiry(marts: TenantMarts) -> pd.DataFrame:
    """Return one row per coming month in which points expire that are held now."""
    return marts.rows(_EXPIRY)


def near_wave(rows: pd.DataFrame) -> Wave | None:
    """Return what expires first, within so many months; None if nothing does.

    `rows` is what `expiry` returned.
    """
    if rows.empty:
        return None
    # What is left of the month the rows look from comes before the months that are counted.
    start = pd.Timestamp(rows["as_of_date"].iloc[0]).replace(day=1)
    near = rows[pd.to_datetime(rows["month"]) <= start + pd.DateOffset(months=NEAR_MONTHS)]
    if near.empty:
        return None
    last = near.iloc[-1]
    return Wave(int(near["remaining_points"].sum()), int(last["member_count_so_far"]), last["month"].date())


def standings(
    flows: pd.DataFrame, liability: pd.DataFrame, expiry: pd.DataFrame, month: date
) -> tuple[Standing, Standing | None]:
    """Return how points stand at the end of a month of `flows` and of the one before, None if that is not known."""
    wave = near_wave(expiry)

    def standing(row: pd.Series) -> Standing:
        owed = liability[liability["month"] == row["month"]]
        return Standing(
            row["month"].date(),
            int(row["held"]),
            int(row["issued"]),
            int(row["redeemed"]),
            None if owed.empty else int(owed["liability_fen"].iloc[0]),
            None if owed.empty else int(owed["cost_fen"].iloc[0]),
            not owed.empty and bool(owed["is_fallback"].iloc[0]),
            wave,
        )

    earlier = flows[flows["month"] < pd.Timestamp(month)]
    now = flows[flows["month"] == pd.Timestamp(month)].iloc[0]
    return standing(now), None if earlier.empty else standing(earlier.iloc[-1])
