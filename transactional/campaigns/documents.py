"""What is shown of campaigns: to their tenant, and to one of its members."""

from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel, Field

from transactional.campaigns.domain import Audience, Kind, Status
from transactional.campaigns.requests import DiscountedItem


class Campaign(BaseModel):
    """A campaign as it is now; `used_points` of its budget are given and did not come back."""

    campaign_id: UUID
    reference: str
    kind: Kind
    status: Status
    name_zh: str
    name_en: str
    starts_at: datetime
    ends_at: datetime
    audience: Audience
    scheme: str | None
    groups: list[str]
    earn_numerator: int | None
    earn_denominator: int | None
    member_days: list[date]
    discount_bp: int | None
    items: list[DiscountedItem]
    categories: list[str]
    sale_ids: list[UUID]
    budget_points: int | None
    member_limit_points: int | None
    used_points: int
    created_by: str
    created_at: datetime
    revision: int = Field(description="How often the draft was edited; who edits or approves it tells it.")
    edited_by: str | None
    edited_at: datetime | None
    approved_by: str | None
    approved_at: datetime | None
    stopped_by: str | None
    stopped_at: datetime | None
    stop_reason: str | None


class CampaignPage(BaseModel):
    """A page of campaigns; ask for the next one with `after=next_after`."""

    campaigns: list[Campaign]
    next_after: UUID | None


class LoweredPrice(BaseModel):
    """What a piece costs a member in a campaign instead of its list price."""

    item_id: UUID
    item_name: str
    list_points: int
    price_points: int


class MemberCampaign(BaseModel):
    """A campaign that runs for a member now; `earns_now` tells whether earning is multiplied today."""

    campaign_id: UUID
    kind: Kind
    name_zh: str
    name_en: str
    starts_at: datetime
    ends_at: datetime
    earn_numerator: int | None
    earn_denominator: int | None
    member_days: list[date]
    earns_now: bool
    items: list[LoweredPrice]
    sale_ids: list[UUID]


class MemberCampaigns(BaseModel):
    """The campaigns that run for a member now, new items first: the order in which a shop shows them."""

    member_id: UUID
    campaigns: list[MemberCampaign]
