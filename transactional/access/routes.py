"""The dependencies that tell a route its tenant and whether to keep what it does."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Request
from fastapi.security import HTTPBearer
from fastapi.security.http import HTTPAuthorizationCredentials

from transactional.access.operations import KeyRing

_scheme = HTTPBearer(
    auto_error=False, scheme_name="TenantKey", description="The tenant's API key; it fixes the tenant."
)


async def _caller(
    request: Request, _: Annotated[HTTPAuthorizationCredentials | None, Depends(_scheme)]
) -> UUID:
    keys: KeyRing = request.app.state.keys
    return await keys.tenant(request.headers.get("authorization"))


_platform_scheme = HTTPBearer(
    auto_error=False, scheme_name="PlatformKey", description="A key of the platform's own programs."
)


async def _write_back(
    request: Request, _: Annotated[HTTPAuthorizationCredentials | None, Depends(_platform_scheme)]
) -> None:
    keys: KeyRing = request.app.state.keys
    await keys.require_platform(request.headers.get("authorization"), "write_back")


async def _operate(
    request: Request, _: Annotated[HTTPAuthorizationCredentials | None, Depends(_platform_scheme)]
) -> None:
    keys: KeyRing = request.app.state.keys
    await keys.require_platform(request.headers.get("authorization"), "operate")


# Given to a route's `dependencies`: it serves the pipeline alone, or the platform's operators.
WRITE_BACK_ONLY = Depends(_write_back)
OPERATORS_ONLY = Depends(_operate)

TENANTS_ONLY = Depends(_caller)
Caller = Annotated[UUID, TENANTS_ONLY]

DryRun = Annotated[
    bool,
    Query(
        description="Check everything and answer as otherwise, but change nothing; ids in the answer are gone."
    ),
]
