"""`/v1/warehouses`: adding, listing and changing them."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from transactional.access.domain import Unauthenticated
from transactional.access.routes import Caller, DryRun
from transactional.database import tenant_transaction
from transactional.problem_documents import responses
from transactional.problems import InvalidRequest, RequestTooLarge
from transactional.request_types import Reference, Slug
from transactional.sessions.asking import Deciding
from transactional.sessions.domain import RoleNeeded, SessionOver
from transactional.warehouses.domain import (
    NewWarehouse,
    StillHoldsStock,
    UnknownWarehouse,
    WarehouseClosed,
    WarehouseExists,
)
from transactional.warehouses.operations import WarehouseChange, add_warehouse, change_warehouse
from transactional.warehouses.queries import find_warehouse, list_warehouses

router = APIRouter(prefix="/v1", tags=["warehouses"])

Capacity = Annotated[
    int, Field(strict=True, ge=0, le=1_000_000_000_000, description="Room in storage units of the items.")
]
Rank = Annotated[int, Field(strict=True, ge=0, le=1_000_000, description="The smallest ships first.")]
Region = Annotated[Reference, StringConstraints(max_length=100)]


class WarehouseRequest(BaseModel):
    """A warehouse to add. Sent again with the same particulars it changes nothing."""

    model_config = ConfigDict(extra="forbid")

    code: Slug
    name: Reference
    region: Region
    capacity_units: Capacity | None = None
    rank: Rank = 100


class WarehousePatch(BaseModel):
    """What a warehouse is to be from now on; what is left out stays as it is."""

    model_config = ConfigDict(extra="forbid")

    name: Reference | None = None
    region: Region | None = None
    capacity_units: Capacity | None = None
    rank: Rank | None = None
    is_active: bool | None = Field(None, strict=True)
    is_default: bool | None = Field(None, strict=True)


class Warehouse(BaseModel):
    """A warehouse. What comes in without the name of one lies in the default one."""

    warehouse_id: UUID
    code: str
    name: str
    region: str
    capacity_units: int | None
    used_units: int = Field(description="Room taken by what was settled last.")
    rank: int
    is_active: bool
    is_default: bool


class WarehouseList(BaseModel):
    """A tenant's warehouses in the order in which they ship."""

    warehouses: list[Warehouse]


@router.post(
    "/warehouses",
    status_code=201,
    summary="Add a warehouse",
    responses={
        200: {"model": Warehouse, "description": "It was there with these particulars"},
        **responses(
            Unauthenticated, SessionOver, RoleNeeded, WarehouseExists, InvalidRequest, RequestTooLarge
        ),
    },
)
async def add(
    body: WarehouseRequest, asker: Deciding, request: Request, response: Response, dry_run: DryRun = False
) -> Warehouse:
    """Add a warehouse; a tenant's first one is its default."""
    async with tenant_transaction(
        request.app.state.pools.api, asker.tenant_id, dry_run=dry_run
    ) as connection:
        warehouse_id, is_new = await add_warehouse(
            connection, tenant_id=asker.tenant_id, new=NewWarehouse(**dict(body))
        )
        row = await find_warehouse(connection, tenant_id=asker.tenant_id, warehouse_id=warehouse_id)
    if not is_new:
        response.status_code = 200
    return Warehouse.model_validate(row)


@router.get("/warehouses", summary="List warehouses", responses=responses(Unauthenticated, InvalidRequest))
async def show_all(tenant_id: Caller, request: Request) -> WarehouseList:
    """List your warehouses in the order in which they ship."""
    async with tenant_transaction(request.app.state.pools.api, tenant_id) as connection:
        rows = await list_warehouses(connection, tenant_id=tenant_id)
    return WarehouseList(warehouses=[Warehouse.model_validate(row) for row in rows])


@router.patch(
    "/warehouses/{warehouse_id}",
    summary="Change a warehouse",
    responses=responses(
        Unauthenticated,
        SessionOver,
        RoleNeeded,
        UnknownWarehouse,
        StillHoldsStock,
        WarehouseClosed,
        InvalidRequest,
        RequestTooLarge,
    ),
)
async def change(
    warehouse_id: UUID, body: WarehousePatch, asker: Deciding, request: Request, dry_run: DryRun = False
) -> Warehouse:
    """Change particulars of a warehouse, close it, or make it the default one."""
    async with tenant_transaction(
        request.app.state.pools.api, asker.tenant_id, dry_run=dry_run
    ) as connection:
        await change_warehouse(
            connection,
            tenant_id=asker.tenant_id,
            warehouse_id=warehouse_id,
            change=WarehouseChange(**dict(body)),
        )
        row = await find_warehouse(connection, tenant_id=asker.tenant_id, warehouse_id=warehouse_id)
    return Warehouse.model_validate(row)
