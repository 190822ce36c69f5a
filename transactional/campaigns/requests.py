"""What is sent about campaigns: their terms, changes of them, and what people decide."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from transactional.campaigns.domain import Audience, Discounted, Kind, NewCampaign
from transactional.request_types import Code, Day, Moment, Reason, Reference

MAX_ITEMS = 500
MAX_DAYS = 366

Name = Annotated[
    str, StringConstraints(min_length=1, max_length=100, pattern=r"^[^\x00\s]([^\x00]*[^\x00\s])?$")
]
Points = Annotated[int, Field(ge=1, le=1_000_000_000)]
Factor = Annotated[int, Field(ge=1, le=1000)]
Budget = Annotated[int, Field(ge=1, le=1_000_000_000_000)]
IfRevision = Annotated[
    int,
    Field(
        strict=True,
        ge=0,
        description="The draft's revision that you saw; if somebody edited it since, nothing is done.",
    ),
]
_ABOUT_THE_EDIT = {"if_revision", "edited_by"}


class Multiplier(BaseModel):
    """By how much earned points are multiplied: `numerator` for each `denominator`, the extra rounded down."""

    model_config = ConfigDict(extra="forbid")

    numerator: Factor
    denominator: Factor = 1


class DiscountedItem(BaseModel):
    """An item that is cheaper, at a price of its own or by the campaign's discount."""

    model_config = ConfigDict(extra="forbid")

    item_id: UUID
    price_points: Points | None = None


class CampaignRequest(BaseModel):
    """A campaign to draft. `reference` is your own name of it: sent again with the same terms it changes nothing."""

    model_config = ConfigDict(extra="forbid")

    reference: Reference
    kind: Kind
    name_zh: Name
    name_en: Name
    starts_at: Moment
    ends_at: Moment = Field(description="The first moment at which it no longer runs.")
    audience: Audience = "everybody"
    scheme: Code | None = Field(None, description="The scheme of the segments it is for, as written back.")
    groups: Annotated[list[Code], Field(max_length=50)] = Field([], description="Those segments, or tiers.")
    earning: Multiplier | None = None
    member_days: Annotated[list[Day], Field(max_length=MAX_DAYS)] = Field(
        [],
        description="Days in Asia/Shanghai on which earning is multiplied; none is every day of the window.",
    )
    discount_bp: Annotated[int, Field(ge=1, le=9999)] | None = Field(
        None, description="What prices are lowered by, in basis points; the price is rounded up."
    )
    items: Annotated[list[DiscountedItem], Field(max_length=MAX_ITEMS)] = []
    categories: Annotated[list[Reference], Field(max_length=50)] = []
    sale_ids: Annotated[list[UUID], Field(max_length=50)] = Field(
        [], description="Flash sales that belong to it."
    )
    budget_points: Budget | None = Field(
        None, description="What it may give in all, in extra points and lowered prices; it never gives more."
    )
    member_limit_points: Budget | None = Field(None, description="What of it a member may have.")
    created_by: Reference | None = Field(
        None, description="Who drafts it; of a person that is logged in, nobody else."
    )

    def campaign(self, by: str) -> NewCampaign:
        """Return what is to be drafted."""
        return NewCampaign(
            reference=self.reference,
            kind=self.kind,
            name_zh=self.name_zh,
            name_en=self.name_en,
            starts_at=self.starts_at,
            ends_at=self.ends_at,
            audience=self.audience,
            scheme=self.scheme,
            groups=tuple(self.groups),
            earning=None if self.earning is None else (self.earning.numerator, self.earning.denominator),
            member_days=tuple(self.member_days),
            discount_bp=self.discount_bp,
            items=tuple(Discounted(one.item_id, one.price_points) for one in self.items),
            categories=tuple(self.categories),
            sale_ids=tuple(self.sale_ids),
            budget_points=self.budget_points,
            member_limit_points=self.member_limit_points,
            created_by=by,
        )


class EditRequest(BaseModel):
    """What changes of a draft; what is left out stays, null takes away, and a list takes the place of the one before."""

    model_config = ConfigDict(extra="forbid")

    name_zh: Name = ""
    name_en: Name = ""
    starts_at: Moment | None = None
    ends_at: Moment | None = None
    audience: Audience = "everybody"
    scheme: Code | None = None
    groups: Annotated[list[Code], Field(max_length=50)] = []
    earning: Multiplier | None = None
    member_days: Annotated[list[Day], Field(max_length=MAX_DAYS)] = []
    discount_bp: Annotated[int, Field(ge=1, le=9999)] | None = None
    items: Annotated[list[DiscountedItem], Field(max_length=MAX_ITEMS)] = []
    categories: Annotated[list[Reference], Field(max_length=50)] = []
    sale_ids: Annotated[list[UUID], Field(max_length=50)] = []
    budget_points: Budget | None = None
    member_limit_points: Budget | None = None
    if_revision: IfRevision
    edited_by: Reference | None = Field(
        None, description="Who edits it; of a person that is logged in, nobody else."
    )

    @model_validator(mode="after")
    def _has_times(self) -> "EditRequest":
        for name in ("starts_at", "ends_at"):
            if name in self.model_fields_set and getattr(self, name) is None:
                raise ValueError(f"{name}: a campaign has one; leave it out to keep it")
        if not self.model_fields_set - _ABOUT_THE_EDIT:
            raise ValueError("tell what is to change")
        return self

    def changed(self) -> dict[str, Any]:
        """Return what is told, by the names that `NewCampaign` gives it."""
        told = {name: getattr(self, name) for name in self.model_fields_set - _ABOUT_THE_EDIT}
        if self.earning is not None:
            told["earning"] = (self.earning.numerator, self.earning.denominator)
        if "items" in told:
            told["items"] = [Discounted(one.item_id, one.price_points) for one in self.items]
        return {name: tuple(value) if isinstance(value, list) else value for name, value in told.items()}


class ApprovalRequest(BaseModel):
    """Who lets a campaign run."""

    model_config = ConfigDict(extra="forbid")

    if_revision: IfRevision
    approved_by: Reference | None = None


class StopRequest(BaseModel):
    """Who stops a campaign, and why."""

    model_config = ConfigDict(extra="forbid")

    stopped_by: Reference | None = None
    reason: Reason
