"""`/v1/features`, the operators' switches, and the dependency that guards a route by one."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict

from transactional.access.domain import PlatformKeyNeeded, Unauthenticated
from transactional.access.routes import OPERATORS_ONLY, Caller, DryRun
from transactional.database import tenant_transaction
from transactional.features.domain import FEATURES, Feature
from transactional.features.operations import require_feature, switch, switched_off
from transactional.fees.queries import live_day
from transactional.fees.refusals import UnknownTenant
from transactional.problem_documents import responses
from transactional.problems import InvalidRequest, RequestTooLarge
from transactional.request_types import Reference

router = APIRouter(prefix="/v1", tags=["features"])
platform_router = APIRouter(prefix="/v1/platform", tags=["platform: tenants"], dependencies=[OPERATORS_ONLY])


class FeatureSwitch(BaseModel):
    """A part of the mall, and whether the tenant uses it."""

    feature: Feature
    is_on: bool


class FeatureList(BaseModel):
    """Every part of the mall that can be switched."""

    features: list[FeatureSwitch]


class SwitchRequest(BaseModel):
    """How to switch a feature, and who does it."""

    model_config = ConfigDict(extra="forbid")

    is_on: bool
    changed_by: Reference


def needs(feature: Feature) -> Any:
    """Return what a route takes into its `dependencies` so that it refuses tenants that do not use a feature."""

    async def check(tenant_id: Caller, request: Request) -> None:
        async with tenant_transaction(request.app.state.pools.api, tenant_id) as connection:
            await require_feature(connection, tenant_id=tenant_id, feature=feature)

    return Depends(check)


@router.get("/features", summary="List features", responses=responses(Unauthenticated, InvalidRequest))
async def show_all(tenant_id: Caller, request: Request) -> FeatureList:
    """List which parts of the mall you use."""
    async with tenant_transaction(request.app.state.pools.api, tenant_id) as connection:
        off = await switched_off(connection, tenant_id=tenant_id)
    return FeatureList(features=[FeatureSwitch(feature=one, is_on=one not in off) for one in FEATURES])


@platform_router.put(
    "/tenants/{tenant_id}/features/{feature}",
    summary="Switch a feature",
    responses=responses(PlatformKeyNeeded, UnknownTenant, InvalidRequest, RequestTooLarge),
)
async def put(
    tenant_id: UUID, feature: Feature, body: SwitchRequest, request: Request, dry_run: DryRun = False
) -> FeatureSwitch:
    """Switch a part of the mall on or off for a tenant; what has begun with it goes on."""
    async with tenant_transaction(request.app.state.pools.api, tenant_id, dry_run=dry_run) as connection:
        await live_day(connection, tenant_id=tenant_id)
        await switch(
            connection,
            tenant_id=tenant_id,
            feature=feature,
            is_on=body.is_on,
            by=body.changed_by,
            now=request.app.state.clock(),
        )
    return FeatureSwitch(feature=feature, is_on=body.is_on)
