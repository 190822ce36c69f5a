"""`/v1/risk/links`: accounts that share devices."""

from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field

from transactional.access.domain import Unauthenticated
from transactional.database import tenant_transaction
from transactional.problem_documents import responses
from transactional.problems import InvalidRequest
from transactional.risk.links import list_links
from transactional.sessions.asking import Reviewing
from transactional.sessions.domain import RoleNeeded, SessionOver

router = APIRouter(prefix="/v1/risk", tags=["risk"])

_MAX_LINKS = 2000


class DeviceLink(BaseModel):
    """A member that was seen on a device several members share; the device is a hash."""

    device: str
    member_id: UUID
    first_seen_at: datetime
    member_count: int = Field(description="Members seen on the device in that time.")
    held_back_count: int = Field(description="Attempts of the member in that time that were not allowed.")


class DeviceLinks(BaseModel):
    """Links by device, the most shared first."""

    since: datetime
    links: list[DeviceLink]


@router.get(
    "/links",
    summary="List accounts that share devices",
    responses=responses(Unauthenticated, SessionOver, RoleNeeded, InvalidRequest),
)
async def show_links(
    asker: Reviewing,
    request: Request,
    days: Annotated[int, Query(ge=1, le=365)] = 30,
    min_members: Annotated[int, Query(ge=2, le=1000)] = 2,
    max_devices: Annotated[int, Query(ge=1, le=200)] = 30,
) -> DeviceLinks:
    """List the members first seen on the same device in so many days, the most shared devices first."""
    since = request.app.state.clock() - timedelta(days=days)
    async with tenant_transaction(request.app.state.pools.api, asker.tenant_id) as connection:
        found = await list_links(
            connection,
            tenant_id=asker.tenant_id,
            since=since,
            min_members=min_members,
            max_devices=max_devices,
            max_links=_MAX_LINKS,
        )
    return DeviceLinks(since=since, links=[DeviceLink(**one) for one in found])
