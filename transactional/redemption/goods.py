"""Takes the pieces of a redemption from the shelf or from a flash sale, and puts them back."""

from datetime import datetime
from uuid import UUID

from transactional.engine.book import Book, Movement
from transactional.flash_sales.domain import FlashSale, SaleOfOtherItem, UnknownSale
from transactional.redemption.commands import Redeem
from transactional.redemption.domain import Line, Redemption


def sale_of(command: Redeem, book: Book, moment: datetime) -> FlashSale | None:
    """Return the flash sale a redemption wants its pieces from, if any; it has them for this member.

    Raises:
        UnknownSale: the tenant has no such sale.
        SaleOfOtherItem: the redemption asks for anything but one line of its item.
        SaleNotOpen, SaleLimitReached, SaleSoldOut: the sale does not give them.
    """
    if command.flash_sale_id is None:
        return None
    sale = book.sales.get((command.tenant_id, command.flash_sale_id))
    if sale is None:
        raise UnknownSale(command.flash_sale_id)
    if [item_id for item_id, _ in command.asked] != [sale.item_id]:
        raise SaleOfOtherItem(sale.sale_id, sale.item_id)
    ((_, quantity),) = command.asked
    bought = book.bought.get((command.tenant_id, sale.sale_id, command.member_id), 0)
    sale.check(quantity, bought=bought, moment=moment)
    return sale


def barred_item(book: Book, tenant_id: UUID, redemption: Redemption, moment: datetime) -> UUID | None:
    """Return an item of a redemption that nobody may sell at a moment, None if there is none.

    Who waits for a payment or a person asked while it could be sold; what counts is when points are taken.
    """
    offers = book.offers.get(tenant_id, {})
    return next((line.item_id for line in redemption.lines if offers[line.item_id].barred(moment)), None)


def take_goods(book: Book, tenant_id: UUID, redemption: Redemption, sale: FlashSale | None) -> None:
    """Take the pieces of all lines; the caller has made sure that they are there."""
    for line in redemption.lines:
        stock = book.stock[tenant_id][line.item_id]
        if sale is None:
            stock.on_hand -= line.quantity
        else:
            buyer = (tenant_id, sale.sale_id, redemption.member_id)
            bought = book.bought.get(buyer, 0)
            book.note_bought(buyer, sale.take(line.quantity, bought=bought, moment=redemption.effective_at))
            stock.allotted -= line.quantity
        stock.touch()


def return_goods(book: Book, tenant_id: UUID, redemption: Redemption, cause: UUID, moment: datetime) -> None:
    """Put back what a redemption took and never handed over; pieces of a sale that goes on are the sale's again."""
    sale = None
    if redemption.flash_sale_id is not None:
        sale = book.sales[tenant_id, redemption.flash_sale_id]
    for line in redemption.lines:
        quantity = line.quantity - line.refunded
        # A code that was issued is known to the member, so it does not come back.
        if not quantity or (book.offers[tenant_id][line.item_id].is_coded and redemption.paid_at is not None):
            continue
        is_sales = False
        if sale is not None:
            buyer = (tenant_id, sale.sale_id, redemption.member_id)
            bought, is_sales = sale.give_back(quantity, bought=book.bought.get(buyer, 0))
            book.note_bought(buyer, bought)
        restock(book, tenant_id, line, quantity, cause, moment, is_sales=is_sales)


def restock(
    book: Book,
    tenant_id: UUID,
    line: Line,
    quantity: int,
    cause: UUID,
    moment: datetime,
    *,
    is_sales: bool = False,
) -> None:
    """Put pieces of a line back on the shelf, or to what is set aside for its sale.

    Args:
        cause: the transfer or redemption because of which they come back.
    """
    stock = book.stock[tenant_id][line.item_id]
    if is_sales:
        stock.allotted += quantity
    else:
        stock.on_hand += quantity
    stock.touch()
    reference = f"{cause}:{line.line_no}"
    book.movements.append(Movement(tenant_id, line.item_id, quantity, "return", reference, moment))
