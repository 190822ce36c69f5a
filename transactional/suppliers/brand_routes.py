"""`/v1/suppliers/{supplier_id}/brand`: whether a supplier is a brand itself, by which brand-direct shares are counted."""

from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from transactional.access.domain import Unauthenticated
from transactional.access.routes import Caller, DryRun
from transactional.catalogue.domain import UnknownBrand
from transactional.database import tenant_transaction
from transactional.problem_documents import responses
from transactional.problems import InvalidRequest, RequestTooLarge
from transactional.request_types import Reference
from transactional.suppliers.domain import UnknownSupplier
from transactional.suppliers.operations import say_brand

router = APIRouter(prefix="/v1", tags=["suppliers"])


class SupplierBrandRequest(BaseModel):
    """The brand that a supplier is itself; null for a merchant of others' goods."""

    model_config = ConfigDict(extra="forbid")

    brand: Reference | None = Field(description="The brand's code.")


class SupplierBrand(BaseModel):
    """A supplier and the brand that it is itself, if it is one."""

    supplier_id: UUID
    brand_id: UUID | None
    brand: str | None


@router.put(
    "/suppliers/{supplier_id}/brand",
    summary="Say which brand a supplier is",
    responses=responses(Unauthenticated, UnknownSupplier, UnknownBrand, InvalidRequest, RequestTooLarge),
)
async def put_brand(
    supplier_id: UUID,
    body: SupplierBrandRequest,
    tenant_id: Caller,
    request: Request,
    dry_run: DryRun = False,
) -> SupplierBrand:
    """Say that a supplier is a brand itself, or none."""
    async with tenant_transaction(request.app.state.pools.api, tenant_id, dry_run=dry_run) as connection:
        brand_id = await say_brand(connection, tenant_id=tenant_id, supplier_id=supplier_id, brand=body.brand)
    return SupplierBrand(supplier_id=supplier_id, brand_id=brand_id, brand=body.brand)


@router.get(
    "/suppliers/{supplier_id}/brand",
    summary="Show which brand a supplier is",
    responses=responses(Unauthenticated, UnknownSupplier, InvalidRequest),
)
async def show_brand(supplier_id: UUID, tenant_id: Caller, request: Request) -> SupplierBrand:
    """Show which brand a supplier is itself, if it is one."""
    async with tenant_transaction(request.app.state.pools.api, tenant_id) as connection:
        row = await connection.fetchrow(
            "select s.supplier_id, b.brand_id, b.code as brand from mall.supplier s left join mall.brand b using (brand_id) "
            "where s.tenant_id = $1 and s.supplier_id = $2",
            tenant_id,
            supplier_id,
        )
    if row is None:
        raise UnknownSupplier(supplier_id)
    return SupplierBrand.model_validate(dict(row))
