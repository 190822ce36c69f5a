"""What the routes about carriage take and tell."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from transactional.carriage.domain import Rate, VolumeDiscount
from transactional.fulfilment.carriers.domain import CarrierName
from transactional.fulfilment.clocks import Region
from transactional.request_types import Day, Reference

MOST_GRAMS = 1_000_000
Grams = Annotated[int, Field(ge=1, le=MOST_GRAMS)]
Fen = Annotated[int, Field(ge=0, le=10_000_000)]


class Discount(BaseModel):
    """In a month with more than so many parcels of the carrier each of them costs so much less."""

    model_config = ConfigDict(extra="forbid")

    over_parcels: Annotated[int, Field(ge=1, le=1_000_000_000)]
    discount_bp: Annotated[int, Field(ge=1, le=10_000, description="Basis points; 2000 are 20 %.")]


def _pairs(value: object) -> object:
    """Read discounts of a file, such as `100000:2000 500000:2500`."""
    if not isinstance(value, str):
        return value
    pairs = [word.split(":") for word in value.split()]
    if any(len(pair) != 2 for pair in pairs):
        raise ValueError("write each discount as parcels:basis points, such as 100000:2000")
    return tuple({"over_parcels": over, "discount_bp": bp} for over, bp in pairs)


class RateRow(BaseModel):
    """What a carrier asks for a parcel to a region from a day on."""

    model_config = ConfigDict(extra="forbid")

    carrier: CarrierName = Field(title="承运商", examples=["sf"])
    region: Region = Field(title="区域", examples=["nationwide"])
    valid_from: Day = Field(title="生效日期", examples=["2026-01-01"])
    first_grams: Grams = Field(title="首重(克)", examples=["1000"])
    first_fen: Fen = Field(title="首重价(分)", examples=["1200"])
    step_grams: Grams = Field(title="续重(克)", examples=["500"])
    step_fen: Fen = Field(title="续重价(分)", examples=["200"])
    volume_discounts: Annotated[tuple[Discount, ...], BeforeValidator(_pairs), Field(max_length=20)] = Field(
        (), title="月票量折扣", examples=["100000:2000"]
    )

    @model_validator(mode="after")
    def _is_a_rate(self) -> "RateRow":
        self.rate()
        return self

    def rate(self) -> Rate:
        """Return the rate."""
        discounts = tuple(VolumeDiscount(one.over_parcels, one.discount_bp) for one in self.volume_discounts)
        return Rate(
            carrier=self.carrier,
            region=self.region,
            valid_from=self.valid_from,
            first_grams=self.first_grams,
            first_fen=self.first_fen,
            step_grams=self.step_grams,
            step_fen=self.step_fen,
            volume_discounts=discounts,
        )


class RateRequest(RateRow):
    """A rate to announce. Sent again with the same contents it changes nothing."""

    announced_by: Reference


class CarrierRate(BaseModel):
    """A rate as it was announced; the newest of a carrier and region that has begun holds."""

    carrier: str
    region: str
    valid_from: date
    first_grams: int
    first_fen: int
    step_grams: int
    step_fen: int
    volume_discounts: list[Discount]


class RateList(BaseModel):
    """All rates by carrier and region, the newest first."""

    rates: list[CarrierRate]


class RatesImported(BaseModel):
    """How many rates of a file are new and how many were known, which changed nothing."""

    announced: int
    known: int


class CarriageQuote(BaseModel):
    """What a parcel costs at the discount of the month so far."""

    carrier: str
    region: str
    grams: int
    list_fen: int
    discount_bp: int
    fen: int


class CarrierEstimate(BaseModel):
    """What the parcels that a carrier took in the month come to, and to its end if it goes on so.

    Discounts are by region, in basis points. Parcels of days without a rate are counted and not reckoned.
    """

    carrier: str
    parcels: int
    fen: int
    discounts_bp: dict[str, int]
    expected_parcels: int
    expected_fen: int
    expected_discounts_bp: dict[str, int]
    unrated_parcels: int


class MonthEstimate(BaseModel):
    """The carriage of a month until a day, by carrier and together."""

    month: date
    until: date
    fen: int
    expected_fen: int
    carriers: list[CarrierEstimate]


class PlatformCarrierEstimate(CarrierEstimate):
    """As of a tenant, and the parcels of all tenants, which decide the discount."""

    volume: int
    expected_volume: int


class PlatformMonthEstimate(BaseModel):
    """The carriage of all tenants in a month until a day, by carrier and together."""

    month: date
    until: date
    fen: int
    expected_fen: int
    carriers: list[PlatformCarrierEstimate]
