"""What a route may ask for: the caller, the release in use, the live database, the time."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from serving.database import Database
from serving.keys import Caller, KeyRing, PlatformCaller
from serving.release import Release
from serving.release_reader import ReleaseReader

_scheme = HTTPBearer(
    auto_error=False, scheme_name="TenantKey", description="The tenant's API key; it fixes the tenant."
)


_platform_scheme = HTTPBearer(
    auto_error=False,
    scheme_name="PlatformKey",
    description="A key of the platform for reading what all tenants come to.",
)


async def _caller(
    request: Request, _: Annotated[HTTPAuthorizationCredentials | None, Depends(_scheme)]
) -> Caller:
    keys: KeyRing = request.app.state.keys
    return await keys.caller(request.headers.get("authorization"))


async def _platform_caller(
    request: Request, _: Annotated[HTTPAuthorizationCredentials | None, Depends(_platform_scheme)]
) -> PlatformCaller:
    keys: KeyRing = request.app.state.keys
    return await keys.platform_caller(request.headers.get("authorization"))


# Asked for after the caller, so that a stranger learns nothing about releases.
async def _release(request: Request, _: Annotated[Caller, Depends(_caller)]) -> AsyncIterator[Release]:
    reader: ReleaseReader = request.app.state.releases
    async with reader.lend() as release:
        # For `remembered`, which has to know what an answer was made from.
        request.state.release = release
        yield release


async def _release_of_all(
    request: Request, _: Annotated[PlatformCaller, Depends(_platform_caller)]
) -> AsyncIterator[Release]:
    reader: ReleaseReader = request.app.state.releases
    async with reader.lend() as release:
        yield release


def _database(request: Request) -> Database:
    database: Database = request.app.state.database
    return database


def _now(request: Request) -> datetime:
    now: datetime = request.app.state.clock()
    return now


CallerOf = Annotated[Caller, Depends(_caller)]
PlatformCallerOf = Annotated[PlatformCaller, Depends(_platform_caller)]
ReleaseInUse = Annotated[Release, Depends(_release)]
ReleaseOfAll = Annotated[Release, Depends(_release_of_all)]
LiveDatabase = Annotated[Database, Depends(_database)]
Now = Annotated[datetime, Depends(_now)]
