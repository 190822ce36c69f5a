"""What an answer looks like over HTTP."""

from dataclasses import asdict
from datetime import date, datetime
from uuid import UUID

from msgspec import Struct
from pydantic import BaseModel, Field

from serving.recommendations.answers import Answer, Asked
from serving.recommendations.contexts import ContextKind
from serving.recommendations.domain import Affordability, Policy, Recommendation, Slot, Stage
from serving.recommendations.reasons import sentences
from serving.release import Release


class ReasonAnswer(BaseModel):
    """Why the item is shown, in one sentence per language."""

    zh: str = Field(examples=["因为您刚刚兑换了“茶叶礼盒”"])
    en: str = Field(examples=["Because you just redeemed “Tea set”"])


class RecommendedItem(BaseModel):
    """An item that can be delivered now: listed, in stock, and within the member's reach."""

    position: int = Field(description="Its place in the answer, from 1.", examples=[1])
    item_id: UUID
    name: str = Field(examples=["保温杯"])
    category: str = Field(examples=["家居"])
    price_points: int = Field(
        description="What it costs now; during a flash sale, the sale's.", examples=[300]
    )
    flash_sale_id: UUID | None = Field(
        description="The flash sale with this price; redeem with it. Null at the shop's own price."
    )
    affordability: Affordability | None = Field(
        description="Whether the member can have it for points now, now with the rest in cash, or soon: with points "
        "that become spendable within 30 days and as many as it usually earns in that time. Null for who is no member."
    )
    points_due: int = Field(description="The points to be paid; the whole price where soon.", examples=[300])
    cash_fen: int = Field(description="The rest in cash, in fen; 0 unless with_cash.", examples=[0])
    slot: Slot = Field(
        description="repeat: the member has taken it before; novel: it has not; explore: drawn from new items, for a try."
    )
    propensity: float = Field(
        description="The probability with which this policy shows this item at this position; log it with the impression.",
        examples=[1.0],
    )
    score: float = Field(
        description="Compares items of one answer only; higher is better. The order also sees to variety.",
        examples=[0.83],
    )
    stage: Stage = Field(description="Where the largest part of the score came from.")
    reason: ReasonAnswer


class ExpiringAnswer(BaseModel):
    """Points that are lost soon; what costs more of them is not shown."""

    points: int = Field(examples=[500])
    first_on: date = Field(description="The last business day on which the first of them can be spent.")
    is_at_once: bool = Field(description="Whether all of them expire on that day.")


class RecommendationsAnswer(BaseModel):
    """What to show a member now, best first."""

    request_id: UUID = Field(description="Log it with impressions and clicks.")
    release_id: str = Field(examples=["20260401T020000Z-5f3c"])
    generated_at: datetime
    degraded: bool = Field(
        description="The live database is away: balance and offers are those of the release, stock is not checked."
    )
    policy: Policy = Field(
        description="What chose the items: recipe; popularity, for the members to compare with; unpersonalised, for "
        "those who refused personal recommendations."
    )
    member_id: UUID | None = Field(description="Null for who is no member of the tenant, on an item's page.")
    available_points: int | None = Field(description="Null for who is no member.", examples=[1250])
    context: ContextKind = Field(description="Where it is shown.", examples=["home"])
    item_ids: list[UUID] = Field(
        description="What the items go with: the page's item, the basket's, those redeemed; those of them that the "
        "tenant offers or has offered."
    )
    expiring: ExpiringAnswer | None = Field(
        description="In the context expiring: the points to be used up. Null elsewhere, and where none expire in time."
    )
    items: list[RecommendedItem]


class _Reason(Struct, frozen=True):
    zh: str
    en: str


class _Item(Struct, frozen=True):
    """`RecommendedItem` as it is written, which says what the members are."""

    position: int
    item_id: str
    name: str
    category: str
    price_points: int
    flash_sale_id: str | None
    affordability: Affordability | None
    points_due: int
    cash_fen: int
    slot: Slot
    propensity: float
    score: float
    stage: Stage
    reason: _Reason


def told(asked: Asked, answer: Answer, release: Release) -> dict[str, object]:
    """Return an answer as it is told: the members of `RecommendationsAnswer`, which costs more to make than to choose."""
    expiring, is_member = answer.expiring, answer.available_points is not None
    return {
        "request_id": asked.request_id,
        "release_id": release.manifest.release_id,
        "generated_at": asked.now,
        "degraded": answer.is_degraded,
        "policy": answer.policy,
        "member_id": asked.member_id if is_member else None,
        "available_points": answer.available_points,
        "context": asked.context.kind,
        "item_ids": [str(item_id) for item_id in answer.item_ids],
        "expiring": None if expiring is None else asdict(expiring),
        "items": [
            _item(position, shown, is_member=is_member)
            for position, shown in enumerate(answer.recommendations, start=1)
        ],
    }


def _item(position: int, shown: Recommendation, *, is_member: bool) -> _Item:
    offer = shown.offer
    return _Item(
        position,
        str(offer.item_id),
        offer.name,
        offer.category,
        offer.price_points,
        str(offer.sale.sale_id) if offer.sale else None,
        shown.affordability if is_member else None,
        shown.points_due,
        shown.cash_fen,
        shown.slot,
        shown.propensity,
        round(shown.score, 6),
        shown.stage,
        _Reason(*sentences(shown.reason)),
    )
