"""Reads rows from a mart of the release, of one tenant or of all; the columns are the fields of the answer's rows."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, TypeVar
from uuid import UUID

from fastapi import Depends, Query
from pydantic import BaseModel, Field

from serving.keys import Caller, PlatformCaller
from serving.release import Release

Row = TypeVar("Row", bound=BaseModel)
Answer = TypeVar("Answer", bound="ReleaseAnswer")


class ReleaseAnswer(BaseModel):
    """What every answer from the release alone says of itself."""

    release_id: str = Field(examples=["20260401T020000Z-5f3c"])
    generated_at: datetime
    degraded: bool = Field(
        description="The live database is away; the answer is complete as of the landing all the same."
    )
    landed_at: datetime = Field(description="When the data was landed; nothing later is in it.")


class PagedAnswer(ReleaseAnswer):
    """An answer that comes in pages, in an order that stays while the release does."""

    total: int = Field(description="Rows on all pages.", examples=[120])
    limit: int
    offset: int


@dataclass(frozen=True)
class Page:
    """Which rows of all are asked for."""

    limit: int
    offset: int


def _page(
    limit: Annotated[int, Query(ge=1, le=500, description="At most this many rows.")] = 100,
    offset: Annotated[int, Query(ge=0, le=10**9, description="How many rows to leave out before them.")] = 0,
) -> Page:
    return Page(limit, offset)


PageOf = Annotated[Page, Depends(_page)]


def about(release: Release, caller: Caller | PlatformCaller, now: datetime) -> dict[str, Any]:
    """Return the fields of `ReleaseAnswer`."""
    return {
        "release_id": release.manifest.release_id,
        "generated_at": now,
        "degraded": caller.is_degraded,
        "landed_at": release.manifest.landing.landed_at,
    }


async def rows_of(
    release: Release, tenant_id: UUID, row: type[Row], mart: str, rest: str, *values: object
) -> list[Row]:
    """Return a tenant's rows of a mart, or of a join that begins with one.

    Args:
        mart: its name, perhaps with joins after it; `tenant_id` has to be clear.
        rest: what follows `where tenant_id = ?`: further conditions and the order.
    """
    return await rows_of_all(release, row, mart, f"where tenant_id = ? {rest}", tenant_id, *values)


async def rows_of_all(release: Release, row: type[Row], mart: str, rest: str, *values: object) -> list[Row]:
    """Return rows of a mart, or of a join that begins with one, of all tenants.

    Args:
        rest: conditions and the order.
    """
    columns = list(row.model_fields)
    found = await release.rows(f"select {', '.join(columns)} from release.marts.{mart} {rest}", *values)
    return [row(**dict(zip(columns, values, strict=True))) for values in found]


async def page_of(
    release: Release, tenant_id: UUID, row: type[Row], mart: str, condition: str, order: str, page: Page,
    *values: object,
) -> tuple[list[Row], int]:  # fmt: skip
    """Return a page of a tenant's rows of a mart, and how many there are on all pages.

    Args:
        condition: what follows `where tenant_id = ?`, beginning with `and`, or nothing.
        order: columns that leave no two rows equal.
    """
    ((total,),) = await release.rows(
        f"select count(*) from release.marts.{mart} where tenant_id = ? {condition}", tenant_id, *values
    )
    rest = f"{condition} order by {order} limit {page.limit} offset {page.offset}"
    return await rows_of(release, tenant_id, row, mart, rest, *values), int(total)


async def latest(release: Release, tenant_id: UUID, mart: str, column: str = "month") -> Any:
    """Return the last value of a column among a tenant's rows of a mart; None if there are none."""
    ((found,),) = await release.rows(
        f"select max({column}) from release.marts.{mart} where tenant_id = ?", tenant_id
    )
    return found


async def columns(release: Release, mart: str) -> frozenset[str]:
    """Return the names of a mart's columns in this release; none of a mart that it lacks."""
    found = await release.rows(
        "select column_name from duckdb_columns() where database_name = 'release' and schema_name = 'marts' "
        "and table_name = ?",
        mart,
    )
    return frozenset(name for (name,) in found)
