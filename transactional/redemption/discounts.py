"""Lowers the prices of a redemption by campaigns, and puts what it saved back into their budgets with its pieces."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from transactional.campaigns.domain import CampaignBudgetSpent, PriceRose
from transactional.campaigns.state import Basket, Use
from transactional.engine.book import Book
from transactional.redemption.commands import Redeem
from transactional.redemption.domain import Line, Redemption


def basket_of(command: Redeem, book: Book, moment: datetime) -> Basket | None:
    """Return what lowers the prices of a redemption; None if no campaign does. A flash sale has its own prices."""
    if command.flash_sale_id is not None or not book.campaigns.offered:
        return None
    return Basket(book.campaigns, command.tenant_id, command.member_id, moment)


def require_expected(command: Redeem, price: int, basket: Basket | None) -> None:
    """Make sure that a redemption costs no more than its member was told.

    Raises:
        CampaignBudgetSpent: it would not, had a campaign not been used up.
        PriceRose: it does for another reason.
    """
    expected = command.expected_points
    if expected is None or price <= expected:
        return
    if basket is not None and basket.short:
        raise CampaignBudgetSpent(expected=expected, price=price, campaigns=basket.short)
    raise PriceRose(expected=expected, price=price)


def take_discounts(book: Book, tenant_id: UUID, redemption: Redemption) -> None:
    """Take what the prices were lowered by from the budgets; pricing has made sure that they cover it."""
    pieces = [(line, line.quantity) for line in redemption.lines if line.campaign_id is not None]
    _note(book, tenant_id, redemption, pieces, redemption.redemption_id, redemption.effective_at, taken=True)


def return_discounts(
    book: Book,
    tenant_id: UUID,
    redemption: Redemption,
    pieces: Iterable[tuple[Line, int]],
    cause: UUID,
    moment: datetime,
) -> None:
    """Put back into the budgets what (line, quantity) pieces that do not stay with the member were lowered by.

    Args:
        cause: the refund or, where nothing was paid yet, the redemption.
    """
    lowered = [(line, quantity) for line, quantity in pieces if quantity and line.campaign_id is not None]
    _note(book, tenant_id, redemption, lowered, cause, moment, taken=False)


def _note(
    book: Book,
    tenant_id: UUID,
    redemption: Redemption,
    pieces: Iterable[tuple[Line, int]],
    cause: UUID,
    moment: datetime,
    *,
    taken: bool,
) -> None:
    for line, quantity in pieces:
        assert line.campaign_id is not None
        assert line.list_points is not None
        saved = (line.list_points - line.unit_points) * quantity
        book.campaigns.use(
            Use(
                tenant_id, cause, "discount" if taken else "discount_back", line.line_no, line.campaign_id,
                redemption.member_id, redemption.redemption_id, saved if taken else -saved, moment,
            )
        )  # fmt: skip
