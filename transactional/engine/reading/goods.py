"""Reads offers with their stock, and codes from their pools."""

from typing import Any

from transactional.database import Connection
from transactional.engine.book import Book, VoucherCode
from transactional.engine.commands import Needs
from transactional.engine.reading.slots import columns
from transactional.redemption.domain import Offer, Stock

STOCK = """
select s.tenant_id, s.item_id, s.on_hand, s.allotted,
    o.price_points, o.handover, o.listed_from, o.listed_until, o.is_coded, o.cash_share_min_bp, o.cash_share_max_bp,
    o.authorised_until
from mall.stock s
join mall.offer o on o.tenant_id = s.tenant_id and o.item_id = s.item_id
where s.tenant_id = wanted.tenant_id and s.item_id = wanted.item_id
"""
# The stock row's lock keeps other processes from the item's codes.
_CODES = """
select w.tenant_id, w.item_id, c.code_id, c.sealed
from unnest($1::uuid[], $2::uuid[], $3::bigint[]) as w(tenant_id, item_id, quantity)
cross join lateral (
    select v.code_id, v.sealed
    from mall.voucher_code v
    where v.tenant_id = w.tenant_id and v.item_id = w.item_id and v.redemption_id is null
    order by v.code_id
    limit w.quantity
) c
"""


def add_stock(book: Book, row: tuple[Any, ...]) -> None:
    """Add an item's stock and its offer, as `STOCK` selects them."""
    tenant_id, item_id, on_hand, allotted, *offer = row
    book.stock.setdefault(tenant_id, {})[item_id] = Stock(on_hand, allotted)
    book.offers.setdefault(tenant_id, {})[item_id] = Offer(*offer)


async def read_codes(connection: Connection, needs: Needs, book: Book) -> None:
    """Read as many free codes of each item as the batch may issue, oldest first."""
    coded = [
        (tenant_id, item_id, quantity)
        for (tenant_id, item_id), quantity in needs.items.items()
        if (offer := book.offers.get(tenant_id, {}).get(item_id)) is not None and offer.is_coded
    ]
    if coded:
        for row in await connection.fetch(_CODES, *columns(coded, 3)):
            book.codes.setdefault((row["tenant_id"], row["item_id"]), []).append(
                VoucherCode(row["code_id"], row["sealed"])
            )
