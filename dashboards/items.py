"""What of the catalogue works and what should change: what the item marts say for one tenant."""

from datetime import date

import pandas as pd

from dashboards.marts import TenantMarts
from dashboards.member_groups import MemberGroup

TABLES = ("fct_item_performance_monthly", "fct_items_to_improve", "fct_catalogue_daily")
TABLES_OF_GROUPS = ("fct_item_performance_by_segment_monthly", "fct_kpis_by_segment_monthly")
CLASSES = ("staple", "quality", "scarce")
# What the catalogue should hold of each class, of its offers.
MIX = {"staple": 0.6, "quality": 0.3, "scarce": 0.1}
# Below so many member-days with a view the rate of an item says little.
SMALL_VIEWS = 30
# Where price bands end, in points; the last has no end.
BAND_ENDS = (500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000)

_MONTHS = """
    select distinct month
    from marts.fct_item_performance_monthly
    where tenant_id = $tenant_id
    order by month
"""
_PERFORMANCE = """
    select
        p.item_id, i.name, i.category, i.class, p.price_points, p.listed_days, p.stocked_out_days, p.view_count,
        p.redemption_count, p.redemption_rate, p.quantity, p.points, p.answer_count, p.mean_score,
        m.reason is not null as is_to_improve
    from marts.fct_item_performance_monthly p
    join marts.dim_item i on i.item_id = p.item_id
    left join marts.fct_items_to_improve m
        on m.tenant_id = p.tenant_id and m.item_id = p.item_id and m.month = p.month
    where p.tenant_id = $tenant_id and p.month = $month
    order by p.view_count desc, i.name
"""
# What a group's members did; what is said of the item itself is the same for everybody.
_PERFORMANCE_OF_GROUP = """
    select
        p.item_id, i.name, i.category, i.class, p.price_points, p.listed_days, p.stocked_out_days,
        coalesce(g.view_count, 0) as view_count, coalesce(g.redemption_count, 0) as redemption_count,
        g.redemption_rate, coalesce(g.quantity, 0) as quantity, coalesce(g.points, 0) as points,
        coalesce(g.answer_count, 0) as answer_count, g.mean_score, m.reason is not null as is_to_improve
    from marts.fct_item_performance_monthly p
    join marts.dim_item i on i.item_id = p.item_id
    left join marts.fct_items_to_improve m
        on m.tenant_id = p.tenant_id and m.item_id = p.item_id and m.month = p.month
    left join marts.fct_item_performance_by_segment_monthly g
        on g.tenant_id = p.tenant_id and g.item_id = p.item_id and g.month = p.month
        and g.group_kind = $kind and g.member_group = $key
    where p.tenant_id = $tenant_id and p.month = $month
    order by view_count desc, i.name
"""
_IMPROVE = """
    select
        m.improvement_rank, i.name, i.category, m.reason, m.view_count, m.redemption_count, m.redemption_rate,
        m.redemption_rate_high, m.tenant_redemption_rate, m.listed_days, m.stocked_out_days, m.answer_count,
        m.mean_score, m.price_points, m.peer_price_points
    from marts.fct_items_to_improve m
    join marts.dim_item i on i.item_id = m.item_id
    where m.tenant_id = $tenant_id and m.month = $month
    order by m.improvement_rank
"""
# The mix at the end of each month.
_CATALOGUE = """
    select
        cast(date_trunc('month', date) as date) as month,
        max_by(staple_count, date) as staple, max_by(quality_count, date) as quality,
        max_by(scarce_count, date) as scarce, max_by(offer_count, date) as offers
    from marts.fct_catalogue_daily
    where tenant_id = $tenant_id
    group by cast(date_trunc('month', date) as date)
    order by month
"""


def months(marts: TenantMarts) -> list[date]:
    """Return the months of which something is known of items, oldest first."""
    return [month.date() for month in marts.rows(_MONTHS)["month"]]


def performance(marts: TenantMarts, month: date, group: MemberGroup | None = None) -> pd.DataFrame:
    """Return one row per item of a month, the most viewed first; rates are 0-1, above 1 where unseen items go.

    Of a group, views, redemptions and answers are those of its members.
    """
    if group is None:
        return marts.rows(_PERFORMANCE, month=month)
    return marts.rows(_PERFORMANCE_OF_GROUP, month=month, kind=group.kind, key=group.key)


def to_improve(marts: TenantMarts, month: date) -> pd.DataFrame:
    """Return the items to improve in a month, the worst first, each with its reason."""
    return marts.rows(_IMPROVE, month=month)


def catalogue(marts: TenantMarts) -> pd.DataFrame:
    """Return the offers of each class at the end of each month, oldest first."""
    return marts.rows(_CATALOGUE)


def groups(rows: pd.DataFrame, by: str) -> pd.DataFrame:
    """Sum up items by a column: items, views, redemptions, points, shares (0-1) and the redemption rate.

    The rate is None where nothing was viewed.
    """
    summed = (
        rows.groupby(by, sort=False)
        .agg(
            items=("item_id", "count"),
            views=("view_count", "sum"),
            redemptions=("redemption_count", "sum"),
            points=("points", "sum"),
        )
        .reset_index()
    )
    rate = summed["redemptions"] / summed["views"].where(summed["views"] > 0)
    share = summed["redemptions"] / max(1, int(summed["redemptions"].sum()))
    return summed.assign(
        rate=rate, share=share, share_of_points=summed["points"] / max(1, int(summed["points"].sum()))
    )


def bands(rows: pd.DataFrame) -> pd.DataFrame:
    """Sum up items by the band of their price, cheapest first; `low` and `high` are its ends, high 0 for none.

    Items without a price of their own are in no band.
    """
    starts = pd.Series((0, *BAND_ENDS))
    priced = rows[rows["price_points"].notna()]
    place = starts.searchsorted(priced["price_points"], side="right") - 1
    summed = groups(priced.assign(place=place), "place").sort_values("place")
    ends = (*BAND_ENDS, 0)
    return summed.assign(
        low=[int(starts[place]) for place in summed["place"]], high=[ends[place] for place in summed["place"]]
    ).reset_index(drop=True)


def mix(row: pd.Series) -> dict[str, float]:
    """Return the share (0-1) of each class of the offers of one row of `catalogue`."""
    return {name: float(row[name]) / max(1, int(row["offers"])) for name in CLASSES}
