"""What is asked of exchanges over HTTP and what is told of them."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from transactional.exchange.agreement_routes import TenantCode
from transactional.request_types import Reference
from transactional.risk.subjects import MAX_DEVICE_LENGTH

MAX_POINTS = 1_000_000_000
MAX_TO_POINTS = 10**14
Id = Annotated[UUID, Field(strict=False)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class QuoteRequest(_Body):
    """How many points a member offers, and to whom: by `link_id`, or by the code of the tenant it is linked with."""

    member_id: Id
    link_id: Id | None = None
    to_tenant: TenantCode | None = None
    points: Annotated[int, Field(ge=1, le=MAX_POINTS)]

    @model_validator(mode="after")
    def _one_way(self) -> "QuoteRequest":
        if (self.link_id is None) == (self.to_tenant is None):
            raise ValueError("name either link_id or to_tenant")
        return self


class Rate(BaseModel):
    """from_points buy to_points, after fee_bp basis points, rounded up, are kept of what is given."""

    from_points: int
    to_points: int
    fee_bp: int


class Quote(BaseModel):
    """What points would buy until `expires_at`.

    `points` would be taken, `fee_points` of them as the fee; `remainder_points` were offered, would buy nothing
    more and would not be taken. The limits are what may be exchanged today, in points, before this.
    """

    quote_id: UUID
    member_id: UUID
    link_id: UUID
    partner: str
    points: int
    fee_points: int
    to_points: int
    remainder_points: int
    rate: Rate
    member_points_left: int
    pair_points_left: int
    expires_at: datetime


class Context(_Body):
    """The address and the device of the member who asks; kept only as keyed hashes, for the risk rules."""

    ip: Annotated[str, Field(min_length=2, max_length=45)] | None = None
    device_id: Annotated[str, Field(min_length=1, max_length=MAX_DEVICE_LENGTH)] | None = None


class ExchangeRequest(_Body):
    """Which quote is taken up."""

    quote_id: Id
    context: Context | None = None


class ReversalRequest(_Body):
    """How many of the credited points are taken back, all that are left if none are named, and why."""

    to_points: Annotated[int, Field(ge=1, le=MAX_TO_POINTS)] | None = None
    reason: Reference


class ExchangeStatus(BaseModel):
    """A tenant's side of an exchange; `member_id` is its own member.

    `points`, with `fee_points` within them, are the giving tenant's; `to_points` the receiving one's.
    """

    exchange_id: UUID
    direction: Literal["out", "in"]
    partner: str
    member_id: UUID
    link_id: UUID
    status: Literal["in_review", "cancelled", "completed", "partially_refunded", "refunded"]
    points: int
    fee_points: int
    to_points: int
    reversed_points: int
    reversed_fee_points: int
    reversed_to_points: int
    asked_at: datetime
    settled_at: datetime | None


class Exchanged(ExchangeStatus):
    """A new exchange; in review the points are set aside until `deadline`."""

    available_points: int
    deadline: datetime | None = None


class Reversed(ExchangeStatus):
    """An exchange after a part of it, or all, was taken back."""

    available_points: int
    reversal_id: UUID
    returned_points: int
    returned_fee_points: int
    taken_to_points: int
    reason: str


class Exchanges(BaseModel):
    """A member's exchanges, newest first; ask for those `before` the last one to go on."""

    exchanges: list[ExchangeStatus]


class Totals(BaseModel):
    """What was exchanged in one direction. `owed_fen` is what the giving tenant owes the receiving one."""

    exchanges: int
    points: int
    fee_points: int
    to_points: int
    reversals: int
    reversed_points: int
    reversed_fee_points: int
    reversed_to_points: int
    net_to_points: int
    owed_fen: int


class Position(BaseModel):
    """What stands between the tenant and a partner. `net_owed_fen` is owed to the partner; negative, by it."""

    model_config = ConfigDict(populate_by_name=True)

    partner: str
    outward: Totals | None = Field(alias="out")
    inward: Totals | None = Field(alias="in")
    net_owed_fen: int


class Positions(BaseModel):
    """The positions with all partners."""

    positions: list[Position]


class StatementLine(BaseModel):
    """An exchange, or a reversal with what it took back as negative numbers."""

    kind: Literal["exchange", "reversal"]
    exchange_id: UUID
    reversal_id: UUID | None
    at: datetime
    points: int
    fee_points: int
    to_points: int
    settlement_fen_per_100: int


class Statement(Totals):
    """A day between two tenants in one direction; both have the same, each with the other as its partner."""

    partner: str
    direction: Literal["out", "in"]
    day: date
    stated_at: datetime
    lines: list[StatementLine]


class Statements(BaseModel):
    """The statements of a day."""

    statements: list[Statement]
