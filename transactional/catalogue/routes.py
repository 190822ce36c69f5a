"""`/v1/offers`: what a tenant's shop offers now, and the codes it issues."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from transactional.access.domain import Unauthenticated
from transactional.access.routes import DryRun
from transactional.catalogue.codes import MAX_CODE_LENGTH, MAX_CODES, NotACodedOffer, import_codes
from transactional.database import tenant_transaction
from transactional.problem_documents import responses
from transactional.problems import InvalidRequest, RequestTooLarge
from transactional.redemption.domain import UnknownOffer
from transactional.request_types import Reference
from transactional.sessions.asking import Asking, Deciding
from transactional.sessions.domain import RoleNeeded, SessionOver
from transactional.vault import VaultKeyMissing

router = APIRouter(prefix="/v1", tags=["offers"])

_OFFERS = """
select o.item_id, i.name, i.category, i.kind, i.class, b.code as brand, i.image_urls, i.compliance_flags,
    o.price_points, o.handover, o.cash_share_min_bp, o.cash_share_max_bp,
    -- What reservations past their end keep is on the shelf again, whether or not that was written down.
    (s.on_hand + coalesce((
        select sum(r.left_count) from mall.reservation r
        where r.tenant_id = o.tenant_id and r.item_id = o.item_id and r.released_at is null and r.expires_at <= $2
    ), 0))::bigint as on_hand
from mall.offer o
join mall.item i using (item_id)
left join mall.brand b using (brand_id)
join mall.stock s using (tenant_id, item_id)
where o.tenant_id = $1
    and o.listed_from <= $2 and (o.listed_until is null or o.listed_until > $2)
    and ($3::text is null or i.category = $3)
    and ($4::uuid is null or (-i.listing_priority, o.item_id) > (
        -- Whatever the page before ended with, and an id of no item as if it had no priority.
        -coalesce((select listing_priority from mall.item where item_id = $4), 0), $4
    ))
    and ($6::uuid is null or o.item_id = $6)
order by i.listing_priority desc, o.item_id
limit $5
"""


class ListedOffer(BaseModel):
    """An item on sale in the tenant's shop; `class` is staple, quality or scarce, `brand` the code of its brand."""

    item_id: UUID
    name: str
    category: str
    kind: str
    class_: str = Field(alias="class")
    brand: str | None
    image_urls: list[str]
    compliance_flags: list[str]
    price_points: int
    handover: str
    cash_share_min_bp: int = Field(
        description="What part of the price may be paid in cash, in basis points, at least."
    )
    cash_share_max_bp: int = Field(description="And at most; both within what the program says.")
    on_hand: int


class OfferPage(BaseModel):
    """A page of offers, those of the largest listing priority first; ask for the next one with `after=next_after`."""

    offers: list[ListedOffer]
    next_after: UUID | None


class CodesRequest(BaseModel):
    """Codes to add to an offer's pool; each is a piece of stock."""

    model_config = ConfigDict(extra="forbid")

    codes: Annotated[
        list[
            Annotated[str, StringConstraints(min_length=1, max_length=MAX_CODE_LENGTH, pattern=r"^[^\x00]+$")]
        ],
        Field(min_length=1, max_length=MAX_CODES),
    ]


class CodesImported(BaseModel):
    """How many codes were new and how many were known before, which changed nothing."""

    imported: int
    known: int


@router.post(
    "/offers/{item_id}/codes",
    status_code=201,
    summary="Add voucher codes",
    responses=responses(
        Unauthenticated,
        SessionOver,
        RoleNeeded,
        UnknownOffer,
        NotACodedOffer,
        InvalidRequest,
        RequestTooLarge,
        VaultKeyMissing,
    ),
)
async def add_codes(
    item_id: UUID, body: CodesRequest, asker: Deciding, request: Request, dry_run: DryRun = False
) -> CodesImported:
    """Add codes to the pool of an offer that is issued at once; sending codes twice adds them once."""
    state = request.app.state
    async with tenant_transaction(state.pools.committer, asker.tenant_id, dry_run=dry_run) as connection:
        imported = await import_codes(
            connection,
            state.vault,
            tenant_id=asker.tenant_id,
            item_id=item_id,
            codes=body.codes,
            at=state.clock(),
        )
    return CodesImported(imported=imported, known=len(body.codes) - imported)


@router.get(
    "/offers", summary="List offers", responses=responses(Unauthenticated, SessionOver, InvalidRequest)
)
async def list_offers(
    asker: Asking,
    request: Request,
    category: Annotated[Reference | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    after: UUID | None = None,
) -> OfferPage:
    """List the offers on sale now, with what is in stock of each."""
    async with tenant_transaction(request.app.state.pools.api, asker.tenant_id) as connection:
        rows = await connection.fetch(
            _OFFERS, asker.tenant_id, request.app.state.clock(), category, after, limit + 1, None
        )
    offers = [ListedOffer.model_validate(dict(row)) for row in rows]
    page = offers[:limit]
    return OfferPage(offers=page, next_after=page[-1].item_id if len(offers) > limit else None)


@router.get(
    "/offers/{item_id}",
    summary="Show an offer",
    responses=responses(Unauthenticated, SessionOver, UnknownOffer, InvalidRequest),
)
async def show_offer(item_id: UUID, asker: Asking, request: Request) -> ListedOffer:
    """Show one offer that is on sale now, with what is in stock of it."""
    async with tenant_transaction(request.app.state.pools.api, asker.tenant_id) as connection:
        row = await connection.fetchrow(
            _OFFERS, asker.tenant_id, request.app.state.clock(), None, None, 1, item_id
        )
    if row is None:
        raise UnknownOffer(item_id)
    return ListedOffer.model_validate(dict(row))
