"""The terms of a campaign, the states it goes through, and what is refused.

A campaign is a draft until it is approved; it runs by the clock from `starts_at` until before `ends_at` and can be
stopped at any time before.

Problem
├── UnknownCampaign      404  the tenant has no such campaign
├── CampaignExists       409  the reference names a campaign with other terms
├── CampaignNotDraft     409  it was approved or stopped before
├── CampaignChanged      409  somebody edited the draft since it was looked at
├── CampaignOver         409  it has ended or was stopped
├── CampaignBudgetSpent  409  the price that was expected is not covered by the budget any more
└── PriceRose            409  the price is higher than the request expects
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from transactional.problems import Problem

Kind = Literal["festival", "member_day", "flash_sale", "new_item"]
Audience = Literal["everybody", "segments", "pilot", "tiers"]
Status = Literal["draft", "approved", "running", "ended", "stopped"]


class UnknownCampaign(Problem):
    """The tenant has no such campaign."""

    slug = "unknown-campaign"
    title = "No such campaign"
    status = 404

    def __init__(self, campaign_id: UUID) -> None:
        super().__init__(
            f"there is no campaign {campaign_id}; GET /v1/campaigns lists yours", campaign_id=str(campaign_id)
        )


class CampaignExists(Problem):
    """The reference names a campaign with other terms."""

    slug = "campaign-exists"
    title = "The reference was used for another campaign"
    status = 409

    def __init__(self, reference: str, campaign_id: UUID) -> None:
        super().__init__(
            f"the reference {reference!r} names a campaign with other terms; stop that one and draft another under a "
            "new reference",
            campaign_id=str(campaign_id),
        )


class CampaignNotDraft(Problem):
    """It was approved or stopped before, or its end has passed."""

    slug = "campaign-not-draft"
    title = "The campaign is no draft any more"
    status = 409

    def __init__(self, campaign_id: UUID, status: Status) -> None:
        super().__init__(
            f"campaign {campaign_id} is {status}; only a draft whose end has not passed can be approved or edited",
            campaign_status=status,
        )


class CampaignChanged(Problem):
    """Somebody edited the draft since it was looked at."""

    slug = "campaign-changed"
    title = "The draft was changed meanwhile"
    status = 409

    def __init__(
        self, campaign_id: UUID, revision: int, edited_by: str | None, edited_at: datetime | None
    ) -> None:
        last = "nobody has edited it" if edited_by is None else f"last edited by {edited_by!r}"
        super().__init__(
            f"campaign {campaign_id} is at revision {revision}, {last}; look at it again and repeat what still holds",
            revision=revision,
            edited_by=edited_by,
            edited_at=None if edited_at is None else edited_at.isoformat(),
        )


class CampaignOver(Problem):
    """It has ended or was stopped."""

    slug = "campaign-over"
    title = "The campaign is over"
    status = 409

    def __init__(self, campaign_id: UUID, status: Status) -> None:
        super().__init__(
            f"campaign {campaign_id} is {status}; nothing is left to be stopped", campaign_status=status
        )


class CampaignBudgetSpent(Problem):
    """The price that was expected is not covered by the budget any more."""

    slug = "campaign-budget-spent"
    title = "The campaign's budget does not cover the price any more"
    status = 409

    def __init__(self, *, expected: int, price: int, campaigns: list[UUID]) -> None:
        super().__init__(
            f"{expected} points were expected and the price is {price} now, because a campaign's budget or the "
            "member's part of it is used up; show the member the new price and ask again",
            expected_points=expected,
            price_points=price,
            campaigns=[str(campaign_id) for campaign_id in campaigns],
        )


class PriceRose(Problem):
    """The price is higher than the request expects."""

    slug = "price-rose"
    title = "The price is higher than expected"
    status = 409

    def __init__(self, *, expected: int, price: int) -> None:
        super().__init__(
            f"{expected} points were expected and the price is {price} now; show the member the new price and ask again",
            expected_points=expected,
            price_points=price,
        )


@dataclass(frozen=True)
class Discounted:
    """An item that is cheaper: at a price of its own, or, with None, by the campaign's discount."""

    item_id: UUID
    price_points: int | None = None


@dataclass(frozen=True, kw_only=True)
class NewCampaign:
    """A campaign to draft; `reference` is the tenant's own name of it, so that a retry drafts no second one.

    Attributes:
        ends_at: the first moment at which it no longer runs.
        scheme, groups: the segments of a scheme or the tiers that it is for.
        earning: (numerator, denominator) by which earned points are multiplied.
        member_days: the days on which they are; none is every day of the window.
        discount_bp: what prices are lowered by, in basis points.
        budget_points: what it may give in all, in extra points and lowered prices.
        member_limit_points: what of it a member may have.
    """

    reference: str
    kind: Kind
    name_zh: str
    name_en: str
    starts_at: datetime
    ends_at: datetime
    audience: Audience = "everybody"
    scheme: str | None = None
    groups: tuple[str, ...] = ()
    earning: tuple[int, int] | None = None
    member_days: tuple[date, ...] = ()
    discount_bp: int | None = None
    items: tuple[Discounted, ...] = ()
    categories: tuple[str, ...] = ()
    sale_ids: tuple[UUID, ...] = ()
    budget_points: int | None = None
    member_limit_points: int | None = None
    created_by: str

    @property
    def lowers_prices(self) -> bool:
        """Tell whether anything is cheaper in it."""
        return self.discount_bp is not None or any(one.price_points is not None for one in self.items)


def status_of(
    *,
    approved_at: datetime | None,
    stopped_at: datetime | None,
    starts_at: datetime,
    ends_at: datetime,
    now: datetime,
) -> Status:
    """Return the state of a campaign at a moment."""
    if stopped_at is not None:
        return "stopped"
    if now >= ends_at:
        return "ended"
    if approved_at is None:
        return "draft"
    return "running" if now >= starts_at else "approved"
