"""`/v1/opt-ins`: what a tenant decided to have in its shop; and the operators' listing of just that."""

from collections import Counter
from datetime import datetime
from functools import partial
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, model_validator

from transactional.access.domain import PlatformKeyNeeded, Unauthenticated
from transactional.access.routes import OPERATORS_ONLY, Caller, DryRun
from transactional.brand_authorisations.operations import authorise_offers
from transactional.catalogue.domain import UnknownItem
from transactional.catalogue.items import items_of
from transactional.csv_rows import csv_body, rows_of
from transactional.database import Connection, tenant_transaction
from transactional.fees.queries import live_day
from transactional.fees.refusals import UnknownTenant
from transactional.opt_ins.domain import OptInNeeded
from transactional.opt_ins.listing import Listing, Outcome, list_offers
from transactional.opt_ins.operations import Decision, opt_in, withdraw
from transactional.problem_documents import responses
from transactional.problems import InvalidRequest, Problem, RequestTooLarge
from transactional.request_types import ActingFor, Moment, Reference
from transactional.row_report import RowsRefused, all_made
from transactional.sessions.asking import Deciding
from transactional.sessions.domain import RoleNeeded, SessionOver
from transactional.templates import add_template
from transactional.together import attempt, taken_where_right, the_one

router = APIRouter(prefix="/v1", tags=["opt-ins"])
platform_router = APIRouter(prefix="/v1/platform", tags=["platform: tenants"], dependencies=[OPERATORS_ONLY])

_OPT_INS = """
select item_id, opted_in_at, opted_in_by, withdrawn_at, withdrawn_by
from mall.offer_opt_in
where tenant_id = $1 and ($2::uuid is null or item_id = $2) and ($3::uuid is null or item_id > $3)
    and ($4 or withdrawn_at is null)
order by item_id, opted_in_at
limit $5
"""


class OptInRequest(BaseModel):
    """An item to opt in to, and who decides it. Sent again it changes nothing."""

    model_config = ConfigDict(extra="forbid")

    item_id: UUID
    opted_in_by: ActingFor = None


class WithdrawalRequest(BaseModel):
    """Who takes the decision back."""

    model_config = ConfigDict(extra="forbid")

    withdrawn_by: ActingFor = None


class OptIn(BaseModel):
    """A dated decision for an item; withdrawn, the item left the shop then."""

    item_id: UUID
    opted_in_at: datetime
    opted_in_by: str
    withdrawn_at: datetime | None
    withdrawn_by: str | None


class OptInPage(BaseModel):
    """A page of decisions by item; ask for the next one with `after=next_after`."""

    opt_ins: list[OptIn]
    next_after: UUID | None


class OfferRow(BaseModel):
    """How an item, which is named by its id or its code, stands in a tenant's shop."""

    model_config = ConfigDict(extra="forbid")

    item_id: UUID | None = Field(None, title="商品ID")
    item_code: Reference | None = Field(None, title="商品编码", examples=["tea-001"])
    price_points: Annotated[int, Field(ge=1, le=1_000_000_000)] = Field(title="积分价格", examples=["1200"])
    handover: Literal["shipping", "pickup", "instant"] = Field(title="交付方式", examples=["shipping"])
    listed_from: Moment | None = Field(None, title="上架时间")
    listed_until: Moment | None = Field(None, title="下架时间")
    cash_share_min_bp: Annotated[int, Field(ge=0, le=10_000)] = Field(
        0, title="最低现金比例(基点)", description="What part of the price may be paid in cash at least."
    )
    cash_share_max_bp: Annotated[int, Field(ge=0, le=10_000)] = Field(
        10_000,
        title="最高现金比例(基点)",
        description="And at most, within what the program says; 0 is for points alone.",
    )

    @model_validator(mode="after")
    def _makes_sense(self) -> "OfferRow":
        if (self.item_id is None) == (self.item_code is None):
            raise ValueError("name the item by item_id or by item_code")
        if self.cash_share_max_bp < self.cash_share_min_bp:
            raise ValueError("cash_share_max_bp: the largest part paid in cash is below the smallest")
        return self


class OfferList(BaseModel):
    """Offers to list; all or nothing."""

    model_config = ConfigDict(extra="forbid")

    offers: Annotated[list[OfferRow], Field(min_length=1, max_length=1000)]


class Listed(BaseModel):
    """How many offers are new in the shop, how many were changed, and how many stand as they stood."""

    listed: int
    changed: int
    unchanged: int


@router.get("/opt-ins", summary="List opt-ins", responses=responses(Unauthenticated, InvalidRequest))
async def show_all(
    tenant_id: Caller,
    request: Request,
    item_id: UUID | None = None,
    with_withdrawn: Annotated[bool, Query(description="Only of one item.")] = False,
    after: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
) -> OptInPage:
    """List the items you decided to have in your shop; of one item, on demand, also what you withdrew."""
    if with_withdrawn and item_id is None:
        raise InvalidRequest("with_withdrawn: name an item_id, whose decisions are then all shown")
    async with tenant_transaction(request.app.state.pools.api, tenant_id) as connection:
        rows = await connection.fetch(_OPT_INS, tenant_id, item_id, after, with_withdrawn, limit)
    page = [OptIn.model_validate(dict(row)) for row in rows]
    return OptInPage(opt_ins=page, next_after=page[-1].item_id if len(page) == limit else None)


@router.post(
    "/opt-ins",
    status_code=201,
    summary="Opt in to an item",
    responses={
        200: {"model": OptIn, "description": "It was opted in to before"},
        **responses(Unauthenticated, SessionOver, RoleNeeded, UnknownItem, InvalidRequest, RequestTooLarge),
    },
)
async def add(
    body: OptInRequest, asker: Deciding, request: Request, response: Response, dry_run: DryRun = False
) -> OptIn:
    """Decide to have an item in your shop. Nothing is ever listed there without it."""
    async with tenant_transaction(
        request.app.state.pools.api, asker.tenant_id, dry_run=dry_run
    ) as connection:
        is_new = the_one(
            await opt_in(
                connection,
                tenant_id=asker.tenant_id,
                decisions=[Decision(body.item_id, asker.acting(body.opted_in_by, "opted_in_by"))],
                now=request.app.state.clock(),
            )
        )
        (row,) = await connection.fetch(_OPT_INS, asker.tenant_id, body.item_id, None, False, 1)
    if not is_new:
        response.status_code = 200
    return OptIn.model_validate(dict(row))


@router.post(
    "/opt-ins/{item_id}/withdrawal",
    status_code=204,
    summary="Withdraw an opt-in",
    responses=responses(
        Unauthenticated, SessionOver, RoleNeeded, OptInNeeded, InvalidRequest, RequestTooLarge
    ),
)
async def take_back(
    item_id: UUID, body: WithdrawalRequest, asker: Deciding, request: Request, dry_run: DryRun = False
) -> None:
    """Take the decision for an item back: it leaves your shop at once, whoever listed it."""
    async with tenant_transaction(
        request.app.state.pools.api, asker.tenant_id, dry_run=dry_run
    ) as connection:
        the_one(
            await withdraw(
                connection,
                tenant_id=asker.tenant_id,
                decisions=[Decision(item_id, asker.acting(body.withdrawn_by, "withdrawn_by"))],
                now=request.app.state.clock(),
            )
        )


@platform_router.post(
    "/tenants/{tenant_id}/offers",
    summary="List offers in a tenant's shop",
    responses=responses(PlatformKeyNeeded, UnknownTenant, InvalidRequest, RowsRefused, RequestTooLarge),
)
async def put_offers(tenant_id: UUID, body: OfferList, request: Request, dry_run: DryRun = False) -> Listed:
    """List items that the tenant opted in to, or change how they stand in its shop; all or nothing."""
    return await _list(tenant_id, body.offers, request, dry_run)


@platform_router.post(
    "/tenants/{tenant_id}/offers/import",
    summary="List offers from a CSV or Excel file",
    responses=responses(PlatformKeyNeeded, UnknownTenant, InvalidRequest, RowsRefused, RequestTooLarge),
    openapi_extra=csv_body(OfferRow),
)
async def import_offers(tenant_id: UUID, request: Request, dry_run: DryRun = False) -> Listed:
    """List the items that are the rows of a file, or none of them."""
    return await _list(tenant_id, await rows_of(request, OfferRow), request, dry_run)


add_template(platform_router, "/offers", OfferRow, things="offers", refusals=(PlatformKeyNeeded,))


async def _list(tenant_id: UUID, rows: list[OfferRow], request: Request, dry_run: bool) -> Listed:
    now = request.app.state.clock()
    async with tenant_transaction(request.app.state.pools.api, tenant_id, dry_run=dry_run) as connection:
        await live_day(connection, tenant_id=tenant_id)
        outcomes = await taken_where_right(
            await _read(connection, rows),
            lambda listings: list_offers(connection, tenant_id=tenant_id, listings=listings, now=now),
        )
        made = Counter(all_made(outcomes))
        await authorise_offers(connection, tenant_id=tenant_id, now=now)
    return Listed(
        listed=made[Outcome.LISTED], changed=made[Outcome.CHANGED], unchanged=made[Outcome.UNCHANGED]
    )


async def _read(connection: Connection, rows: list[OfferRow]) -> list[Listing | Problem]:
    items = await items_of(connection, codes={row.item_code for row in rows if row.item_code is not None})

    def listing_of(row: OfferRow) -> Listing:
        item_id = row.item_id or items[row.item_code or ""]
        return Listing(item_id, **row.model_dump(exclude={"item_id", "item_code"}))

    return [attempt(partial(listing_of, row)) for row in rows]
