"""Looks members up."""

from typing import Any
from uuid import UUID

from transactional.database import Connection
from transactional.members.domain import UnknownMember
from transactional.problems import InvalidRequest

_COLUMNS = "member_id, external_ref, registered_at, is_test, erased_at is not null as is_erased, profile, is_personalised"


async def member_by_ref(connection: Connection, *, tenant_id: UUID, external_ref: str) -> dict[str, Any]:
    """Return the member with the tenant's own reference; the caller has made sure it exists."""
    row = await connection.fetchrow(
        f"select {_COLUMNS} from mall.member where tenant_id = $1 and external_ref = $2",
        tenant_id,
        external_ref,
    )
    assert row is not None
    return dict(row)


async def member_by_id(connection: Connection, *, tenant_id: UUID, member_id: UUID) -> dict[str, Any]:
    """Return a member who is not erased.

    Raises:
        UnknownMember: it is not there.
    """
    row = await connection.fetchrow(
        f"select {_COLUMNS} from mall.member where tenant_id = $1 and member_id = $2 and erased_at is null",
        tenant_id,
        member_id,
    )
    if row is None:
        raise UnknownMember(member_id)
    return dict(row)


async def member_ids(connection: Connection, *, tenant_id: UUID, external_refs: list[str]) -> dict[str, UUID]:
    """Return the member id of each of the tenant's own references that is registered, and not erased."""
    rows = await connection.fetch(
        "select external_ref, member_id from mall.member "
        "where tenant_id = $1 and external_ref = any($2::text[]) and erased_at is null",
        tenant_id,
        external_refs,
    )
    return {row["external_ref"]: row["member_id"] for row in rows}


async def member_named(connection: Connection, *, tenant_id: UUID, external_ref: str) -> UUID:
    """Return the id of the member of a file's row.

    Raises:
        InvalidRequest: nobody has the reference, or who had it is erased.
    """
    found = await member_ids(connection, tenant_id=tenant_id, external_refs=[external_ref])
    if external_ref not in found:
        raise InvalidRequest(f"external_ref: there is no member {external_ref!r}")
    return found[external_ref]


async def require_member(connection: Connection, *, tenant_id: UUID, member_id: UUID) -> None:
    """Make sure a member exists and is not erased.

    Raises:
        UnknownMember: it is not there.
    """
    found = await connection.fetchval(
        "select true from mall.member where tenant_id = $1 and member_id = $2 and erased_at is null",
        tenant_id,
        member_id,
    )
    if not found:
        raise UnknownMember(member_id)


async def erasure_of(connection: Connection, *, tenant_id: UUID, member_id: UUID) -> dict[str, Any] | None:
    """Return what was done when a member was erased, or None if it was not."""
    row = await connection.fetchrow(
        "select member_id, erased_at, points_taken, holds_released from mall.member_erasure "
        "where tenant_id = $1 and member_id = $2",
        tenant_id,
        member_id,
    )
    return None if row is None else dict(row)
