"""`/v1/redemptions/{id}/top-ups`, `/v1/top-ups` and `/v1/offers/{id}/top-up`: what a provider tops up, and for whom."""

import hmac
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from transactional.access.domain import Unauthenticated
from transactional.access.routes import Caller, DryRun
from transactional.database import Connection, tenant_transaction
from transactional.identifiers import uuid7
from transactional.problem_documents import responses
from transactional.problems import InvalidRequest, RequestTooLarge
from transactional.redemption.domain import MAX_LINES, UnknownOffer, UnknownRedemption
from transactional.redemption.refusals import UnknownLine
from transactional.request_types import Reference
from transactional.sessions.asking import Asking, Deciding
from transactional.sessions.domain import RoleNeeded, SessionOver
from transactional.top_ups.domain import (
    NoTopUpProduct,
    NotToBeToppedUp,
    ProviderName,
    TopUpExists,
    UnknownTopUp,
)
from transactional.top_ups.operations import NewTopUp, request_top_up, set_product
from transactional.vault import VaultKeyMissing

router = APIRouter(prefix="/v1", tags=["top-ups"])

_TOP_UPS = """
select top_up_id, redemption_id, line_no, item_id, quantity, provider, product_code, status, attempts, last_error,
    provider_reference, requested_at, settled_at, refunded_at, refund_refusal
from mall.top_up
where tenant_id = $1 and ($2::uuid is null or top_up_id = $2) and ($3::text is null or status = $3)
    and ($4::uuid is null or top_up_id < $4)
order by top_up_id desc
limit $5
"""


ProductCode = Annotated[str, StringConstraints(pattern=r"^[\x21-\x7e]{1,100}$")]


class ProductRequest(BaseModel):
    """Who tops up an item, under which code of its own."""

    model_config = ConfigDict(extra="forbid")

    provider: ProviderName
    product_code: ProductCode
    changed_by: Reference | None = None


class Product(BaseModel):
    """Who tops up an item, under which code of its own."""

    item_id: UUID
    provider: ProviderName
    product_code: str


class TopUpRequest(BaseModel):
    """A line of a completed redemption, and whom to top up, such as a telephone number."""

    model_config = ConfigDict(extra="forbid")

    line_no: Annotated[int, Field(strict=True, ge=1, le=MAX_LINES)]
    account: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z@._+-]{3,100}$")]


class TopUp(BaseModel):
    """A top-up. Whom it is for is told to nobody but the provider; of what failed `refunded_at` says when it was given
    back."""

    top_up_id: UUID
    redemption_id: UUID
    line_no: int
    item_id: UUID
    quantity: int
    provider: ProviderName
    product_code: str
    status: Literal["pending", "succeeded", "failed"]
    attempts: int
    last_error: str | None
    provider_reference: str | None
    requested_at: datetime
    settled_at: datetime | None
    refunded_at: datetime | None
    refund_refusal: str | None


class TopUpPage(BaseModel):
    """A page of top-ups, the newest first; ask for the next one with `before=next_before`."""

    top_ups: list[TopUp]
    next_before: UUID | None


@router.put(
    "/offers/{item_id}/top-up",
    summary="Let a provider top up an item",
    responses=responses(
        Unauthenticated, SessionOver, RoleNeeded, UnknownOffer, InvalidRequest, RequestTooLarge
    ),
)
async def put_product(
    item_id: UUID, body: ProductRequest, asker: Deciding, request: Request, dry_run: DryRun = False
) -> Product:
    """Name who tops up an item that was redeemed, from now on."""
    async with tenant_transaction(
        request.app.state.pools.api, asker.tenant_id, dry_run=dry_run
    ) as connection:
        await set_product(
            connection,
            tenant_id=asker.tenant_id,
            item_id=item_id,
            provider=body.provider,
            product_code=body.product_code,
            by=asker.acting(body.changed_by, "changed_by"),
            now=request.app.state.clock(),
        )
    return Product(item_id=item_id, provider=body.provider, product_code=body.product_code)


@router.post(
    "/redemptions/{redemption_id}/top-ups",
    status_code=201,
    summary="Request a top-up",
    responses={
        200: {"model": TopUp, "description": "The line and this account were sent before"},
        **responses(
            Unauthenticated,
            UnknownRedemption,
            UnknownLine,
            NoTopUpProduct,
            NotToBeToppedUp,
            TopUpExists,
            VaultKeyMissing,
            InvalidRequest,
            RequestTooLarge,
        ),
    },
)
async def add(
    redemption_id: UUID,
    body: TopUpRequest,
    tenant_id: Caller,
    request: Request,
    response: Response,
    dry_run: DryRun = False,
) -> TopUp:
    """Have a redeemed line topped up; if the provider cannot, points and cash of the line are given back."""
    state = request.app.state
    if state.vault is None:
        raise VaultKeyMissing
    now = state.clock()
    async with tenant_transaction(state.pools.api, tenant_id, dry_run=dry_run) as connection:
        top_up_id, is_new = await request_top_up(
            connection,
            state.vault,
            tenant_id=tenant_id,
            top_up_id=uuid7(now),
            new=NewTopUp(redemption_id, body.line_no, body.account),
            # Accounts are few enough to be guessed from a hash without a key.
            request_hash=hmac.digest(
                state.vault.subkey(b"top-up requests"), body.model_dump_json().encode(), "sha256"
            ),
            now=now,
        )
        found = await _find(connection, tenant_id, top_up_id)
    if not is_new:
        response.status_code = 200
    return TopUp.model_validate(found)


@router.get(
    "/top-ups", summary="List top-ups", responses=responses(Unauthenticated, SessionOver, InvalidRequest)
)
async def show_all(
    asker: Asking,
    request: Request,
    status: Literal["pending", "succeeded", "failed"] | None = None,
    before: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
) -> TopUpPage:
    """List top-ups, the newest first."""
    async with tenant_transaction(request.app.state.pools.api, asker.tenant_id) as connection:
        found = await connection.fetch(_TOP_UPS, asker.tenant_id, None, status, before, limit + 1)
    page = [TopUp.model_validate(dict(row)) for row in found[:limit]]
    return TopUpPage(top_ups=page, next_before=page[-1].top_up_id if len(found) > limit else None)


@router.get(
    "/top-ups/{top_up_id}",
    summary="Show a top-up",
    responses=responses(Unauthenticated, SessionOver, UnknownTopUp, InvalidRequest),
)
async def show(top_up_id: UUID, asker: Asking, request: Request) -> TopUp:
    """Show a top-up and what came of it."""
    async with tenant_transaction(request.app.state.pools.api, asker.tenant_id) as connection:
        return TopUp.model_validate(await _find(connection, asker.tenant_id, top_up_id))


async def _find(connection: Connection, tenant_id: UUID, top_up_id: UUID) -> dict[str, Any]:
    row = await connection.fetchrow(_TOP_UPS, tenant_id, top_up_id, None, None, 1)
    if row is None:
        raise UnknownTopUp(top_up_id)
    return dict(row)
