"""What the live database knows of shops: their offers, stocks and terms, read once and then changed by the news."""

import asyncio
from collections import OrderedDict, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from serving.database import Database
from serving.recommendations.arrays import RecommendedFrom
from serving.recommendations.domain import Sale
from serving.recommendations.gathering import Gathering
from serving.recommendations.news import OFFER, STOCK, TERMS, News, Terms, terms_of
from serving.recommendations.window import Window, window_of

_REMEMBERED_SHOPS = 64

_OFFERS = f"{OFFER} from export.offer o {STOCK} where o.tenant_id = $1 order by o.item_id"
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
class LiveShop:
    """A shop at a moment."""

    window: Window
    terms: Terms = field(default_factory=Terms)


class LiveShops:
    """The shops that are asked for; whoever owns them sees to it that one thing is done to them at a time."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._shops: OrderedDict[UUID, LiveShop] = OrderedDict()

    @property
    def tenant_ids(self) -> list[UUID]:
        """Return whose shops are known."""
        return list(self._shops)

    async def shop(self, tenant_id: UUID) -> LiveShop:
        """Return a shop with all news that were applied, read if it is not known.

        Raises:
            DatabaseAway: the database cannot be reached.
        """
        if tenant_id not in self._shops:
            self._shops[tenant_id] = await self._read(tenant_id)
            while len(self._shops) > _REMEMBERED_SHOPS:
                self._shops.popitem(last=False)
        self._shops.move_to_end(tenant_id)
        return self._shops[tenant_id]

    async def apply(self, news: News) -> None:
        """Change the shops that are known by what was committed since.

        Raises:
            DatabaseAway: the database cannot be reached, and a shop has to be read anew.
        """
        for tenant_id, shop in list(self._shops.items()):
            window = shop.window.restocked(news.stocks.get(tenant_id, {}))
            changed = window.changed(news.offers.get(tenant_id, ()))
            if changed is None:
                self._shops[tenant_id] = await self._read(tenant_id)
            else:
                self._shops[tenant_id] = LiveShop(changed, news.terms.get(tenant_id, shop.terms))

    def forget(self) -> None:
        """Forget all shops."""
        self._shops.clear()

    def know(self, known: RecommendedFrom) -> None:
        """Find the items of a release in all shops before the first answer needs them; may run in a thread."""
        for shop in list(self._shops.values()):
            shop.window.shelf.places(known.no_items)

    async def _read(self, tenant_id: UUID) -> LiveShop:
        rows, terms = await asyncio.gather(
            self._database.rows(_OFFERS, tenant_id), self._database.rows(TERMS, [tenant_id])
        )
        # In a thread, since a large shop takes a tenth of a second, in which others are answered.
        window = await asyncio.to_thread(lambda: window_of(offer[1:] for (offer,) in rows))
        return LiveShop(window, terms_of([row for (row,) in terms]).get(tenant_id, Terms()))


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
