"""Reads flash sales and what members have bought in them."""

from typing import Any

from transactional.database import Connection
from transactional.engine.book import Book
from transactional.engine.commands import Needs
from transactional.engine.reading.slots import columns
from transactional.flash_sales.domain import FlashSale

SALE = """
select s.tenant_id, s.sale_id, s.item_id, s.price_points, s.starts_at, s.ends_at, s.left_count, s.member_limit,
    s.closed_at is not null as is_closed
from mall.flash_sale s
where s.tenant_id = wanted.tenant_id and s.sale_id = wanted.sale_id
"""
_BOUGHT = """
select b.*
from unnest($1::uuid[], $2::uuid[], $3::uuid[]) as wanted(tenant_id, sale_id, member_id)
cross join lateral (
    select b.tenant_id, b.sale_id, b.member_id, b.bought_count
    from mall.flash_sale_member b
    where b.tenant_id = wanted.tenant_id and b.sale_id = wanted.sale_id and b.member_id = wanted.member_id
    offset 0
) b
"""


async def read_bought(connection: Connection, needs: Needs, book: Book) -> None:
    """Read what the members of the batch have bought in the sales it needs; their accounts' locks guard it."""
    buyers = [
        (tenant_id, sale_id, member_id)
        for tenant_id, sale_id in needs.sales
        for its_tenant, member_id in needs.members
        if its_tenant == tenant_id
    ]
    if buyers:
        for *buyer, bought in await connection.fetch(_BOUGHT, *columns(buyers, 3)):
            book.bought[buyer[0], buyer[1], buyer[2]] = bought


def add_sale(book: Book, row: tuple[Any, ...]) -> None:
    """Add a sale, as `SALE` selects it."""
    tenant_id, *sale = row
    book.sales[tenant_id, sale[0]] = FlashSale(*sale)
