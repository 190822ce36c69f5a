"""What a release knows of a tenant's shop: how newcomers start, how items sell, what few know yet."""

from datetime import date
from uuid import UUID

from serving.recommendations.domain import Shop
from serving.recommendations.released import starting_items
from serving.release import Release

# Demand on days with stock; an item's own last four weeks, so that each weekday counts alike.
_DAILY_DEMAND = """
select item_id, avg(quantity)
from release.marts.fct_item_demand_daily
join release.marts.dim_tenant using (tenant_id)
where tenant_id = ? and date > last_fact_date - 28 and is_in_stock
group by item_id
having sum(quantity) > 0
"""
_SALE_LIFTS = """
select item_id, sum(window_quantity) / sum(expected_quantity)
from release.marts.fct_campaign_effect
where tenant_id = ? and expected_quantity > 0
group by cube (item_id)
having sum(expected_quantity) > 0
"""
# Half of those who took it took it again; of fewer than ten takers it may be chance.
_REPEAT_GOODS = """
select item_id
from release.marts.fct_member_items
where tenant_id = ?
group by item_id
having count(*) >= 10 and avg((redemption_count > 1)::integer) >= 0.5
"""
_GROUPS = ("any", "high", "low", "young", "family", "senior", "traveller")
_BALANCE_GROUPS = "select member_group, from_points, until_points from release.marts.fct_starting_groups where tenant_id = ?"
# Listed for four weeks at most, or hardly shown in four weeks; of a hundred impressions a few redemptions are to be
# expected, and fewer say nothing of an item. Where no impressions are logged, hardly taken stands for hardly shown. A
# few hundred are enough to draw from, and which of them changes every day, so that in a large shop each has its turn.
_EXPLORABLE = """
with window_start as (
    select tenant_id, last_fact_date - 28 as before from release.marts.dim_tenant where tenant_id = $1
),
shown as (
    select item_id, count(*) as impression_count
    from release.marts.fct_impressions
    join window_start using (tenant_id)
    where date > before
    group by all
),
sold as (
    select item_id, sum(quantity) as quantity
    from release.marts.fct_item_demand_daily
    join window_start using (tenant_id)
    where date > before
    group by all
)
select item_id
from release.marts.dim_offer
left join shown using (item_id)
left join sold using (item_id)
where
    tenant_id = $1 and (listed_until is null or listed_until::date >= $2)
    and (
        listed_from::date > $2 - 28
        or case when exists (from shown) then coalesce(impression_count, 0) < 100 else coalesce(quantity, 0) < 3 end
    )
order by md5(item_id::varchar || $2::varchar)
limit 200
"""


async def released_shop(release: Release, tenant_id: UUID) -> Shop:
    """Return what the release knows of a tenant's shop, put together once."""
    return await release.kept((Shop, tenant_id), lambda: _shop(release, tenant_id))


async def _shop(release: Release, tenant_id: UUID) -> Shop:
    starting = {group: dict(await starting_items(release, tenant_id, group)) for group in _GROUPS}
    groups = await release.rows(_BALANCE_GROUPS, tenant_id)
    lifts: dict[UUID | None, float] = dict(await release.rows(_SALE_LIFTS, tenant_id))
    return Shop(
        starting=starting,
        balance_groups={group: (least, until) for group, least, until in groups},
        daily_demand=dict(await release.rows(_DAILY_DEMAND, tenant_id)),
        sale_lifts={item_id: lift for item_id, lift in lifts.items() if item_id is not None},
        sale_lift=lifts.get(None),
        repeat_goods=frozenset(item_id for (item_id,) in await release.rows(_REPEAT_GOODS, tenant_id)),
    )


async def explorable_items(release: Release, tenant_id: UUID, today: date) -> frozenset[UUID]:
    """Return up to 200 of the tenant's items that are new or hardly shown, others every day."""
    return await release.kept((_EXPLORABLE, tenant_id, today), lambda: _explorable(release, tenant_id, today))


async def _explorable(release: Release, tenant_id: UUID, today: date) -> frozenset[UUID]:
    return frozenset(item_id for (item_id,) in await release.rows(_EXPLORABLE, tenant_id, today))
