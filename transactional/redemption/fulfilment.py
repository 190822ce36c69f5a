"""What happens once a redemption is paid: goods are set aside, handed over or issued as codes."""

from datetime import datetime
from uuid import UUID

from transactional.engine.book import Book, VoucherCode
from transactional.redemption.domain import Redemption, is_shipped
from transactional.redemption.states import Move

# An item and a code of it.
IssuedCode = tuple[UUID, VoucherCode]


class CodesMissing(RuntimeError):
    """An item with codes has fewer codes than pieces: somebody changed its stock by hand."""


def fulfil(book: Book, tenant_id: UUID, redemption: Redemption, moment: datetime) -> list[IssuedCode]:
    """Allocate or complete a paid redemption, issue its codes and return them.

    Raises:
        CodesMissing: the pool of an item holds fewer codes than its stock says.
    """
    offers = book.offers.get(tenant_id, {})
    codes = []
    for line in redemption.lines:
        if offers[line.item_id].is_coded:
            codes += _issue(book, tenant_id, line.item_id, line.quantity, redemption.redemption_id, moment)
    redemption.move(Move.ALLOCATE if is_shipped(redemption.lines, offers) else Move.FULFIL, moment)
    return codes


def _issue(
    book: Book, tenant_id: UUID, item_id: UUID, quantity: int, redemption_id: UUID, moment: datetime
) -> list[IssuedCode]:
    free = [code for code in book.codes.get((tenant_id, item_id), []) if code.redemption_id is None]
    if len(free) < quantity:
        raise CodesMissing(f"item {item_id} has {len(free)} free codes, {quantity} are needed")
    for code in free[:quantity]:
        code.redemption_id = redemption_id
        code.issued_at = moment
        code.touch()
    return [(item_id, code) for code in free[:quantity]]
