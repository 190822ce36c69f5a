"""Flash sales of the past, beside a book that stays in memory."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from uuid import UUID

from transactional.database import Connection
from transactional.engine.book import Book
from transactional.flash_sales.domain import FlashSale, NewSale
from transactional.flash_sales.operations import close_sale, open_sale


class PastSales:
    """Opens and closes flash sales in the database and in a book alike."""

    def __init__(
        self, connection: Connection, tenant_id: UUID, book: Book, flush: Callable[[], Awaitable[None]]
    ):
        """Begin without a sale; `flush` writes what the book decided, for pieces are set aside of what is left."""
        self._connection = connection
        self._tenant_id = tenant_id
        self._book = book
        self._flush = flush

    async def open(self, sale_id: UUID, new: NewSale, request_hash: bytes, now: datetime) -> None:
        """Open a flash sale.

        Raises:
            OutOfStock, UnknownOffer, InvalidRequest: as `open_sale` says.
        """
        await self._flush()
        await open_sale(
            self._connection,
            tenant_id=self._tenant_id,
            sale_id=sale_id,
            new=new,
            request_hash=request_hash,
            now=now,
        )
        stock = self._book.stock[self._tenant_id][new.item_id]
        stock.on_hand -= new.allotted
        stock.allotted += new.allotted
        self._book.sales[self._tenant_id, sale_id] = FlashSale(
            sale_id, new.item_id, new.price_points, new.starts_at, new.ends_at, new.allotted, new.member_limit
        )

    async def close(self, sale_id: UUID, now: datetime) -> None:
        """Close a flash sale and put what is left of it back on the shelf."""
        await self._flush()
        left = await close_sale(self._connection, tenant_id=self._tenant_id, sale_id=sale_id, now=now)
        sale = self._book.sales[self._tenant_id, sale_id]
        stock = self._book.stock[self._tenant_id][sale.item_id]
        stock.on_hand += left
        stock.allotted -= left
        sale.is_closed = True
