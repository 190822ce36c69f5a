"""GET /v1/recommendations/{member_id}."""

from datetime import datetime
from typing import Annotated
from uuid import UUID, uuid4

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from serving.context import CallerOf, LiveDatabase, Now, ReleaseInUse
from serving.keys import DatabaseUnavailable, Unauthenticated
from serving.problems import InvalidRequest, responses
from serving.recommendations.answers import UnknownMember, recommend
from serving.recommendations.domain import Recommendation, Stage
from serving.recommendations.reasons import sentences
from serving.recommendations.released import NoArrays
from serving.release import NoRelease

router = APIRouter(prefix="/v1/recommendations", tags=["recommendations"])


class ReasonAnswer(BaseModel):
    """Why the item is shown, in one sentence per language."""

    zh: str = Field(examples=["因为您刚刚兑换了“茶叶礼盒”"])
    en: str = Field(examples=["Because you just redeemed “Tea set”"])


class RecommendedItem(BaseModel):
    """An item the member can have now: listed, in stock and within the available points."""

    item_id: UUID
    name: str = Field(examples=["保温杯"])
    category: str = Field(examples=["家居"])
    price_points: int = Field(examples=[300])
    score: float = Field(description="Compares items of one answer only; higher is better.", examples=[0.83])
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
    member_id: UUID
    available_points: int = Field(examples=[1250])
    items: list[RecommendedItem]


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
    limit: Annotated[int, Query(ge=1, le=50, description="At most this many items.")] = 10,
) -> RecommendationsAnswer:
    """Return what to show a member now: what the member just did changes the next answer.

    What costs more than `available_points` is left out.
    """
    answer = await recommend(
        release, database, tenant_id=caller.tenant_id, member_id=member_id, limit=limit, now=now
    )
    return RecommendationsAnswer(
        request_id=uuid4(),
        release_id=release.manifest.release_id,
        generated_at=now,
        degraded=answer.is_degraded,
        member_id=member_id,
        available_points=answer.available_points,
        items=[_item(recommendation) for recommendation in answer.recommendations],
    )


def _item(recommendation: Recommendation) -> RecommendedItem:
    offer = recommendation.offer
    zh, en = sentences(recommendation.reason)
    return RecommendedItem(
        item_id=offer.item_id,
        name=offer.name,
        category=offer.category,
        price_points=offer.price_points,
        score=round(recommendation.score, 6),
        stage=recommendation.stage,
        reason=ReasonAnswer(zh=zh, en=en),
    )
