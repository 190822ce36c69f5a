"""Flash sales as they are now."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from serving.database import Database
from serving.recommendations.domain import Sale
from serving.recommendations.gathering import Gathering

# What was cancelled no longer counts against the limit.
_SALES = """
select asked.member_id, f.sale_id, f.item_id, f.price_points, f.ends_at, f.left_count
from unnest($2::uuid[]) asked(member_id)
cross join export.flash_sale f
where f.tenant_id = $1 and f.closed_at is null and f.starts_at <= $3 and f.ends_at > $3 and f.left_count > 0
    and f.member_limit > (
        select coalesce(sum(l.quantity), 0)
        from export.redemption r
        join export.redemption_line l on l.tenant_id = r.tenant_id and l.redemption_id = r.redemption_id
        where r.tenant_id = $1 and r.member_id = asked.member_id and r.flash_sale_id = f.sale_id
            and r.status <> 'cancelled'
    )
order by f.price_points desc, f.sale_id
"""

# Tenant, member or nobody known, when.
_Buyer = tuple[UUID, UUID | None, datetime]


class LiveSales:
    """Flash sales as they are now, for all who ask at once."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._selling: Gathering[_Buyer, Mapping[UUID, Sale]] = Gathering(self._sell)

    async def running(self, tenant_id: UUID, member_id: UUID | None, *, now: datetime) -> Mapping[UUID, Sale]:
        """Return item → the cheapest flash sale in which the member, or somebody unknown, can still buy a piece of it.

        Raises:
            DatabaseAway: the database cannot be reached.
        """
        return await self._selling.get((tenant_id, member_id, now))

    async def _sell(self, buyers: Sequence[_Buyer]) -> Mapping[_Buyer, Mapping[UUID, Sale]]:
        groups: defaultdict[UUID, list[_Buyer]] = defaultdict(list)
        for each in buyers:
            groups[each[0]].append(each)
        found = await asyncio.gather(*(self._sell_in(*shop) for shop in groups.items()))
        return {each: sales for shop in found for each, sales in shop.items()}

    async def _sell_in(self, tenant_id: UUID, buyers: Sequence[_Buyer]) -> dict[_Buyer, Mapping[UUID, Sale]]:
        # They differ by milliseconds.
        now = max(now for _, _, now in buyers)
        members = list({member_id for _, member_id, _ in buyers})
        sales: defaultdict[UUID | None, dict[UUID, Sale]] = defaultdict(dict)
        # The cheapest comes last.
        for member_id, sale_id, item_id, price, ends_at, left in await self._database.rows(
            _SALES, tenant_id, members, now
        ):
            sales[member_id][item_id] = Sale(sale_id, item_id, price, ends_at, left)
        return {each: sales[each[1]] for each in buyers}
