"""What a batch writes of flash sales: what is left, and what members have bought."""

from transactional.changes import Change
from transactional.engine.book import Book
from transactional.engine.writing.statement import Part, Row, update


def _sales(book: Book) -> list[Row]:
    return [
        (tenant_id, sale_id, sale.left_count)
        for (tenant_id, sale_id), sale in book.sales.items()
        if sale.change is Change.CHANGED
    ]


def _bought(book: Book) -> list[Row]:
    return [(*buyer, book.bought[buyer]) for buyer in book.bought_changed]


PARTS: tuple[Part, ...] = (
    update("flash_sale", 2, "tenant_id uuid, sale_id uuid, left_count bigint", _sales),
    Part(
        "flash_sale_member",
        "tenant_id uuid, sale_id uuid, member_id uuid, bought_count int",
        "insert into mall.flash_sale_member ({names}) select * from {rows} "
        "on conflict (tenant_id, sale_id, member_id) do update set bought_count = excluded.bought_count",
        _bought,
    ),
)
