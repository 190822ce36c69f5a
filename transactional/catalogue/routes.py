"""`/v1/offers`: what a tenant's shop offers now."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field

from transactional.access.domain import Unauthenticated
from transactional.access.routes import Caller
from transactional.database import tenant_transaction
from transactional.problem_documents import responses
from transactional.problems import InvalidRequest
from transactional.request_types import Reference

router = APIRouter(prefix="/v1", tags=["offers"])

_OFFERS = """
select o.item_id, i.name, i.category, i.kind, i.class, o.price_points, o.handover, s.on_hand
from mall.offer o
join mall.item i using (item_id)
join mall.stock s using (tenant_id, item_id)
where o.tenant_id = $1
    and o.listed_from <= $2 and (o.listed_until is null or o.listed_until > $2)
    and ($3::text is null or i.category = $3)
    and ($4::uuid is null or o.item_id > $4)
order by o.item_id
limit $5
"""


class ListedOffer(BaseModel):
    """An item on sale in the tenant's shop; `class` is staple, quality or scarce."""

    item_id: UUID
    name: str
    category: str
    kind: str
    class_: str = Field(alias="class")
    price_points: int
    handover: str
    on_hand: int


class OfferPage(BaseModel):
    """A page of offers; ask for the next one with `after=next_after`."""

    offers: list[ListedOffer]
    next_after: UUID | None


@router.get("/offers", summary="List offers", responses=responses(Unauthenticated, InvalidRequest))
async def list_offers(
    tenant_id: Caller,
    request: Request,
    category: Annotated[Reference | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    after: UUID | None = None,
) -> OfferPage:
    """List the offers on sale now, with what is in stock of each."""
    async with tenant_transaction(request.app.state.pools.api, tenant_id) as connection:
        rows = await connection.fetch(
            _OFFERS, tenant_id, request.app.state.clock(), category, after, limit + 1
        )
    offers = [ListedOffer.model_validate(dict(row)) for row in rows]
    page = offers[:limit]
    return OfferPage(offers=page, next_after=page[-1].item_id if len(offers) > limit else None)
