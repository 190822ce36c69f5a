"""Notes what members asked for and did not get: the demand that redemptions do not show."""

from uuid import UUID

from transactional.engine.book import Book, Refused
from transactional.problems import Problem
from transactional.redemption.commands import Redeem, Spend


def note_refusal(book: Book, command: Spend, problem: Problem) -> None:
    """Note that a member's wish to spend points was refused; of a member who is not known nothing is noted."""
    if book.account(command.tenant_id, command.member_id) is None:
        return
    item_id, quantity = _wanted(command, problem, book)
    book.refused.append(
        Refused(
            command.tenant_id,
            command.member_id,
            command.operation,
            problem.slug,
            item_id,
            quantity,
            command.at,
        )
    )


def _wanted(command: Spend, problem: Problem, book: Book) -> tuple[UUID | None, int | None]:
    """Return the item that the refusal names, or the only one asked for, with the pieces asked for."""
    if not isinstance(command, Redeem):
        return None, None
    named = problem.extra.get("item_id")
    items = {item_id for item_id, _ in command.asked}
    item_id = UUID(named) if named is not None else next(iter(items)) if len(items) == 1 else None
    # What the shop has never offered may be no item at all.
    if item_id is None or item_id not in book.offers.get(command.tenant_id, {}):
        return None, None
    return item_id, sum(quantity for asked, quantity in command.asked if asked == item_id)
