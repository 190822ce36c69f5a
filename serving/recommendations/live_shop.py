"""What the live database knows of a shop: its offers and stocks a moment ago, and to the second what is to be shown.

An answer is chosen from a window that is a second old at most; what was chosen is then looked up, all that wait at
once, and chosen again if any of it is gone. So nothing is shown that cannot be had, and little is read for it.
"""

import asyncio
import time
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

import numpy as np

from serving.database import Database, DatabaseAway
from serving.recommendations.arrays import RecommendedFrom
from serving.recommendations.domain import Sale
from serving.recommendations.gathering import Gathering
from serving.recommendations.window import Window, window_of

# Names and categories of items may be so old; a changed offer is noticed by every answer.
_RELOAD_SECONDS = 60.0
_REMEMBERED_SHOPS = 64

_OFFERS = """
select o.item_id, i.name, i.category, i.kind, o.price_points, o.listed_from, o.listed_until,
    coalesce(s.on_hand - s.allotted, 0)::bigint as stock
from export.offer o
join export.item i on i.item_id = o.item_id
left join export.stock s on s.tenant_id = o.tenant_id and s.item_id = o.item_id
where o.tenant_id = $1
order by o.item_id
"""
# Stocks as one value of eight bytes each, in the order of the offers: rows would cost fifty times as much to read.
_STOCKS = """
select string_agg(int8send(coalesce(s.on_hand - s.allotted, 0)::bigint), ''::bytea order by o.item_id) as stocks,
    exists (
        select from export.flash_sale f where f.tenant_id = $1 and f.closed_at is null and f.left_count > 0
    ) as has_sales,
    exists (
        select from export.offer c
        where c.tenant_id = $1 and c.xid >= pg_snapshot_xmin($2::text::pg_snapshot)
            and not pg_visible_in_snapshot(c.xid, $2::text::pg_snapshot)
    ) as is_changed
from export.offer o
left join export.stock s on s.tenant_id = o.tenant_id and s.item_id = o.item_id
where o.tenant_id = $1
"""
# The last row says whether any offer was changed since a snapshot.
_CHECK = """
select s.item_id, (s.on_hand - s.allotted)::bigint as stock
from export.stock s
where s.tenant_id = $1 and s.item_id = any($2)
union all
select null, count(*)
from (
    select from export.offer c
    where c.tenant_id = $1 and c.xid >= pg_snapshot_xmin($3::text::pg_snapshot)
        and not pg_visible_in_snapshot(c.xid, $3::text::pg_snapshot)
    limit 1
) changed
"""
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


@dataclass(frozen=True)
class Checked:
    """What a look at some items found: what is left of each, and whether any offer differs from those of the window."""

    stocks: Mapping[UUID, int]
    is_changed: bool


_Looked = tuple[UUID, str, tuple[UUID, ...]]
# Tenant, member or nobody known, when.
_Buyer = tuple[UUID, UUID | None, datetime]


class LiveShops:
    """The windows of the shops that are asked for.

    Args:
        fresh_seconds: how old a window may be.
    """

    def __init__(
        self,
        database: Database,
        *,
        fresh_seconds: float,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._fresh_seconds = fresh_seconds
        self._monotonic = monotonic
        self._windows: OrderedDict[UUID, Window] = OrderedDict()
        self._opening: Gathering[UUID, Window] = Gathering(self._open)
        self._checking: Gathering[_Looked, Checked] = Gathering(self._check)
        self._selling: Gathering[_Buyer, Mapping[UUID, Sale]] = Gathering(self._sell)

    async def window(self, tenant_id: UUID, *, is_renewed: bool = False) -> Window:
        """Return a shop's window; a renewed one holds all that was committed when it was asked for.

        Raises:
            DatabaseAway: the database cannot be reached.
        """
        known = self._windows.get(tenant_id)
        if known is not None and not is_renewed and self._is_fresh(known):
            return known
        if is_renewed and known is not None:
            self._windows[tenant_id] = replace(known, stocked_at=-np.inf)
        return await self._opening.get(tenant_id)

    async def check(self, tenant_id: UUID, window: Window, item_ids: Collection[UUID]) -> Checked:
        """Look at some items of a window now.

        Raises:
            DatabaseAway: the database cannot be reached.
        """
        return await self._checking.get((tenant_id, window.snapshot, tuple(item_ids)))

    async def running_sales(
        self, tenant_id: UUID, member_id: UUID | None, *, now: datetime
    ) -> Mapping[UUID, Sale]:
        """Return item → the cheapest flash sale in which the member, or somebody unknown, can still buy a piece of it.

        Raises:
            DatabaseAway: the database cannot be reached.
        """
        return await self._selling.get((tenant_id, member_id, now))

    def know(self, known: RecommendedFrom) -> None:
        """Find the items of a release in all windows before the first answer needs them; may run in a thread."""
        for window in list(self._windows.values()):
            window.shelf.places(known.no_items)

    def strike_out(self, tenant_id: UUID, window: Window, item_ids: Collection[UUID]) -> Window:
        """Return a window without some items that have run out, for the answers to come too."""
        left = window.without(item_ids)
        if self._windows.get(tenant_id) is window:
            self._windows[tenant_id] = left
        return left

    def _is_fresh(self, window: Window) -> bool:
        return self._monotonic() - window.stocked_at < self._fresh_seconds

    async def _open(self, tenant_ids: Sequence[UUID]) -> Mapping[UUID, Window]:
        opened = await asyncio.gather(*map(self._renewed, tenant_ids))
        return dict(zip(tenant_ids, opened, strict=True))

    async def _renewed(self, tenant_id: UUID) -> Window:
        known = self._windows.get(tenant_id)
        if known is not None and self._is_fresh(known):
            return known
        try:
            window = await self._restocked(tenant_id, known) or await self._loaded(tenant_id)
        except DatabaseAway:
            # Another server may be there when it is back, with another count of transactions.
            self._windows.pop(tenant_id, None)
            raise
        self._windows[tenant_id] = window
        self._windows.move_to_end(tenant_id)
        while len(self._windows) > _REMEMBERED_SHOPS:
            self._windows.popitem(last=False)
        return window

    async def _restocked(self, tenant_id: UUID, known: Window | None) -> Window | None:
        """Return a known window with its stocks of now; None if its offers are no longer those."""
        asked_at = self._monotonic()
        if known is None or asked_at - known.loaded_at > _RELOAD_SECONDS:
            return None
        (found,) = await self._database.rows(_STOCKS, tenant_id, known.snapshot)
        stocks = np.frombuffer(found["stocks"] or b"", ">i8").astype(np.float64)
        if found["is_changed"] or len(stocks) != len(known.shelf):
            return None
        return replace(
            known, shelf=known.shelf.restocked(stocks), stocked_at=asked_at, has_sales=found["has_sales"]
        )

    async def _loaded(self, tenant_id: UUID) -> Window:
        asked_at = self._monotonic()
        # Before the offers: what changes in between is noticed as changed since.
        ((snapshot,),) = await self._database.rows("select pg_current_snapshot()::text")
        rows = await self._database.rows(_OFFERS, tenant_id)
        # In a thread, since a large shop takes a tenth of a second, in which others are answered.
        shelf, until, kinds = await asyncio.to_thread(window_of, map(tuple, rows))
        return Window(shelf, until, kinds, snapshot, asked_at, asked_at, has_sales=True)

    async def _check(self, looked: Sequence[_Looked]) -> Mapping[_Looked, Checked]:
        groups: defaultdict[tuple[UUID, str], list[_Looked]] = defaultdict(list)
        for each in looked:
            groups[each[:2]].append(each)
        found = await asyncio.gather(*(self._check_shop(*shop, group) for shop, group in groups.items()))
        return {
            each: checked for group, checked in zip(groups.values(), found, strict=True) for each in group
        }

    async def _check_shop(self, tenant_id: UUID, snapshot: str, looked: Sequence[_Looked]) -> Checked:
        item_ids = {item_id for _, _, asked in looked for item_id in asked}
        rows = await self._database.rows(_CHECK, tenant_id, list(item_ids), snapshot)
        stocks = dict(map(tuple, rows))
        return Checked(stocks, is_changed=bool(stocks.pop(None)))

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
