"""What the routes about parcels take and tell."""

import json
from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator

from transactional.fulfilment.carriers.domain import CarrierName
from transactional.fulfilment.clocks import Region
from transactional.fulfilment.states import ShipmentStatus
from transactional.redemption.domain import MAX_LINES, MAX_QUANTITY
from transactional.request_types import Day, Reason, Reference

Province = Literal[
    "北京", "天津", "上海", "重庆", "河北", "山西", "辽宁", "吉林", "黑龙江", "江苏", "浙江", "安徽", "福建", "江西",
    "山东", "河南", "湖北", "湖南", "广东", "海南", "四川", "贵州", "云南", "陕西", "甘肃", "青海", "台湾", "内蒙古",
    "广西", "西藏", "宁夏", "新疆", "香港", "澳门",
]  # fmt: skip
TrackingNumber = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]{4,40}$")]
Party = Literal["supplier", "carrier", "platform"]


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ShipmentLineRequest(_Request):
    """So many pieces of a line of the redemption; lines count from 1."""

    line_no: Annotated[int, Field(strict=True, ge=1, le=MAX_LINES)]
    quantity: Annotated[int, Field(strict=True, ge=1, le=MAX_QUANTITY)]


class ShipmentRequest(_Request):
    """A parcel: without `lines` everything that is to be shipped and in no parcel yet."""

    reference: Reference
    carrier: CarrierName
    tracking_number: TrackingNumber
    province: Province = Field(description="Where it goes; remote ones have 72 hours, the others 48.")
    lines: Annotated[list[ShipmentLineRequest], Field(min_length=1, max_length=MAX_LINES)] | None = None
    warehouse_id: UUID | None = None
    case_id: UUID | None = Field(
        None,
        description="The after-sales case that was decided `replace` whose replacement is in the parcel.",
    )


class ShipmentLine(BaseModel):
    """So many pieces of a line of the redemption."""

    line_no: int
    quantity: int


class Shipment(BaseModel):
    """A parcel. `due_at` is promised once it was collected; `is_late` says that it is past and nothing was delivered
    before."""

    shipment_id: UUID
    redemption_id: UUID
    reference: str
    carrier: CarrierName
    tracking_number: str
    province: str
    region: Region
    warehouse_id: UUID | None
    case_id: UUID | None = Field(description="Of a replacement, its after-sales case.")
    status: ShipmentStatus
    created_at: datetime
    shipped_at: datetime | None
    due_at: datetime | None
    delivered_at: datetime | None
    asked_at: datetime | None
    is_late: bool
    lines: list[ShipmentLine]

    @field_validator("lines", mode="before")
    @classmethod
    def _read(cls, value: Any) -> Any:
        return json.loads(value) if isinstance(value, str) else value


class ShipmentEvent(BaseModel):
    """What the carrier told, and whether it told it by itself or was asked."""

    kind: ShipmentStatus
    occurred_at: datetime
    source: Literal["push", "pull"]
    recorded_at: datetime


class ShipmentHistory(Shipment):
    """A parcel with what its carrier told, in the order in which it happened."""

    events: list[ShipmentEvent]


class ShipmentPage(BaseModel):
    """A page of parcels, the newest first; ask for the next one with `before=next_before`."""

    shipments: list[Shipment]
    next_before: UUID | None


class TermsRequest(_Request):
    """Points for each promise that is broken from now on; 0 credits none. Left out, holidays stay as they are."""

    compensation_points: Annotated[int, Field(strict=True, ge=0, le=1_000_000)]
    rests_on_holidays: Annotated[bool, Field(strict=True)] | None = None
    changed_by: Reference | None = None


class Terms(BaseModel):
    """What the platform promises, in hours, the points of a promise that was broken, and whether holidays count."""

    ship_within_hours: int
    deliver_within_hours: int
    deliver_within_hours_remote: int
    compensation_points: int
    rests_on_holidays: bool = Field(description="The clocks rest on the public holidays, too.")


class RestDayRequest(_Request):
    """A business day on which no clock runs, and why."""

    day: Day
    note: Reference


class RestDaysRequest(_Request):
    """All rest days to come; those left out are taken back, those that have begun stay."""

    days: Annotated[list[RestDayRequest], Field(max_length=366)]
    announced_by: Reference | None = None


class RestDay(BaseModel):
    """A business day on which no clock runs, with who announced it when."""

    day: date
    note: str
    announced_by: str
    announced_at: datetime


class RestDayList(BaseModel):
    """The announced rest days, past and to come."""

    days: list[RestDay]


class Compensation(BaseModel):
    """A promise that was not kept, who is responsible, and what became of it.

    `credit_refusal` says why the member's points could not be credited.
    """

    compensation_id: UUID
    clock: Literal["shipping", "delivery"]
    redemption_id: UUID
    shipment_id: UUID | None
    member_id: UUID
    party: Party
    supplier_id: UUID | None
    carrier: CarrierName | None
    due_at: datetime
    opened_at: datetime
    points: int
    credited_at: datetime | None
    credit_refusal: str | None
    outcome: Literal["paid", "waived"] | None
    settled_at: datetime | None
    settled_by: str | None
    note: str | None


class CompensationPage(BaseModel):
    """A page of compensations, the newest first; ask for the next one with `before=next_before`."""

    compensations: list[Compensation]
    next_before: UUID | None


class SettlementRequest(_Request):
    """Whether the responsible party has paid, or need not."""

    outcome: Literal["paid", "waived"]
    settled_by: Reference | None = None
    note: Reason | None = None
