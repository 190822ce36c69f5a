"""What every request of the pipeline has, and how it is answered."""

from collections import Counter
from collections.abc import Iterable
from typing import Literal
from uuid import UUID

from fastapi import Request
from pydantic import BaseModel, ConfigDict, Field

from transactional.access.domain import PlatformKeyNeeded
from transactional.database import tenant_transaction
from transactional.problem_documents import responses
from transactional.problems import InvalidRequest, RequestTooLarge
from transactional.request_types import Day, ReleaseId
from transactional.write_back.operations import (
    NoSuchTenant,
    OutdatedRelease,
    Part,
    ReleaseAhead,
    Told,
    write_part,
)

MAX_ITEMS = 5000
RESPONSES = responses(
    PlatformKeyNeeded, NoSuchTenant, OutdatedRelease, ReleaseAhead, InvalidRequest, RequestTooLarge
)


class WriteBackRequest(BaseModel):
    """A part of what a release says of a tenant; the same part again changes nothing."""

    model_config = ConfigDict(extra="forbid")

    release_id: ReleaseId
    as_of_date: Day = Field(description="The business day up to which facts are in it.")
    is_last: bool = Field(
        False,
        strict=True,
        description="The last part: what only older releases said goes; send it also without items.",
    )


class ItemResult(BaseModel):
    """What became of an item of the request, in its order."""

    id: UUID
    result: Literal[
        "stored", "unchanged", "unknown_member", "unknown_item", "unknown_warehouse", "decided"
    ] = Field(description="`unknown_…`: not the tenant's, or erased. `decided`: a person's decision stays.")


class WriteBackResults(BaseModel):
    """A result per item; everything was kept together or, after a refusal, nothing."""

    stored: int
    removed: int = Field(description="What older releases said and this one does not.")
    results: list[ItemResult]


def require_distinct(ids: Iterable[UUID]) -> None:
    """Make sure that nothing is told twice in one request; for validators of bodies.

    Raises:
        ValueError: naming the first that is.
    """
    for one, count in Counter(ids).items():
        if count > 1:
            raise ValueError(f"{one} is there {count} times; say one thing of each")


async def write_back(
    request: Request, tenant_id: UUID, body: WriteBackRequest, told: Told, *, dry_run: bool
) -> WriteBackResults:
    """Store what a request tells, all of it or nothing, and return the answer.

    Raises:
        NoSuchTenant, OutdatedRelease, ReleaseAhead: nothing was stored.
    """
    part = Part(tenant_id, body.release_id, body.as_of_date, body.is_last)
    async with tenant_transaction(request.app.state.pools.api, tenant_id, dry_run=dry_run) as connection:
        rows, removed = await write_part(connection, part, told, now=request.app.state.clock())
    results = [ItemResult.model_validate({"id": one, "result": result}) for one, result in rows]
    stored = sum(result.result == "stored" for result in results)
    return WriteBackResults(stored=stored, removed=removed, results=results)
