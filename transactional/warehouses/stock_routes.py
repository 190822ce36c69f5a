"""`/v1/stock`: what there is of each item and where, corrections of it and relocations between warehouses."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, model_validator

from transactional.access.domain import Unauthenticated
from transactional.access.routes import Caller, DryRun
from transactional.catalogue.offers import StockOfCodes
from transactional.database import tenant_transaction
from transactional.problem_documents import responses
from transactional.problems import InvalidRequest, RequestTooLarge
from transactional.redemption.domain import OutOfStock, UnknownOffer
from transactional.request_hash import request_hash
from transactional.request_types import ActingFor, Reason, Reference
from transactional.sessions.asking import Deciding
from transactional.sessions.domain import RoleNeeded, SessionOver
from transactional.together import the_one
from transactional.warehouses.booking import Correction
from transactional.warehouses.correcting import correct
from transactional.warehouses.domain import (
    MAX_PIECES,
    ActExists,
    KindByHand,
    TooFewInWarehouse,
    UnknownWarehouse,
    WarehouseClosed,
    is_of_kind,
)
from transactional.warehouses.queries import stock_of
from transactional.warehouses.relocating import Relocation, relocate

router = APIRouter(prefix="/v1", tags=["warehouses"])


class StockPlace(BaseModel):
    """Pieces in a warehouse."""

    warehouse_id: UUID
    quantity: int


class ItemStock(BaseModel):
    """The stock of an item. `total` = `sellable` + `set_aside` = the sum of all places."""

    item_id: UUID
    sellable: int = Field(description="Pieces that redemptions may take.")
    set_aside: int = Field(description="Pieces kept for flash sales, draws and reservations.")
    reserved: int = Field(description="Of those set aside, the pieces of reservations.")
    total: int
    on_order: int = Field(description="Pieces of purchase orders that are on their way.")
    places: list[StockPlace] = Field(description="In the order in which warehouses ship.")


class StockPage(BaseModel):
    """A page of items; ask for the next one with `after=next_after`."""

    items: list[ItemStock]
    next_after: UUID | None


class RelocationRequest(BaseModel):
    """Pieces to be carried. `reference` is your own name of it: sent again it changes nothing."""

    model_config = ConfigDict(extra="forbid")

    reference: Reference
    item_id: UUID
    from_warehouse_id: UUID
    to_warehouse_id: UUID
    quantity: Annotated[int, Field(strict=True, ge=1, le=MAX_PIECES)]


class CorrectionRequest(BaseModel):
    """A difference that was counted: negative is missing. `reference` is your own name of it.

    Damage and loss are negative, what was found or given back is positive, a count is either.
    """

    model_config = ConfigDict(extra="forbid")

    reference: Reference
    warehouse_id: UUID
    item_id: UUID
    quantity: Annotated[int, Field(strict=True, ge=-MAX_PIECES, le=MAX_PIECES)]
    kind: KindByHand = "count"
    reason: Reason = Field(description="What happened, in words.")
    corrected_by: ActingFor = None

    @model_validator(mode="after")
    def _is_a_difference(self) -> "CorrectionRequest":
        if not self.quantity:
            raise ValueError("quantity: a correction of no piece corrects nothing")
        if not is_of_kind(self.kind, self.quantity):
            raise ValueError(
                "quantity: damage and loss take pieces away, what was found or given back adds some"
            )
        return self


class StockActed(BaseModel):
    """What was done, and the item's stock after it."""

    id: UUID
    stock: ItemStock


@router.get("/stock", summary="List stock", responses=responses(Unauthenticated, InvalidRequest))
async def list_stock(
    tenant_id: Caller,
    request: Request,
    item_id: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
    after: UUID | None = None,
) -> StockPage:
    """List what you have of each item, where it lies, and what is on order."""
    async with tenant_transaction(request.app.state.pools.api, tenant_id) as connection:
        rows = await stock_of(
            connection,
            tenant_id=tenant_id,
            now=request.app.state.clock(),
            item_id=item_id,
            after=after,
            limit=limit + 1,
        )
    page = [ItemStock.model_validate(row, from_attributes=True) for row in rows[:limit]]
    return StockPage(items=page, next_after=page[-1].item_id if len(rows) > limit else None)


@router.post(
    "/stock/relocations",
    status_code=201,
    summary="Carry pieces to another warehouse",
    responses={
        200: {"model": StockActed, "description": "The reference and this relocation were sent before"},
        **responses(
            Unauthenticated,
            SessionOver,
            RoleNeeded,
            UnknownOffer,
            UnknownWarehouse,
            WarehouseClosed,
            ActExists,
            TooFewInWarehouse,
            InvalidRequest,
            RequestTooLarge,
        ),
    },
)
async def add_relocation(
    body: RelocationRequest, asker: Deciding, request: Request, response: Response, dry_run: DryRun = False
) -> StockActed:
    """Carry pieces from one warehouse to another; what can be sold stays as it is."""
    if body.from_warehouse_id == body.to_warehouse_id:
        raise InvalidRequest("to_warehouse_id: the pieces lie there already; name another warehouse")
    now = request.app.state.clock()
    async with tenant_transaction(
        request.app.state.pools.api, asker.tenant_id, dry_run=dry_run
    ) as connection:
        asked = Relocation(**dict(body), request_hash=request_hash(body))
        relocation_id, is_new = the_one(
            await relocate(connection, tenant_id=asker.tenant_id, relocations=[asked], now=now)
        )
        (stock,) = await stock_of(connection, tenant_id=asker.tenant_id, now=now, item_id=body.item_id)
    return _acted(relocation_id, stock, response, is_new=is_new)


@router.post(
    "/stock/corrections",
    status_code=201,
    summary="Correct what was counted",
    responses={
        200: {"model": StockActed, "description": "The reference and this correction were sent before"},
        **responses(
            Unauthenticated,
            SessionOver,
            RoleNeeded,
            UnknownOffer,
            UnknownWarehouse,
            WarehouseClosed,
            ActExists,
            StockOfCodes,
            OutOfStock,
            TooFewInWarehouse,
            InvalidRequest,
            RequestTooLarge,
        ),
    },
)
async def add_correction(
    body: CorrectionRequest, asker: Deciding, request: Request, response: Response, dry_run: DryRun = False
) -> StockActed:
    """Book what a count found or missed in a warehouse; what is set aside cannot be missed."""
    now = request.app.state.clock()
    async with tenant_transaction(
        request.app.state.pools.api, asker.tenant_id, dry_run=dry_run
    ) as connection:
        asked = correction_of(body, by=asker.acting(body.corrected_by, "corrected_by"))
        correction_id, is_new = the_one(
            await correct(connection, tenant_id=asker.tenant_id, corrections=[asked], now=now)
        )
        (stock,) = await stock_of(connection, tenant_id=asker.tenant_id, now=now, item_id=body.item_id)
    return _acted(correction_id, stock, response, is_new=is_new)


def correction_of(asked: CorrectionRequest, *, by: str) -> Correction:
    """Return the correction that a request or a file tells of; it is the same one whoever sends it again."""
    told = dict(asked) | {"corrected_by": by}
    return Correction(**told, request_hash=request_hash(asked, without={"corrected_by"}))


def _acted(done: UUID, stock: dict[str, object], response: Response, *, is_new: bool) -> StockActed:
    if not is_new:
        response.status_code = 200
    return StockActed(id=done, stock=ItemStock.model_validate(stock, from_attributes=True))
