"""GET /v1/recommendations/{member_id}."""

from datetime import datetime
from typing import Annotated
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, Field

from serving.context import CallerOf, LiveDatabase, Now, ReleaseInUse
from serving.keys import DatabaseUnavailable, Unauthenticated
from serving.problems import InvalidRequest, responses
from serving.recommendations.answers import Asked, UnknownMember, recommend
from serving.recommendations.domain import Affordability, Policy, Reach, Recommendation, Slot, Stage
from serving.recommendations.policies import Experiment
from serving.recommendations.reasons import sentences
from serving.recommendations.released import NoArrays
from serving.release import NoRelease

router = APIRouter(prefix="/v1/recommendations", tags=["recommendations"])


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
    affordability: Affordability = Field(
        description="Whether the member can have it for points now, now with the rest in cash, or soon: with points "
        "that become spendable within 30 days and as many as it usually earns in that time."
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
    member_id: UUID
    available_points: int = Field(examples=[1250])
    items: list[RecommendedItem]


def _experiment(request: Request) -> Experiment:
    experiment: Experiment = request.app.state.experiment
    return experiment


@router.get(
    "/{member_id}",
    responses=responses(
        Unauthenticated, UnknownMember, InvalidRequest, NoRelease, NoArrays, DatabaseUnavailable
    ),
)
async def get_recommendations(
    member_id: UUID,
    caller: CallerOf,
    release: ReleaseInUse,
    database: LiveDatabase,
    now: Now,
    experiment: Annotated[Experiment, Depends(_experiment)],
    limit: Annotated[int, Query(ge=1, le=50, description="At most this many items.")] = 10,
    reach: Annotated[
        Reach,
        Query(
            description="How far to go: now, for points alone; cash, also with the rest in cash; soon, also what the "
            "member can have within 30 days."
        ),
    ] = "soon",
) -> RecommendationsAnswer:
    """Return what to show a member now: what the member just did changes the next answer.

    Of each ten items at most two cannot be had for points now, and never the first two.
    """
    asked = Asked(caller.tenant_id, member_id, uuid4(), limit, reach, now)
    answer = await recommend(release, database, asked, experiment)
    return RecommendationsAnswer(
        request_id=asked.request_id,
        release_id=release.manifest.release_id,
        generated_at=now,
        degraded=answer.is_degraded,
        policy=answer.policy,
        member_id=member_id,
        available_points=answer.available_points,
        items=[_item(position, shown) for position, shown in enumerate(answer.recommendations, start=1)],
    )


def _item(position: int, shown: Recommendation) -> RecommendedItem:
    offer = shown.offer
    zh, en = sentences(shown.reason)
    return RecommendedItem(
        position=position,
        item_id=offer.item_id,
        name=offer.name,
        category=offer.category,
        price_points=offer.price_points,
        flash_sale_id=offer.sale.sale_id if offer.sale else None,
        affordability=shown.affordability,
        points_due=shown.points_due,
        cash_fen=shown.cash_fen,
        slot=shown.slot,
        propensity=shown.propensity,
        score=round(shown.score, 6),
        stage=shown.stage,
        reason=ReasonAnswer(zh=zh, en=en),
    )
