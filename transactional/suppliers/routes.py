"""`/v1/suppliers`: whom a tenant buys from and on which terms."""

from datetime import date
from itertools import pairwise
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, model_validator

from transactional.access.domain import Unauthenticated
from transactional.access.routes import Caller, DryRun
from transactional.clock import business_date
from transactional.database import Connection, tenant_transaction
from transactional.problem_documents import responses
from transactional.problems import InvalidRequest, RequestTooLarge
from transactional.redemption.domain import UnknownOffer
from transactional.request_types import Day, Reference, Slug
from transactional.suppliers import domain
from transactional.suppliers.domain import SupplierExists, TermsOverlap, UnknownSupplier, UnknownTerms
from transactional.suppliers.operations import add_supplier, add_terms, change_supplier, end_terms
from transactional.suppliers.queries import find_supplier, list_suppliers, list_terms

router = APIRouter(prefix="/v1", tags=["suppliers"])

Days = Annotated[int, Field(strict=True, ge=0, le=365)]
Pieces = Annotated[int, Field(strict=True, ge=1, le=1_000_000_000)]
Fen = Annotated[int, Field(strict=True, ge=0, le=1_000_000_000_000)]


class SupplierRequest(BaseModel):
    """A supplier to add. Sent again with the same name it changes nothing."""

    model_config = ConfigDict(extra="forbid")

    code: Slug
    name: Reference


class SupplierPatch(BaseModel):
    """What a supplier is from now on; what is left out stays as it is."""

    model_config = ConfigDict(extra="forbid")

    name: Reference | None = None
    status: Literal["active", "suspended"] | None = None


class Supplier(BaseModel):
    """A supplier. Nothing is ordered from one that is suspended."""

    supplier_id: UUID
    code: str
    name: str
    status: Literal["active", "suspended"]


class SupplierList(BaseModel):
    """A tenant's suppliers by their code."""

    suppliers: list[Supplier]


class PriceBreak(BaseModel):
    """From so many pieces on, each costs so much."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    quantity: Pieces
    unit_cost_fen: Fen


class TermsRequest(BaseModel):
    """Terms of an item from a day on. Those before them end; sent again they change nothing."""

    model_config = ConfigDict(extra="forbid")

    item_id: UUID
    lead_time_days: Days = Field(description="What is usual from order to shelf.")
    worst_lead_time_days: Days = Field(description="What to count on.")
    unit_cost_fen: Fen
    min_order_quantity: Pieces = 1
    pack_size: Pieces = 1
    price_breaks: Annotated[list[PriceBreak], Field(max_length=20)] = []
    shelf_life_days: Annotated[int, Field(strict=True, ge=1, le=36_500)] | None = Field(
        None, description="How long pieces keep from receipt on."
    )
    over_receipt_percent: Annotated[int, Field(strict=True, ge=0, le=100)] = Field(
        0, description="So much more than ordered is taken."
    )
    rank: Annotated[int, Field(strict=True, ge=0, le=1_000_000)] = Field(
        100, description="The smallest is asked first."
    )
    valid_from: Day | None = Field(None, description="By default today.")
    valid_until: Day | None = Field(None, description="The last day; by default until others begin.")

    @model_validator(mode="after")
    def _agree(self) -> "TermsRequest":
        if self.worst_lead_time_days < self.lead_time_days:
            raise ValueError("worst_lead_time_days is shorter than what is usual")
        if (
            self.valid_until is not None
            and self.valid_from is not None
            and self.valid_until < self.valid_from
        ):
            raise ValueError("valid_until lies before valid_from")
        steps = [(0, self.unit_cost_fen), *((b.quantity, b.unit_cost_fen) for b in self.price_breaks)]
        for (few, dear), (many, cheap) in pairwise(steps):
            if many <= few or cheap >= dear:
                raise ValueError(
                    "price_breaks: each needs more pieces than the one before and must be cheaper"
                )
        return self


class SupplierTerms(BaseModel):
    """Terms as they are kept; dated, never edited."""

    model_config = ConfigDict(from_attributes=True)

    terms_id: UUID
    supplier_id: UUID
    item_id: UUID
    lead_time_days: int
    worst_lead_time_days: int
    unit_cost_fen: int
    min_order_quantity: int
    pack_size: int
    price_breaks: list[PriceBreak]
    shelf_life_days: int | None
    over_receipt_percent: int
    rank: int
    valid_from: date
    valid_until: date | None


class TermsPage(BaseModel):
    """A page of terms; ask for the next one with `after=next_after`."""

    terms: list[SupplierTerms]
    next_after: UUID | None


class EndRequest(BaseModel):
    """The last day on which terms hold."""

    model_config = ConfigDict(extra="forbid")

    last_day: Day


@router.post(
    "/suppliers",
    status_code=201,
    summary="Add a supplier",
    responses={
        200: {"model": Supplier, "description": "It was there with this name"},
        **responses(Unauthenticated, SupplierExists, InvalidRequest, RequestTooLarge),
    },
)
async def add(
    body: SupplierRequest, tenant_id: Caller, request: Request, response: Response, dry_run: DryRun = False
) -> Supplier:
    """Add a supplier."""
    async with tenant_transaction(request.app.state.pools.api, tenant_id, dry_run=dry_run) as connection:
        supplier_id, is_new = await add_supplier(
            connection, tenant_id=tenant_id, code=body.code, name=body.name
        )
        row = await find_supplier(connection, tenant_id=tenant_id, supplier_id=supplier_id)
    if not is_new:
        response.status_code = 200
    return Supplier.model_validate(row)


@router.get("/suppliers", summary="List suppliers", responses=responses(Unauthenticated, InvalidRequest))
async def show_all(tenant_id: Caller, request: Request) -> SupplierList:
    """List your suppliers by their code."""
    async with tenant_transaction(request.app.state.pools.api, tenant_id) as connection:
        rows = await list_suppliers(connection, tenant_id=tenant_id)
    return SupplierList(suppliers=[Supplier.model_validate(row) for row in rows])


@router.get("/suppliers/terms", summary="List terms", responses=responses(Unauthenticated, InvalidRequest))
async def show_terms(
    tenant_id: Caller,
    request: Request,
    supplier_id: UUID | None = None,
    item_id: UUID | None = None,
    on_day: Annotated[Day | None, Query(description="Only those that hold on this day.")] = None,
    after: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
) -> TermsPage:
    """List terms in the order they were recorded."""
    async with tenant_transaction(request.app.state.pools.api, tenant_id) as connection:
        found = await list_terms(
            connection,
            tenant_id=tenant_id,
            supplier_id=supplier_id,
            item_id=item_id,
            on_day=on_day,
            after=after,
            limit=limit + 1,
        )
    page = [SupplierTerms.model_validate(one) for one in found[:limit]]
    return TermsPage(terms=page, next_after=page[-1].terms_id if len(found) > limit else None)


@router.patch(
    "/suppliers/{supplier_id}",
    summary="Change a supplier",
    responses=responses(Unauthenticated, UnknownSupplier, InvalidRequest, RequestTooLarge),
)
async def change(
    supplier_id: UUID, body: SupplierPatch, tenant_id: Caller, request: Request, dry_run: DryRun = False
) -> Supplier:
    """Rename a supplier, suspend it or lift that."""
    async with tenant_transaction(request.app.state.pools.api, tenant_id, dry_run=dry_run) as connection:
        await change_supplier(
            connection, tenant_id=tenant_id, supplier_id=supplier_id, name=body.name, status=body.status
        )
        row = await find_supplier(connection, tenant_id=tenant_id, supplier_id=supplier_id)
    return Supplier.model_validate(row)


@router.post(
    "/suppliers/{supplier_id}/terms",
    status_code=201,
    summary="Date terms",
    responses={
        200: {"model": SupplierTerms, "description": "They were there already"},
        **responses(
            Unauthenticated, UnknownSupplier, UnknownOffer, TermsOverlap, InvalidRequest, RequestTooLarge
        ),
    },
)
async def date_terms(
    supplier_id: UUID,
    body: TermsRequest,
    tenant_id: Caller,
    request: Request,
    response: Response,
    dry_run: DryRun = False,
) -> SupplierTerms:
    """Date terms of an item; those that hold on their first day end the day before."""
    new = _new_terms(body, business_date(request.app.state.clock()))
    async with tenant_transaction(request.app.state.pools.api, tenant_id, dry_run=dry_run) as connection:
        terms_id, is_new = await add_terms(connection, tenant_id=tenant_id, supplier_id=supplier_id, new=new)
        shown = await _shown(connection, tenant_id, terms_id)
    if not is_new:
        response.status_code = 200
    return shown


@router.post(
    "/suppliers/{supplier_id}/terms/{terms_id}/end",
    summary="End terms",
    responses=responses(
        Unauthenticated, UnknownSupplier, UnknownTerms, TermsOverlap, InvalidRequest, RequestTooLarge
    ),
)
async def end(
    supplier_id: UUID,
    terms_id: UUID,
    body: EndRequest,
    tenant_id: Caller,
    request: Request,
    dry_run: DryRun = False,
) -> SupplierTerms:
    """Let terms hold until a day, that day included; ones that end earlier stay as they are."""
    async with tenant_transaction(request.app.state.pools.api, tenant_id, dry_run=dry_run) as connection:
        await end_terms(
            connection,
            tenant_id=tenant_id,
            supplier_id=supplier_id,
            terms_id=terms_id,
            last_day=body.last_day,
        )
        return await _shown(connection, tenant_id, terms_id)


def _new_terms(body: TermsRequest, today: date) -> domain.NewTerms:
    told = body.model_dump(exclude={"price_breaks", "valid_from"})
    valid_from = body.valid_from or today
    if body.valid_until is not None and body.valid_until < valid_from:
        raise InvalidRequest("valid_until: the last day lies before the first")
    breaks = tuple(domain.PriceBreak(b.quantity, b.unit_cost_fen) for b in body.price_breaks)
    return domain.NewTerms(**told, valid_from=valid_from, price_breaks=breaks)


async def _shown(connection: Connection, tenant_id: UUID, terms_id: UUID) -> SupplierTerms:
    (found,) = await list_terms(connection, tenant_id=tenant_id, terms_id=terms_id)
    return SupplierTerms.model_validate(found)
